/* pgdriftd: the daemon. Its command line; everything else is in run/service.c. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/version.h"
#include "config/settings.h"
#include "run/service.h"

static const char usage[] =
    "Usage: pgdriftd [OPTION...]\n"
    "Keeps Azure Database for PostgreSQL Flexible Servers as declared. Runs in the foreground.\n"
    "\n"
    "  -c, --config FILE        settings (default " SETTINGS_FILE ")\n"
    "      --once               correct what may be corrected, then end: 0 in sync, 2 drift, 1 "
    "error\n"
    "      --log-format FORMAT  auto, journal, text or json\n"
    "      --log-level LEVEL    error, warning, notice, info or debug\n"
    "  -h, --help               this text\n"
    "  -V, --version            the version\n"
    "\n"
    "SIGHUP reloads settings and documents; SIGTERM ends it. A bad configuration ends it with 78.\n"
    "See pgdriftd(8) and pgdriftd.json(5).\n";

enum { OPTION_ONCE = 256, OPTION_LOG_FORMAT, OPTION_LOG_LEVEL };

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"once", no_argument, NULL, OPTION_ONCE},
    {"log-format", required_argument, NULL, OPTION_LOG_FORMAT},
    {"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {0},
};

static int refuse_option(const char *what, const char *value)
{
    fprintf(stderr, "pgdriftd: %s '%s'; see pgdriftd --help\n", what, value);
    return SERVICE_ERROR;
}

int main(int argc, char **argv)
{
    if (descriptors_fill() != 0) return SERVICE_ERROR;
    mem_keep_freed();
    struct service_options options = {.config = SETTINGS_FILE, .log_format = -1, .log_level = -1};
    for (int c; (c = getopt_long(argc, argv, "c:hV", long_options, NULL)) != -1;) {
        switch (c) {
        case 'c': options.config = optarg; break;
        case OPTION_ONCE: options.once = true; break;
        case OPTION_LOG_FORMAT:
            options.log_format = log_format_parse(optarg);
            if (options.log_format < 0) return refuse_option("no such log format", optarg);
            break;
        case OPTION_LOG_LEVEL:
            options.log_level = log_level_parse(optarg);
            if (options.log_level < 0) return refuse_option("no such log level", optarg);
            break;
        case 'h': fputs(usage, stdout); return SERVICE_OK;
        case 'V': puts("pgdriftd " PGDRIFT_VERSION); return SERVICE_OK;
        default: fputs("Try pgdriftd --help.\n", stderr); return SERVICE_ERROR;
        }
    }
    if (optind < argc) return refuse_option("unexpected argument", argv[optind]);
    int status = service_run(&options);
    if (status & SERVICE_STUCK) _exit(status & ~SERVICE_STUCK);
    return status;
}
