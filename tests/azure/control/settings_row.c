/* The rows of the settings table: see settings_row.h. The source says where the default is known
 * from; "a safety of this simulator" and durations that are short for tests are no facts of Azure.
 */
#include "control/settings_row.h"

#define HOUR_MS (3600 * 1000)
#define NUMBER(name_, unit_, fallback_, min_, max_, help_, source_)                                \
    {                                                                                              \
        .name = (name_), .unit = (unit_), .fallback = (fallback_), .min = (min_), .max = (max_),   \
        .help = (help_), .source = (source_)                                                       \
    }
/* 'fallback' is the index of one of the words, which come last. */
#define CHOICE(name_, fallback_, help_, source_, ...)                                              \
    {                                                                                              \
        .name = (name_), .unit = "", .words = {__VA_ARGS__}, .fallback = (fallback_),              \
        .help = (help_), .source = (source_)                                                       \
    }

const struct setting_row setting_rows[SET_N] = {
    [SET_SERVER_CREATE_MS] =
        NUMBER("server_create_ms", "ms", 1500, 0, HOUR_MS, "least duration of a server's creation",
               "Azure: 4 to 5 minutes; short for tests"),
    [SET_SERVER_UPDATE_MS] = NUMBER("server_update_ms", "ms", 300, 0, HOUR_MS,
                                    "least duration of a server PATCH", "Azure: up to 60 s"),
    [SET_SERVER_DELETE_MS] = NUMBER("server_delete_ms", "ms", 300, 0, HOUR_MS,
                                    "least duration of a server's deletion", "Azure: about 60 s"),
    [SET_POWER_MS] = NUMBER("power_ms", "ms", 200, 0, HOUR_MS,
                            "least duration of start, stop and restart", "unverified"),
    [SET_FAILOVER_MS] = NUMBER("failover_ms", "ms", 500, 0, HOUR_MS, "least duration of a failover",
                               "Azure: 60 to 120 s"),
    [SET_CONFIGURATION_MS] = NUMBER("configuration_ms", "ms", 150, 0, HOUR_MS,
                                    "least duration of a parameter write", "Azure: about 10 s"),
    [SET_FIREWALL_RULE_MS] = NUMBER("firewall_rule_ms", "ms", 150, 0, HOUR_MS,
                                    "least duration of a firewall rule write", "unverified"),
    [SET_SERVER_CHILD_MS] =
        NUMBER("server_child_ms", "ms", 150, 0, HOUR_MS,
               "least duration of a write of a virtual endpoint, threat protection or a connection",
               "unverified"),
    [SET_DATABASE_MS] = NUMBER("database_ms", "ms", 150, 0, HOUR_MS,
                               "least duration of a database write", "unverified"),
    [SET_ADMINISTRATOR_MS] = NUMBER("administrator_ms", "ms", 150, 0, HOUR_MS,
                                    "least duration of an administrator's write", "unverified"),
    [SET_BACKUP_MS] =
        NUMBER("backup_ms", "ms", 150, 0, HOUR_MS,
               "least duration of an on-demand backup and its deletion", "unverified"),
    [SET_NETWORK_MS] = NUMBER("network_ms", "ms", 150, 0, HOUR_MS,
                              "least duration of a virtual network or subnet write", "unverified"),
    [SET_PRIVATE_DNS_MS] =
        NUMBER("private_dns_ms", "ms", 150, 0, HOUR_MS,
               "least duration of a private DNS zone or link write", "unverified"),
    [SET_LATE_FAILURE_MS] =
        NUMBER("late_failure_ms", "ms", 150, 0, HOUR_MS,
               "how long an operation runs that validation fails", "Azure: about 1 s"),
    [SET_RETRY_AFTER_S] =
        NUMBER("retry_after_s", "s", 1, 0, 600, "Retry-After of operations, whole seconds",
               "Azure: server 60, parameter 10, integers only"),
    [SET_RETRY_AFTER_FORM] = CHOICE(
        "retry_after_form", 0, "Retry-After of operations: retry_after_s, or as Azure sends it",
        "recorded 2020 and 2026", "setting", "recorded"),
    [SET_BUSY_AFTER_MS] = NUMBER("busy_after_ms", "ms", 100, 0, HOUR_MS,
                                 "how long a server stays busy after Succeeded",
                                 "Azure/azure-postgresql#134: less than 1 s"),
    [SET_BUSY_FORM] =
        CHOICE("busy_form", 0, "a busy server answers 409 at once, or 202 and fails late",
               "both seen; the 409 is unverified", "sync", "late"),
    [SET_CREATE_GET] = CHOICE("create_get", 0, "what GET of a server answers while it is created",
                              "unverified", "404", "Provisioning"),
    [SET_CREATE_LAG_MS] = NUMBER("create_lag_ms", "ms", 0, 0, HOUR_MS,
                                 "how long GET still answers 404 after a creation succeeded",
                                 "a public log: 1 to 2 minutes in some regions"),
    [SET_PAGE_SIZE] = NUMBER("page_size", "items", 1000, 1, 100000, "items of one list page",
                             "parameters come in one page; paging itself is ARM's contract"),
    [SET_BOOLEAN_FORM] = CHOICE("boolean_form", 1, "how a Boolean parameter's value is answered",
                                "swagger example answers ON for on", "as-sent", "lower", "upper"),
    [SET_LOCATION_FORM] =
        CHOICE("location_form", 0, "a server's location as display name or as name",
               "recorded: Canada Central", "display", "name"),
    [SET_ADMINISTRATOR_NAME] =
        CHOICE("administrator_name", 0, "the name of an administrator: its principal's or its id",
               "2024-08-01 examples", "principal", "object"),
    [SET_ADMINISTRATOR_WITHOUT_ENTRA] =
        CHOICE("administrator_without_entra", 0,
               "an administrator of a server without activeDirectoryAuth",
               "service documentation; the form of the refusal is unverified", "late", "allow"),
    [SET_GROUP_DELETE] = CHOICE("group_delete", 0, "DELETE of an (empty) resource group",
                                "a safety of this simulator", "refuse", "allow"),
    [SET_DATABASE_DELETE] = CHOICE("database_delete", 1, "DELETE of a database",
                                   "2025-08-01 swagger; refuse: a safety", "refuse", "allow"),
    [SET_PRIVATE_DNS_ANSWER] =
        CHOICE("private_dns_answer", 0,
               "a private DNS write answers 202 with an operation, or 200 and 201 at once",
               "swagger: all three", "202", "sync"),
    [SET_ABSENT_SUBNETS] = CHOICE(
        "absent_subnets", 0,
        "a PUT of a virtual network without the member subnets removes them or keeps them",
        "both documented; how far the newer (keep) is rolled out is unverified", "remove", "keep"),
    [SET_LINKED_NETWORK_DELETE] =
        CHOICE("linked_network_delete", 0,
               "DELETE of a virtual network that a private DNS zone is linked to", "unverified",
               "refuse", "allow"),
    [SET_LINKED_IDS] =
        CHOICE("linked_ids", 0,
               "a server whose subnet or zone does not exist or fit fails late, is refused with "
               "403, or is made",
               "late: as other validation; 403: Azure/azure-cli#17883", "late", "sync", "ignore"),
    [SET_READ_ONLY_LOCK_POST] =
        CHOICE("read_only_lock_post", 0, "a ReadOnly lock and POST actions such as restart",
               "unverified", "refuse", "allow"),
    [SET_TOKEN_LIFETIME_S] = NUMBER("token_lifetime_s", "s", 3599, 1, 86400, "lifetime of a token",
                                    "the documentation's example"),
    [SET_READS_BUCKET] = NUMBER("reads_bucket", "requests", 1100, 1, 1000000000,
                                "reads that may come at once", "recorded 2026"),
    [SET_READS_PER_S] = NUMBER("reads_per_s", "requests/s", 25, 0, 1000000000,
                               "refill of the reads", "ARM request limits"),
    [SET_WRITES_BUCKET] = NUMBER("writes_bucket", "requests", 800, 1, 1000000000,
                                 "writes that may come at once", "recorded 2026"),
    [SET_WRITES_PER_S] = NUMBER("writes_per_s", "requests/s", 10, 0, 1000000000,
                                "refill of the writes", "ARM request limits"),
    [SET_DELETES_BUCKET] = NUMBER("deletes_bucket", "requests", 800, 1, 1000000000,
                                  "deletes that may come at once", "recorded 2026 for writes"),
    [SET_DELETES_PER_S] = NUMBER("deletes_per_s", "requests/s", 10, 0, 1000000000,
                                 "refill of the deletes", "ARM request limits"),
    [SET_RATE_PER_S] = NUMBER("rate_per_s", "requests/s", 0, 0, 1000000000,
                              "requests of any kind that are allowed in a second, 0: any number",
                              "a fault: no such limit is documented"),
    [SET_YOUNG_S] =
        NUMBER("young_s", "s", 600, 0, 864000,
               "age below which a server has no earliestRestoreDate", "recorded; age unverified"),
    [SET_FSYNC] = CHOICE("fsync", 0, "fsync of the real clusters",
                         "off for tests: nothing here survives the machine", "off", "on"),
    [SET_MAX_CONNECTIONS_CAP] = NUMBER("max_connections_cap", "connections", 200, 20, 10000,
                                       "the real clusters' max_connections at most",
                                       "a test machine is smaller than a D4s_v3"),
};
