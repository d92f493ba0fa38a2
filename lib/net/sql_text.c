/* The few texts that the executor itself sends: see sql_text.h. */
#include "net/sql_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct {
    int since; /* server version */
    const char *text;
} settings[] = {
    {0, "SET search_path = pg_catalog;"},
    {0, "SET lock_timeout = '2s';"},
    {0, "SET idle_in_transaction_session_timeout = '30s';"},
    /* A statement whose client has given up ends soon. */
    {140000, "SET client_connection_check_interval = '5s';"},
    /* Who makes a role may then use it at once (source: tried on 16, 17 and 18). */
    {160000, "SET createrole_self_grant = 'set, inherit';"},
};

void sql_text_session(struct buf *b, int version)
{
    for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
        if (version >= settings[i].since) buf_str(b, settings[i].text);
}

void sql_text_timeout(struct buf *b, msec timeout)
{
    buf_printf(b, "SET statement_timeout = %llu;", (unsigned long long)timeout);
}

char *sql_text_statement(PGconn *pg, const struct sql_statement *s)
{
    if (!s->password) return xstrdup(s->text);
    char *verifier = PQencryptPasswordConn(pg, secret_bytes(s->password), s->role, "scram-sha-256");
    if (!verifier) return NULL;
    char *literal = PQescapeLiteral(pg, verifier, strlen(verifier));
    mem_wipe(verifier, strlen(verifier));
    PQfreemem(verifier);
    if (!literal) abort();
    char *text = xasprintf("%s%s", s->text, literal);
    mem_wipe(literal, strlen(literal));
    PQfreemem(literal);
    return text;
}
