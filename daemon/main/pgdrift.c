/* pgdrift: the command. Its command line; the commands are in cli/. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "base/version.h"
#include "cli/cli.h"
#include "config/settings.h"

enum { OPTION_JSON = 256 };

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
    {0},
};

static int print_help(void)
{
    puts("Usage: pgdrift COMMAND [OPTION...] [ARGUMENT...]\n"
         "Checks, plans and applies what is declared for Azure PostgreSQL servers, once.\n");
    for (const struct cli_command *c = cli_commands; c->name; c++)
        printf("  %-7s %-28s %s\n", c->name, c->args, c->summary);
    puts("\n"
         "  -c, --config FILE   settings (default " SETTINGS_FILE ")\n"
         "      --json          one JSON object on standard output\n"
         "  -h, --help          this text\n"
         "  -V, --version       the version\n"
         "\n"
         "Exit status: 0 in sync, 2 drift found, 1 error. See pgdrift(1).");
    return CLI_IN_SYNC;
}

static int usage_error(const char *text, const char *word)
{
    fprintf(stderr, "pgdrift: %s%s; see pgdrift --help\n", text, word);
    return CLI_ERROR;
}

static const struct cli_command *command_find(const char *name)
{
    for (const struct cli_command *c = cli_commands; c->name; c++)
        if (strcmp(c->name, name) == 0) return c;
    return NULL;
}

/* Colours only for people: a terminal, and NO_COLOR unset or empty (no-color.org). */
static bool wants_colour(void)
{
    const char *no = getenv("NO_COLOR");
    return isatty(STDOUT_FILENO) && (!no || !*no);
}

/* What could not be printed has not been said: a pipeline must not take half a plan for a whole. */
static int printed_all(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return status;
    fprintf(stderr, "pgdrift: standard output: %s\n", strerror(errno));
    return CLI_ERROR;
}

int main(int argc, char **argv)
{
    if (descriptors_fill() != 0) return CLI_ERROR;
    struct cli cli = {.config = SETTINGS_FILE, .colour = wants_colour()};
    for (int c; (c = getopt_long(argc, argv, "c:hV", long_options, NULL)) != -1;) {
        if (c == 'c')
            cli.config = optarg;
        else if (c == OPTION_JSON)
            cli.json = true;
        else if (c == 'h')
            return print_help();
        else if (c == 'V')
            return printf("pgdrift %s\n", PGDRIFT_VERSION) < 0;
        else
            return usage_error("unknown option", "");
    }
    if (optind == argc) return usage_error("which command?", "");
    const char *name = argv[optind++];
    if (strcmp(name, "help") == 0) return print_help();
    const struct cli_command *command = command_find(name);
    if (!command) return usage_error("no such command: ", name);
    cli.args = argv + optind;
    cli.arg_count = (size_t)(argc - optind);
    return printed_all(command->run(&cli));
}
