/* What Azure adds to PostgreSQL's parameters: see parameter_azure.h. Sources are named above each
 * group; defaults without one are from the service's parameter reference as remembered and count as
 * unverified. */
#include "postgres/parameter_azure.h"

#include <strings.h>

#define ON_OFF "on,off"
#define ANY "[A-Za-z0-9._,*/:\\- ]*"
#define BOOL_ROW(n, def, text)                                                                     \
    {                                                                                              \
        n, KIND_BOOLEAN, 0, def, ON_OFF, text                                                      \
    }
#define INT_ROW(n, def, range, text)                                                               \
    {                                                                                              \
        n, KIND_INTEGER, 0, def, range, text                                                       \
    }
#define ENUM_ROW(n, def, words, text)                                                              \
    {                                                                                              \
        n, KIND_ENUM, 0, def, words, text                                                          \
    }

/* What a test on phonebill's plan may list in azure.extensions and a few more. */
#define EXTENSIONS                                                                                 \
    "address_standardizer,amcheck,azure_ai,azure_storage,bloom,btree_gin,btree_gist,citext,"       \
    "credcheck,cube,dblink,dict_int,dict_xsyn,earthdistance,fuzzystrmatch,hstore,hypopg,intagg,"   \
    "intarray,isn,lo,ltree,pageinspect,pg_buffercache,pg_cron,pg_freespacemap,pg_hint_plan,"       \
    "pg_partman,pg_prewarm,pg_repack,pg_stat_statements,pg_trgm,pg_visibility,pgaudit,pgcrypto,"   \
    "pglogical,pgrowlocks,pgstattuple,plpgsql,postgis,postgres_fdw,semver,session_variable,"       \
    "sslinfo,tablefunc,timescaledb,tsm_system_rows,tsm_system_time,unaccent,uuid-ossp,vector"
#define LIBRARIES                                                                                  \
    "age,auto_explain,azure_storage,credcheck,pg_cron,pg_failover_slots,pg_hint_plan,"             \
    "pg_partman_bgw,pg_prewarm,pg_squeeze,pg_stat_statements,pgaudit,pglogical,timescaledb,"       \
    "wal2json"

static const struct azure_parameter rows[] = {
    /* Known to PostgreSQL. Documented: max_connections by sku; ssl*, reserved ones and port are
     * read-only; ssl_min_protocol_version TLSv1.2. A test machine has no 4 GB for each server. */
    {"max_connections", KIND_INTEGER, 0, NULL, "25-5000", NULL},
    {"shared_buffers", KIND_INTEGER, AZURE_STORED, NULL, NULL, NULL},
    {"effective_cache_size", KIND_INTEGER, AZURE_STORED, NULL, NULL, NULL},
    {"huge_pages", KIND_ENUM, AZURE_STORED, "try", NULL, NULL},
    {"max_wal_size", KIND_INTEGER, AZURE_STORED, NULL, NULL, NULL},
    {"min_wal_size", KIND_INTEGER, AZURE_STORED, NULL, NULL, NULL},
    {"superuser_reserved_connections", KIND_INTEGER, AZURE_READ_ONLY, "10", NULL, NULL},
    {"shared_preload_libraries", KIND_SET, AZURE_STATIC, "pg_cron,pg_stat_statements", LIBRARIES,
     NULL},
    {"ssl_min_protocol_version", KIND_ENUM, 0, "TLSv1.2", "TLSv1.2,TLSv1.3", NULL},
    {"TimeZone", KIND_STRING, 0, "UTC", NULL, NULL},
    {"log_timezone", KIND_STRING, AZURE_READ_ONLY, "UTC", NULL, NULL},
    {"password_encryption", KIND_ENUM, 0, "scram-sha-256", NULL, NULL},
    {"port", KIND_INTEGER, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"ssl", KIND_BOOLEAN, AZURE_READ_ONLY | AZURE_STORED, "on", NULL, NULL},
    {"ssl_ciphers", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"ssl_ca_file", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"ssl_cert_file", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"ssl_key_file", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"ssl_crl_dir", KIND_STRING, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"ssl_crl_file", KIND_STRING, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"ssl_dh_params_file", KIND_STRING, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"ssl_passphrase_command", KIND_STRING, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"listen_addresses", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, "*", NULL, NULL},
    {"unix_socket_directories", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"unix_socket_group", KIND_STRING, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"unix_socket_permissions", KIND_INTEGER, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"cluster_name", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"fsync", KIND_BOOLEAN, AZURE_READ_ONLY | AZURE_STORED, "on", NULL, NULL},
    {"full_page_writes", KIND_BOOLEAN, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"logging_collector", KIND_BOOLEAN, AZURE_READ_ONLY | AZURE_STORED, "on", NULL, NULL},
    {"log_destination", KIND_SET, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"log_directory", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"log_filename", KIND_STRING, AZURE_READ_ONLY, NULL, NULL, NULL},
    {"archive_command", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"archive_mode", KIND_ENUM, AZURE_READ_ONLY | AZURE_STORED, "always", NULL, NULL},
    {"restore_command", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"primary_conninfo", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    {"primary_slot_name", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, NULL, NULL, NULL},
    /* Recorded 2026: read-only, and user-override on a fresh server. */
    {"lc_messages", KIND_STRING, AZURE_READ_ONLY | AZURE_STORED, "en_US.utf8", NULL, NULL},

    /* Azure's own. Documented with these defaults: azure.extensions empty, require_secure_transport
     * on and dynamic, metrics.collector_database_activity off and dynamic, pgbouncer.enabled off.
     */
    {"require_secure_transport", KIND_BOOLEAN, AZURE_HBA, "on", ON_OFF,
     "Whether client connections to the server are required to use some form of secure "
     "transport."},
    {"azure.extensions", KIND_SET, 0, "", EXTENSIONS,
     "Specifies which extensions are allowed to be created in the server."},
    {"azure.accepted_password_auth_method", KIND_SET, 0, "md5,scram-sha-256", "md5,scram-sha-256",
     "Accepted password authentication method."},
    {"azure.single_to_flex_migration", KIND_BOOLEAN, AZURE_READ_ONLY, "off", ON_OFF,
     "Specifies if this is a server created for migrating from Single Server."},
    {"reserved_connections", KIND_INTEGER, AZURE_READ_ONLY, "5", "5-5",
     "Sets the number of connections reserved for the service."},
    BOOL_ROW("metrics.collector_database_activity", "off",
             "Enables collection of enhanced database activity metrics."),
    BOOL_ROW("metrics.autovacuum_diagnostics", "off", "Enables collection of autovacuum metrics."),
    BOOL_ROW("metrics.pgbouncer_diagnostics", "off", "Enables collection of PgBouncer metrics."),
    BOOL_ROW("intelligent_tuning", "off", "Enables intelligent tuning."),
    {"intelligent_tuning.metric_targets", KIND_SET, 0, "none",
     "none,ALL,tuning-checkpoint_completion_target,tuning-min_wal_size,tuning-max_wal_size,"
     "tuning-bgwriter_delay,Storage-autovacuum",
     "Specifies which metrics are adjusted by intelligent tuning."},
    BOOL_ROW("logfiles.download_enable", "off", "Enables or disables server logs download."),
    INT_ROW("logfiles.retention_days", "3", "1-7", "Days that server log files are kept."),

    BOOL_ROW("pgbouncer.enabled", "off", "Denotes if the PgBouncer service is enabled."),
    INT_ROW("pgbouncer.default_pool_size", "50", "1-4950", "Connections per user and database."),
    INT_ROW("pgbouncer.max_client_conn", "5000", "1-50000", "Maximum of client connections."),
    INT_ROW("pgbouncer.max_prepared_statements", "0", "0-5000", "Prepared statements tracked."),
    INT_ROW("pgbouncer.min_pool_size", "0", "0-4950", "Connections added when below this."),
    ENUM_ROW("pgbouncer.pool_mode", "transaction", "session,transaction,statement",
             "When a server connection can be reused by other clients."),
    INT_ROW("pgbouncer.query_wait_timeout", "120", "0-86400", "Seconds a query may wait."),
    INT_ROW("pgbouncer.server_idle_timeout", "600", "0-86400", "Seconds until idle ones close."),
    {"pgbouncer.ignore_startup_parameters", KIND_STRING, 0, "", ANY, "Parameters to ignore."},
    {"pgbouncer.stats_users", KIND_STRING, 0, "", ANY, "Users allowed to read statistics."},

    ENUM_ROW("pg_qs.query_capture_mode", "none", "top,all,none", "What the query store tracks."),
    INT_ROW("pg_qs.interval_length_minutes", "15", "1-30", "Aggregation window of query store."),
    INT_ROW("pg_qs.max_query_text_length", "6000", "100-10000", "Longest query text stored."),
    INT_ROW("pg_qs.max_plan_size", "7500", "100-10000", "Longest plan text stored."),
    INT_ROW("pg_qs.retention_period_in_days", "7", "1-30", "Days that query store data is kept."),
    BOOL_ROW("pg_qs.store_query_plans", "off", "Turns saving of query plans on or off."),
    BOOL_ROW("pg_qs.track_utility", "on", "Whether utility commands are tracked."),
    ENUM_ROW("pg_qs.parameters_capture_mode", "capture_parameterless_only",
             "capture_parameterless_only,capture_first_sample", "Capture of parameters."),
    ENUM_ROW("pgms_wait_sampling.query_capture_mode", "none", "all,none", "Wait events tracked."),
    INT_ROW("pgms_wait_sampling.history_period", "100", "1-600000", "Sampling period in ms."),

    {"pg_stat_statements.max", KIND_INTEGER, AZURE_STATIC, "5000", "100-2147483647",
     "Maximum number of statements tracked."},
    ENUM_ROW("pg_stat_statements.track", "none", "top,all,none", "Which statements are counted."),
    BOOL_ROW("pg_stat_statements.track_utility", "on", "Whether utility commands are tracked."),
    BOOL_ROW("pg_stat_statements.save", "on", "Whether statistics survive a shutdown."),

    {"pgaudit.log", KIND_SET, 0, "none", "none,read,write,function,role,ddl,misc,misc_set,all",
     "Which classes of statements are logged by session audit logging."},
    BOOL_ROW("pgaudit.log_catalog", "on", "Session logging where all relations are in pg_catalog."),
    BOOL_ROW("pgaudit.log_client", "off", "Whether log messages are visible to a client."),
    ENUM_ROW("pgaudit.log_level", "log",
             "debug5,debug4,debug3,debug2,debug1,info,notice,warning,log", "Level of entries."),
    BOOL_ROW("pgaudit.log_parameter", "off", "Includes the parameters passed with a statement."),
    BOOL_ROW("pgaudit.log_relation", "off", "One entry per relation of a statement."),
    BOOL_ROW("pgaudit.log_statement_once", "off", "Statement text only with the first entry."),
    {"pgaudit.role", KIND_STRING, 0, "", ANY, "The master role for object audit logging."},

    /* Named in the plan (password policy). */
    INT_ROW("credcheck.password_min_length", "1", "1-2147483647", "Minimum password length."),
    INT_ROW("credcheck.password_min_digit", "0", "0-2147483647", "Minimum digits."),
    INT_ROW("credcheck.password_min_lower", "0", "0-2147483647", "Minimum lower case letters."),
    INT_ROW("credcheck.password_min_upper", "0", "0-2147483647", "Minimum upper case letters."),
    INT_ROW("credcheck.password_min_special", "0", "0-2147483647", "Minimum special characters."),
    INT_ROW("credcheck.password_valid_max", "0", "0-2147483647", "Longest VALID UNTIL in days."),
    BOOL_ROW("credcheck.encrypted_password_allowed", "off", "Accepts encrypted passwords."),
};

enum { ROW_N = sizeof(rows) / sizeof(rows[0]) };

const struct azure_parameter *azure_parameter_at(size_t i)
{
    return i < ROW_N ? &rows[i] : NULL;
}

const struct azure_parameter *azure_parameter_find(const char *name)
{
    for (size_t i = 0; i < ROW_N; i++) {
        if (strcasecmp(rows[i].name, name) == 0) return &rows[i];
    }
    return NULL;
}
