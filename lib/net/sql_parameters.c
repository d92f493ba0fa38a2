/* What libpq is told about a connection: see sql_parameters.h. */
#include "net/sql_parameters.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"
#include "net/authorities.h"

enum { PARAMETERS_MAX = 32 };

/* What is the same for all connections. libpq takes an empty value for none given, and would look
 * for it; a file that does not exist is the way to say "no file" (source: libpq's documentation,
 * 34.1.2, 34.15 and 34.19; tried with 15). With all four files of TLS named, it does not look for
 * the user's home either, which may ask a directory service. */
static const struct {
    const char *keyword;
    const char *value;
} parameters_fixed[] = {
    {"passfile", "/nonexistent"},
    {"sslcert", "/nonexistent"},
    {"sslkey", "/nonexistent"},
    {"sslcrl", "/nonexistent"},
    {"ssl_min_protocol_version", "TLSv1.2"},
    {"sslcompression", "0"},
    {"sslsni", "1"},
    {"channel_binding", "prefer"},
    {"gssencmode", "disable"},
    {"target_session_attrs", "any"},
    {"connect_timeout", "0"}, /* ours is the loop's */
    {"client_encoding", "UTF8"},
    {"application_name", "pgdriftd"},
    {"keepalives", "1"},
    {"keepalives_idle", "30"},
    {"keepalives_interval", "10"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "60000"},
};
#define PARAMETERS_FIXED_N (sizeof(parameters_fixed) / sizeof(*parameters_fixed))

/* Those of each connection that are always told. */
static const char *const parameters_own[] = {"host",     "port",    "dbname",     "user",
                                             "password", "sslmode", "sslrootcert"};
#define PARAMETERS_OWN_N (sizeof(parameters_own) / sizeof(*parameters_own))

/* --- environment -------------------------------------------------------------------------------
 */

/* Not among libpq's parameters, or read before them. */
static const char *const parameters_variables[] = {
    "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGLOCALEDIR", "PGDATESTYLE", "PGTZ", "PGGEQO",
};

static void parameters_forget(const char *variable)
{
    if (getenv(variable)) unsetenv(variable);
}

static bool parameters_tell(const char *keyword)
{
    for (size_t i = 0; i < PARAMETERS_OWN_N; i++)
        if (strcmp(parameters_own[i], keyword) == 0) return true;
    for (size_t i = 0; i < PARAMETERS_FIXED_N; i++)
        if (strcmp(parameters_fixed[i].keyword, keyword) == 0) return true;
    return false;
}

void sql_parameters_clean_environment(void)
{
    for (size_t i = 0; i < sizeof(parameters_variables) / sizeof(*parameters_variables); i++)
        parameters_forget(parameters_variables[i]);
    /* The library's own list: a newer one has parameters that we do not know. */
    PQconninfoOption *options = PQconndefaults();
    for (const PQconninfoOption *o = options; o && o->keyword; o++)
        if (o->envvar && !parameters_tell(o->keyword)) parameters_forget(o->envvar);
    PQconninfoFree(options);
}

/* --- connecting --------------------------------------------------------------------------------
 */

struct parameters {
    const char *keywords[PARAMETERS_MAX + 1];
    const char *values[PARAMETERS_MAX + 1];
    size_t count;
};

static void parameters_add(struct parameters *p, const char *keyword, const char *value)
{
    p->keywords[p->count] = keyword;
    p->values[p->count++] = value;
}

PGconn *sql_parameters_connect(const struct sql_target *target, const char *address,
                               const char *root, struct err *err)
{
    struct parameters p = {.count = 0};
    if (!root) root = authorities_of_system();
    if (authorities_check(root, err) < 0) return NULL;
    parameters_add(&p, "host", target->host);
    if (address) parameters_add(&p, "hostaddr", address);
    parameters_add(&p, "port", target->port);
    parameters_add(&p, "dbname", target->database);
    parameters_add(&p, "user", target->user);
    parameters_add(&p, "password",
                   target->password ? secret_bytes(target->password) : SQL_NO_PASSWORD);
    parameters_add(&p, "sslmode", target->ssl_mode);
    parameters_add(&p, "sslrootcert", root);
    for (size_t i = 0; i < PARAMETERS_FIXED_N; i++)
        parameters_add(&p, parameters_fixed[i].keyword, parameters_fixed[i].value);
    PGconn *pg = PQconnectStartParams(p.keywords, p.values, 0);
    if (!pg) abort();
    return pg;
}
