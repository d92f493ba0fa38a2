#include "pg/classify.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A code of two characters is a whole class. The first row that fits decides. */
static const struct {
    const char *state;
    enum err_kind kind;
    const char *text; /* for people; NULL: the server's message says enough */
} rules[] = {
    {"01006", ERR_DENIED, "nothing was revoked: no grant option on the object"},
    {"01007", ERR_DENIED, "nothing was granted: no grant option on the object"},
    {"08", ERR_TRANSIENT, NULL},
    {"0A000", ERR_REFUSED, NULL},
    {"0L", ERR_REFUSED, NULL},
    {"0P", ERR_REFUSED, NULL},
    {"22", ERR_REFUSED, NULL},
    {"23505", ERR_CONFLICT, "somebody else created it at the same time"},
    {"23", ERR_REFUSED, NULL},
    {"25006", ERR_TRANSIENT, "the server is read-only: a standby, or a failover is going on"},
    {"25", ERR_REFUSED, NULL},
    {"28", ERR_DENIED, NULL},
    {"2BP01", ERR_CONFLICT, "other objects or grants depend on it"},
    {"3D000", ERR_CONFLICT, NULL},
    {"3F000", ERR_CONFLICT, NULL},
    {"40", ERR_BUSY, NULL},
    {"42501", ERR_DENIED, NULL},
    {"42704", ERR_CONFLICT, NULL},
    {"42710", ERR_CONFLICT, NULL},
    {"42883", ERR_CONFLICT, NULL},
    {"42P01", ERR_CONFLICT, NULL},
    {"42P04", ERR_CONFLICT, NULL},
    {"42P06", ERR_CONFLICT, NULL},
    {"42703", ERR_CONFLICT, NULL},
    {"42", ERR_REFUSED, NULL},
    {"53", ERR_TRANSIENT, NULL},
    {"55006", ERR_BUSY, NULL},
    {"55P03", ERR_BUSY, "another session holds a lock on it"},
    {"55", ERR_REFUSED, NULL},
    {"57014", ERR_TIMEOUT, NULL},
    {"57", ERR_TRANSIENT, NULL},
    {"58", ERR_TRANSIENT, NULL},
};

static const char *const concurrent_writers[] = {"simple_heap_update", "simple_heap_delete"};

/* Two writers of one catalog row: an internal error by its code, told apart by where it was raised.
 */
static bool is_concurrent_update(const struct sql_reply *reply)
{
    if (strcmp(reply->sqlstate, "XX000") != 0 || !reply->source_function) return false;
    for (size_t i = 0; i < sizeof(concurrent_writers) / sizeof(*concurrent_writers); i++) {
        if (strcmp(reply->source_function, concurrent_writers[i]) == 0) return true;
    }
    return false;
}

static int classify_fail(const struct sql_reply *reply, enum err_kind kind, const char *text,
                         struct err *err)
{
    const char *message = reply->message ? reply->message : "";
    if (text && *message) {
        err_set(err, kind, "%s (%s)", text, message);
    } else {
        err_set(err, kind, "%s", text ? text : *message ? message : "the statement failed");
    }
    if (err) snprintf(err->code, sizeof(err->code), "%s", reply->sqlstate);
    return -1;
}

int pg_classify(const struct sql_reply *reply, struct err *err)
{
    const char *state = reply->sqlstate;
    if (!*state) return 0;
    if (is_concurrent_update(reply)) {
        return classify_fail(reply, ERR_BUSY, "another session changed the same object", err);
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
        if (strncmp(state, rules[i].state, strlen(rules[i].state)) == 0) {
            return classify_fail(reply, rules[i].kind, rules[i].text, err);
        }
    }
    return classify_fail(reply, ERR_PROTOCOL, NULL, err);
}
