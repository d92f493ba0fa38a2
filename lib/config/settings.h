/* How the daemon runs: /etc/pgdriftd/pgdriftd.json. What shall exist is not said here but in the
 * desired documents (config/desired.h). Every key has a default: {} is a complete file. */
#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/log.h"
#include "base/problem.h"
#include "base/secret.h"
#include "field/field.h"
#include "plan/policy.h"

#define SETTINGS_FILE "/etc/pgdriftd/pgdriftd.json"

enum settings_credentials { SETTINGS_MANAGED_IDENTITY, SETTINGS_CLIENT_SECRET };

/* Strings are NULL where the file says nothing and there is no default. Times carry their unit in
 * the name, as in the file. */
struct settings {
    int mode; /* enum policy_mode: a ceiling over every document's own mode */

    struct {
        char *resource_manager; /* "https://management.azure.com", without a final slash */
        char *login;
        char *imds;
        char *audience; /* what a token for ARM is asked for */
        char *ca_file;
        char *hosts_file;
        char *proxy;
    } cloud;

    struct {
        int kind; /* enum settings_credentials */
        char *tenant_id;
        char *client_id;
        char *object_id;
        char *resource_id;
        char *client_secret_ref;      /* the reference, not the secret */
        struct secret *client_secret; /* NULL: not asked for, or not resolved */
    } credentials;

    char *desired_directory;
    char *state_directory;
    json_t *variables; /* object of strings, for ${NAME}; NULL: none */

    struct {
        int64_t arm_seconds;
        int64_t sql_seconds;
        int64_t full_read_hours;
        int64_t jitter_percent;
        int64_t backoff_max_seconds;
    } intervals;

    struct {
        int64_t max_connections_per_host;
        int64_t max_in_flight;
        int64_t arm_reads_per_second;
        int64_t arm_read_burst;
        int64_t arm_writes_per_second;
        int64_t arm_write_burst;
        int64_t operation_timeout_minutes;
        struct {
            int64_t deletions; /* at most, in one plan, whatever a document allows */
            int64_t creations;
            int64_t percent; /* of a target's declared items that one plan may write */
        } blast_radius;
    } limits;

    /* How much has to be seen before something is believed. */
    struct {
        int64_t absence_looks;
        int64_t absence_seconds;
        int64_t lag_seconds;
        int64_t fights;
        int64_t fight_minutes;
        int64_t fight_hold_minutes;
    } evidence;

    struct {
        char *ssl_mode; /* libpq's sslmode */
        char *ssl_root_cert;
        char *user; /* NULL: the server's administratorLogin */
        int64_t connect_timeout_seconds;
        int64_t statement_timeout_seconds;
        int64_t idle_timeout_seconds;
        int64_t max_connections_per_server;
    } sql;

    struct {
        int level;  /* index into error, warning, notice, info, debug; see settings_log_level() */
        int format; /* enum log_format */
    } log;
};

/* The rows; also what the JSON Schema and the reference are made of. */
extern const struct field settings_fields[];

enum settings_secrets {
    SETTINGS_RESOLVE_SECRETS, /* a secret that cannot be read is a problem */
    SETTINGS_LEAVE_SECRETS,   /* for checks on a machine that does not have them */
};

/* Reads and checks 'file' completely. NULL where 'problems' grew. The caller frees the result. */
struct settings *settings_load(const char *file, enum settings_secrets secrets,
                               struct problems *problems);
/* The same from text; 'file' is its name in messages. */
struct settings *settings_parse(const char *file, const char *text, size_t length,
                                enum settings_secrets secrets, struct problems *problems);
/* Wipes and frees. Accepts NULL. */
void settings_free(struct settings *s);

enum log_level settings_log_level(const struct settings *s);

#endif
