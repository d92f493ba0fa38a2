/* What a reload costs: documents of many objects, read by jansson alone, which is the floor, and
 * loaded and checked as the daemon does it.
 *
 *   reload KIND N ROUNDS   prints {"bytes", "parse_us", "load_us", "problems", "peak_kib"} as JSON,
 *                          medians of ROUNDS of processor time; KIND is one of kinds[]. The kind
 *                          "wrong" has a problem in every object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/desired.h"

enum { DOCUMENT_MAX = 64 * 1024 * 1024 };

static const char head[] =
    "{\"schemaVersion\":1,\"metadata\":{\"name\":\"bench\"},"
    "\"azure\":{\"subscriptionId\":\"00000000-0000-0000-0000-000000000001\"},"
    "\"resourceGroup\":{\"name\":\"rg\",\"location\":\"koreacentral\"},"
    "\"servers\":[{\"name\":\"one\",\"location\":\"koreacentral\","
    "\"sku\":{\"name\":\"Standard_D4s_v3\",\"tier\":\"GeneralPurpose\"},"
    "\"properties\":{\"version\":\"15\",\"administratorLogin\":\"boss\","
    "\"administratorLoginPassword\":\"credential:boss\"}}]";

static void add_roles(struct buf *b, size_t n, size_t memberships)
{
    buf_str(b, ",\n\"roles\":[");
    for (size_t i = 0; i < n; i++) {
        buf_printf(b, "%s\n{\"name\":\"role_%zu\",\"login\":true,\"connectionLimit\":5",
                   i ? "," : "", i);
        if (memberships) buf_str(b, ",\"memberOf\":[");
        for (size_t k = 0; i > 20 && k < memberships; k++)
            buf_printf(b, "%s\"role_%zu\"", k ? "," : "", i / (k + 2));
        buf_str(b, memberships ? "]}" : "}");
    }
    buf_str(b, "]");
}

static void add_databases(struct buf *b, size_t n, size_t roles)
{
    buf_str(b, ",\n\"databases\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(b,
                   "%s\n{\"name\":\"db_%zu\",\"owner\":\"role_%zu\",\"revokeAllFromPublic\":true,"
                   "\"schemas\":[{\"name\":\"app\",\"owner\":\"role_%zu\"}]}",
                   i ? "," : "", i, i % roles, i % roles);
    buf_str(b, "]");
}

static void add_grants(struct buf *b, size_t n, size_t roles, size_t databases)
{
    buf_str(b, ",\n\"privileges\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(b,
                   "%s\n{\"database\":\"db_%zu\",\"grantee\":\"role_%zu\",\"exact\":true,"
                   "\"databasePrivileges\":[\"CONNECT\"],\"schemas\":[{\"name\":\"app\","
                   "\"privileges\":[\"USAGE\"],\"allTables\":[\"SELECT\",\"INSERT\"]}]}",
                   i ? "," : "", i / roles % databases, i % roles);
    buf_str(b, "]");
}

static void make_roles(struct buf *b, size_t n)
{
    add_roles(b, n, 0);
}

static void make_memberships(struct buf *b, size_t n)
{
    add_roles(b, n, 4);
}

static void make_databases(struct buf *b, size_t n)
{
    add_roles(b, 10, 0);
    add_databases(b, n, 10);
}

static void make_grants(struct buf *b, size_t n)
{
    add_roles(b, 1000, 0);
    add_databases(b, 100, 1000);
    add_grants(b, n, 1000, 100);
}

/* A third of each. */
static void make_mixed(struct buf *b, size_t n)
{
    add_roles(b, n / 3, 2);
    add_databases(b, n / 3, n / 3);
    add_grants(b, n - n / 3 * 2, n / 3, n / 3);
}

static void make_wrong(struct buf *b, size_t n)
{
    buf_str(b, ",\n\"roles\":[");
    for (size_t i = 0; i < n; i++)
        buf_printf(b, "%s\n{\"name\":\"role_%zu\",\"login\":true,\"memberOf\":[\"rolle_%zu\"]}",
                   i ? "," : "", i, i);
    buf_str(b, "]");
}

static const struct {
    const char *name;
    void (*make)(struct buf *b, size_t n);
} kinds[] = {
    {"roles", make_roles},         {"memberships", make_memberships},
    {"databases", make_databases}, {"grants", make_grants},
    {"mixed", make_mixed},         {"wrong", make_wrong},
};

/* --- measuring ------------------------------------------------------------------------------- */

static long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_number(const void *left, const void *right)
{
    long long a = *(const long long *)left, b = *(const long long *)right;
    return (a > b) - (a < b);
}

static long long median(long long *figures, size_t count)
{
    qsort(figures, count, sizeof(*figures), by_number);
    return figures[count / 2];
}

struct figures {
    long long parse_us, load_us;
    size_t problems;
    long peak_kib;
};

static long long parse_once(const struct buf *text)
{
    long long begin = now_us();
    json_t *root = json_loadb(buf_text(text), text->length, JSON_REJECT_DUPLICATES, NULL);
    long long took = now_us() - begin;
    if (!root) abort();
    return took;
}

static void load_once(const struct buf *text, struct figures *out)
{
    struct problems problems;
    struct rusage used;
    problems_init(&problems);
    struct settings *settings =
        settings_parse("settings", "{}", 2, SETTINGS_LEAVE_SECRETS, &problems);
    long long begin = now_us();
    document_parse("bench.json", buf_text(text), text->length, settings, SETTINGS_LEAVE_SECRETS,
                   &problems);
    out->load_us = now_us() - begin;
    out->problems = problems.total;
    getrusage(RUSAGE_SELF, &used);
    out->peak_kib = used.ru_maxrss;
}

/* In a process of its own, so that neither pays for tidying up the other's memory. */
static void measure_apart(const struct buf *text, struct figures *out, bool load)
{
    int ends[2], status = -1;
    if (pipe(ends) != 0) abort();
    pid_t pid = fork();
    if (pid == 0) {
        if (load)
            load_once(text, out);
        else
            out->parse_us = parse_once(text);
        _exit(write(ends[1], out, sizeof(*out)) == (ssize_t)sizeof(*out) ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = read(ends[0], out, sizeof(*out));
    close(ends[0]);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0 || got != (ssize_t)sizeof(*out))
        abort();
}

static int measure(const struct buf *text, size_t rounds)
{
    struct figures f = {.parse_us = 0};
    long long *parses = xcalloc(rounds, sizeof(*parses)), *loads = xcalloc(rounds, sizeof(*loads));
    for (size_t i = 0; i < rounds; i++) {
        measure_apart(text, &f, false);
        measure_apart(text, &f, true);
        parses[i] = f.parse_us;
        loads[i] = f.load_us;
    }
    printf("{\"bytes\": %zu, \"parse_us\": %lld, \"load_us\": %lld, \"problems\": %zu, "
           "\"peak_kib\": %ld}\n",
           text->length, median(parses, rounds), median(loads, rounds), f.problems, f.peak_kib);
    free(parses);
    free(loads);
    return 0;
}

/* 0 where it is no number. */
static size_t argument(const char *text)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    return *end ? 0 : number;
}

int main(int argc, char **argv)
{
    size_t n = argc == 4 ? argument(argv[2]) : 0;
    size_t rounds = argc == 4 ? argument(argv[3]) : 0;
    for (size_t i = 0; n >= 3 && rounds && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(argv[1], kinds[i].name) != 0) continue;
        struct buf text;
        buf_init(&text, DOCUMENT_MAX);
        buf_str(&text, head);
        kinds[i].make(&text, n);
        buf_str(&text, "}\n");
        int status = measure(&text, rounds);
        buf_done(&text);
        return status;
    }
    fprintf(stderr, "Usage: reload KIND N ROUNDS (N of 3 or more)\n");
    return 2;
}
