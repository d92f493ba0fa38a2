/* The settings table of the local Azure: see settings.h. */
#include "settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

enum { WORDS_MAX = 3 };

struct setting_row {
    const char *name;
    const char *unit; /* "" for words */
    const char *words[WORDS_MAX + 1];
    int64_t fallback, min, max;
    const char *help;
    const char *source;
};

#define HOUR_MS (3600 * 1000)

static const struct setting_row rows[SET_N] = {
    [SET_SERVER_CREATE_MS] = {"server_create_ms",
                              "ms",
                              {0},
                              1500,
                              0,
                              HOUR_MS,
                              "least duration of a server's creation",
                              "Azure: 4 to 5 minutes; short for tests"},
    [SET_SERVER_UPDATE_MS] = {"server_update_ms",
                              "ms",
                              {0},
                              300,
                              0,
                              HOUR_MS,
                              "least duration of a server PATCH",
                              "Azure: up to 60 s"},
    [SET_SERVER_DELETE_MS] = {"server_delete_ms",
                              "ms",
                              {0},
                              300,
                              0,
                              HOUR_MS,
                              "least duration of a server's deletion",
                              "Azure: about 60 s"},
    [SET_POWER_MS] = {"power_ms",
                      "ms",
                      {0},
                      200,
                      0,
                      HOUR_MS,
                      "least duration of start, stop and restart",
                      "unverified"},
    [SET_FAILOVER_MS] = {"failover_ms",
                         "ms",
                         {0},
                         500,
                         0,
                         HOUR_MS,
                         "least duration of a failover",
                         "Azure: 60 to 120 s"},
    [SET_CONFIGURATION_MS] = {"configuration_ms",
                              "ms",
                              {0},
                              150,
                              0,
                              HOUR_MS,
                              "least duration of a parameter write",
                              "Azure: about 10 s"},
    [SET_FIREWALL_RULE_MS] = {"firewall_rule_ms",
                              "ms",
                              {0},
                              150,
                              0,
                              HOUR_MS,
                              "least duration of a firewall rule write",
                              "unverified"},
    [SET_DATABASE_MS] = {"database_ms",
                         "ms",
                         {0},
                         150,
                         0,
                         HOUR_MS,
                         "least duration of a database write",
                         "unverified"},
    [SET_LATE_FAILURE_MS] = {"late_failure_ms",
                             "ms",
                             {0},
                             150,
                             0,
                             HOUR_MS,
                             "how long an operation runs that validation fails",
                             "Azure: about 1 s"},
    [SET_RETRY_AFTER_S] = {"retry_after_s",
                           "s",
                           {0},
                           1,
                           0,
                           600,
                           "Retry-After of operations, whole seconds",
                           "Azure: server 60, parameter 10, integers only"},
    [SET_BUSY_AFTER_MS] = {"busy_after_ms",
                           "ms",
                           {0},
                           100,
                           0,
                           HOUR_MS,
                           "how long a server stays busy after Succeeded",
                           "Azure/azure-postgresql#134: less than 1 s"},
    [SET_BUSY_FORM] = {"busy_form",
                       "",
                       {"sync", "late"},
                       0,
                       0,
                       0,
                       "a busy server answers 409 at once, or 202 and fails late",
                       "both seen; the 409 is unverified"},
    [SET_CREATE_GET] = {"create_get",
                        "",
                        {"404", "Provisioning"},
                        0,
                        0,
                        0,
                        "what GET of a server answers while it is created",
                        "unverified"},
    [SET_CREATE_LAG_MS] = {"create_lag_ms",
                           "ms",
                           {0},
                           0,
                           0,
                           HOUR_MS,
                           "how long GET still answers 404 after a creation succeeded",
                           "a public log: 1 to 2 minutes in some regions"},
    [SET_PAGE_SIZE] = {"page_size",
                       "items",
                       {0},
                       1000,
                       1,
                       100000,
                       "items of one list page",
                       "parameters come in one page; paging itself is ARM's contract"},
    [SET_BOOLEAN_FORM] = {"boolean_form",
                          "",
                          {"as-sent", "lower", "upper"},
                          1,
                          0,
                          0,
                          "how a Boolean parameter's value is answered",
                          "swagger example answers ON for on"},
    [SET_LOCATION_FORM] = {"location_form",
                           "",
                           {"display", "name"},
                           0,
                           0,
                           0,
                           "a server's location as display name or as name",
                           "recorded: Canada Central"},
    [SET_GROUP_DELETE] = {"group_delete",
                          "",
                          {"refuse", "allow"},
                          0,
                          0,
                          0,
                          "DELETE of an (empty) resource group",
                          "a safety of this simulator"},
    [SET_DATABASE_DELETE] = {"database_delete",
                             "",
                             {"refuse", "allow"},
                             0,
                             0,
                             0,
                             "DELETE of a database",
                             "a safety of this simulator"},
    [SET_TOKEN_LIFETIME_S] = {"token_lifetime_s",
                              "s",
                              {0},
                              3599,
                              1,
                              86400,
                              "lifetime of a token",
                              "the documentation's example"},
    [SET_READS_BUCKET] = {"reads_bucket",
                          "requests",
                          {0},
                          1100,
                          1,
                          1000000000,
                          "reads that may come at once",
                          "recorded 2026"},
    [SET_READS_PER_S] = {"reads_per_s",
                         "requests/s",
                         {0},
                         25,
                         0,
                         1000000000,
                         "refill of the reads",
                         "ARM request limits"},
    [SET_WRITES_BUCKET] = {"writes_bucket",
                           "requests",
                           {0},
                           800,
                           1,
                           1000000000,
                           "writes that may come at once",
                           "recorded 2026"},
    [SET_WRITES_PER_S] = {"writes_per_s",
                          "requests/s",
                          {0},
                          10,
                          0,
                          1000000000,
                          "refill of the writes",
                          "ARM request limits"},
    [SET_DELETES_BUCKET] = {"deletes_bucket",
                            "requests",
                            {0},
                            800,
                            1,
                            1000000000,
                            "deletes that may come at once",
                            "recorded 2026 for writes"},
    [SET_DELETES_PER_S] = {"deletes_per_s",
                           "requests/s",
                           {0},
                           10,
                           0,
                           1000000000,
                           "refill of the deletes",
                           "ARM request limits"},
    [SET_YOUNG_S] = {"young_s",
                     "s",
                     {0},
                     600,
                     0,
                     864000,
                     "age below which a server has no earliestRestoreDate",
                     "recorded; age unverified"},
    [SET_FSYNC] = {"fsync",
                   "",
                   {"off", "on"},
                   0,
                   0,
                   0,
                   "fsync of the real clusters",
                   "off for tests: nothing here survives the machine"},
    [SET_MAX_CONNECTIONS_CAP] = {"max_connections_cap",
                                 "connections",
                                 {0},
                                 200,
                                 20,
                                 10000,
                                 "the real clusters' max_connections at most",
                                 "a test machine is smaller than a D4s_v3"},
};

void settings_init(struct settings *s)
{
    for (int i = 0; i < SET_N; i++) s->value[i] = rows[i].fallback;
}

static int word_index(const struct setting_row *row, const char *text)
{
    for (int i = 0; row->words[i]; i++) {
        if (strcmp(row->words[i], text) == 0) return i;
    }
    return -1;
}

static int setting_parse(const struct setting_row *row, const char *text, int64_t *out,
                         struct err *err)
{
    if (row->words[0]) {
        int index = word_index(row, text);
        if (index < 0) return err_set(err, ERR_CONFIG, "%s cannot be '%s'", row->name, text);
        *out = index;
        return 0;
    }
    char *end = NULL;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno || end == text || *end || number < row->min || number > row->max)
        return err_set(err, ERR_CONFIG, "%s must be %" PRId64 " to %" PRId64 " %s, not '%s'",
                       row->name, row->min, row->max, row->unit, text);
    *out = number;
    return 0;
}

int settings_set(struct settings *s, const char *name, const char *text, struct err *err)
{
    for (int i = 0; i < SET_N; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return setting_parse(&rows[i], text, &s->value[i], err);
    }
    return err_set(err, ERR_CONFIG, "there is no setting '%s'", name);
}

int settings_set_pair(struct settings *s, const char *pair, struct err *err)
{
    const char *equals = strchr(pair, '=');
    if (!equals) return err_set(err, ERR_CONFIG, "'%s' is not key=value", pair);
    char *name = xstrndup(pair, (size_t)(equals - pair));
    int r = settings_set(s, name, equals + 1, err);
    free(name);
    return r;
}

int settings_set_json(struct settings *s, const json_t *object, struct err *err)
{
    struct settings next = *s;
    const char *name;
    json_t *value;
    if (!json_is_object(object)) return err_set(err, ERR_CONFIG, "settings must be an object");
    json_each_member(object, name, value)
    {
        char number[32];
        snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        const char *text = json_is_string(value) ? json_string_value(value) : number;
        if (!json_is_string(value) && !json_is_integer(value))
            return err_set(err, ERR_CONFIG, "%s must be a number or a word", name);
        if (settings_set(&next, name, text, err) < 0) return -1;
    }
    *s = next;
    return 0;
}

int settings_read(struct settings *s, const char *file, struct err *err)
{
    json_error_t why;
    json_t *object = json_load_file(file, JSON_REJECT_DUPLICATES, &why);
    if (!object) return err_set(err, ERR_CONFIG, "%s: line %d: %s", file, why.line, why.text);
    int r = settings_set_json(s, object, err);
    json_decref(object);
    return r < 0 ? err_prefix(err, "%s", file) : 0;
}

int64_t setting(const struct settings *s, enum setting which)
{
    return s->value[which];
}

bool setting_is(const struct settings *s, enum setting which, const char *word)
{
    return strcmp(rows[which].words[s->value[which]], word) == 0;
}

static json_t *setting_json(const struct settings *s, int i)
{
    const struct setting_row *row = &rows[i];
    return row->words[0] ? json_string(row->words[s->value[i]]) : json_integer(s->value[i]);
}

json_t *settings_json(const struct settings *s)
{
    json_t *all = json_object();
    for (int i = 0; i < SET_N; i++) {
        json_t *item = json_pack("{s:o, s:s, s:s, s:s}", "value", setting_json(s, i), "unit",
                                 rows[i].unit, "help", rows[i].help, "source", rows[i].source);
        json_object_set_new(all, rows[i].name, item);
    }
    return all;
}

void settings_help(FILE *out)
{
    for (int i = 0; i < SET_N; i++) {
        const struct setting_row *row = &rows[i];
        char fallback[64];
        if (row->words[0])
            snprintf(fallback, sizeof(fallback), "%s", row->words[row->fallback]);
        else
            snprintf(fallback, sizeof(fallback), "%" PRId64 " %s", row->fallback, row->unit);
        fprintf(out, "  %-20s %-16s %s\n", row->name, fallback, row->help);
    }
}
