/* The table of faults, and which call meets which: see virtual_fault.h. */
#include "support/virtual_fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/virtual_inside.h"

#define ARM (VIRTUAL_GET | VIRTUAL_LIST | VIRTUAL_MONITOR | VIRTUAL_ASK | VIRTUAL_WRITE)
#define ANY (VIRTUAL_HTTP | VIRTUAL_SQL)
#define ANSWER(w, c, s, code_)                                                                     \
    {                                                                                              \
        .word = w, .classes = c, .effect = EFFECT_ANSWER, .status = s, .code = code_               \
    }
#define BODY(w, c, how, member)                                                                    \
    {                                                                                              \
        .word = w, .classes = c, .effect = EFFECT_BODY, .spoil = how, .code = member               \
    }
#define LIE(w, c, how, member)                                                                     \
    {                                                                                              \
        .word = w, .classes = c, .effect = EFFECT_BODY, .spoil = how, .code = member, .lie = true  \
    }
#define SQLSTATE(w, c, state)                                                                      \
    {                                                                                              \
        .word = w, .classes = c, .effect = EFFECT_SQLSTATE, .code = state                          \
    }
#define LOST(w, s, code_, text)                                                                    \
    {                                                                                              \
        .word = w, .classes = VIRTUAL_WRITE, .effect = EFFECT_LOST, .status = s, .code = code_,    \
        .body = text                                                                               \
    }

const struct virtual_fault virtual_faults[] = {
    /* What the other side may say instead. */
    ANSWER("404 ResourceNotFound", ARM, 404, "ResourceNotFound"),
    ANSWER("404 NotFound", VIRTUAL_READS, 404, "NotFound"),
    ANSWER("404 ResourceGroupNotFound", ARM, 404, "ResourceGroupNotFound"),
    ANSWER("404 ParentResourceNotFound", VIRTUAL_READS, 404, "ParentResourceNotFound"),
    ANSWER("404 SubscriptionNotFound", ARM, 404, "SubscriptionNotFound"),
    ANSWER("404 InvalidResourceType", VIRTUAL_READS, 404, "InvalidResourceType"),
    {.word = "404 without words", .classes = ARM, .effect = EFFECT_ANSWER, .status = 404},
    ANSWER("400 BadRequest", ARM | VIRTUAL_TOKEN, 400, "BadRequest"),
    ANSWER("401 ExpiredAuthenticationToken", ARM, 401, "ExpiredAuthenticationToken"),
    ANSWER("403 AuthorizationFailed", ARM, 403, "AuthorizationFailed"),
    ANSWER("409 Conflict", ARM, 409, "Conflict"),
    ANSWER("409 ServerIsBusy", VIRTUAL_WRITE, 409, "ServerIsBusy"),
    ANSWER("409 ScopeLocked", VIRTUAL_WRITE, 409, "ScopeLocked"),
    ANSWER("412 PreconditionFailed", VIRTUAL_WRITE, 412, "PreconditionFailed"),
    {.word = "429 Retry-After 30",
     .classes = ARM | VIRTUAL_TOKEN,
     .effect = EFFECT_ANSWER,
     .status = 429,
     .code = "SubscriptionRequestsThrottled",
     .retry_after = "30"},
    ANSWER("429 busy", ARM, 429, "RetryableErrorDueToAnotherOperation"),
    ANSWER("500 InternalServerError", ARM | VIRTUAL_TOKEN, 500, "InternalServerError"),
    {.word = "502 in HTML",
     .classes = ARM | VIRTUAL_TOKEN,
     .effect = EFFECT_ANSWER,
     .status = 502,
     .body = "<html>Bad Gateway</html>"},
    {.word = "503", .classes = ARM | VIRTUAL_TOKEN, .effect = EFFECT_ANSWER, .status = 503},
    {.word = "503 Retry-After 120",
     .classes = ARM,
     .effect = EFFECT_ANSWER,
     .status = 503,
     .code = "ServiceUnavailable",
     .retry_after = "120"},
    {.word = "301", .classes = ARM, .effect = EFFECT_ANSWER, .status = 301},
    {.word = "204 without a body",
     .classes = VIRTUAL_READS | VIRTUAL_MONITOR | VIRTUAL_ASK,
     .effect = EFFECT_ANSWER,
     .status = 204},
    /* It was carried out, and the answer says otherwise. */
    {.word = "504 and done",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_LATE,
     .status = 504,
     .code = "GatewayTimeout"},
    {.word = "500 and done",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_LATE,
     .status = 500,
     .code = "InternalServerError"},
    {.word = "200 {} and done",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_LATE,
     .status = 200,
     .body = "{}",
     .repeats = 1},
    {.word = "202 without a monitor",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_LATE,
     .status = 202,
     .body = "",
     .repeats = 1},
    /* Connections. */
    {.word = "refused", .classes = ANY, .effect = EFFECT_REFUSED},
    {.word = "reset before", .classes = ANY, .effect = EFFECT_RESET_BEFORE},
    {.word = "reset after", .classes = ANY, .effect = EFFECT_RESET_AFTER},
    {.word = "silence before", .classes = ANY, .effect = EFFECT_SILENCE_BEFORE},
    {.word = "silence after", .classes = ANY, .effect = EFFECT_SILENCE_AFTER},
    /* Bodies. */
    BODY("{}", ARM, SPOIL_EMPTY_OBJECT, NULL),
    BODY("null", ARM, SPOIL_NULL, NULL),
    BODY("no JSON", ARM | VIRTUAL_TOKEN, SPOIL_NO_JSON, NULL),
    BODY("cut in half", ARM | VIRTUAL_TOKEN, SPOIL_CUT, NULL),
    BODY("minimal", VIRTUAL_GET, SPOIL_MINIMAL, NULL),
    BODY("another id", VIRTUAL_GET, SPOIL_OTHER_ID, NULL),
    BODY("another name", VIRTUAL_GET, SPOIL_OTHER_NAME, NULL),
    BODY("another type", VIRTUAL_GET, SPOIL_OTHER_TYPE, NULL),
    BODY("no id", VIRTUAL_GET, SPOIL_NO_MEMBER, "id"),
    BODY("no name", VIRTUAL_GET, SPOIL_NO_MEMBER, "name"),
    BODY("no type", VIRTUAL_GET, SPOIL_NO_MEMBER, "type"),
    BODY("no properties", VIRTUAL_GET, SPOIL_NO_MEMBER, "properties"),
    BODY("null properties", VIRTUAL_GET, SPOIL_NULL_MEMBER, "properties"),
    BODY("no location", VIRTUAL_GET, SPOIL_NO_MEMBER, "location"),
    BODY("no sku", VIRTUAL_GET, SPOIL_NO_MEMBER, "sku"),
    BODY("no state", VIRTUAL_GET, SPOIL_NO_MEMBER, "properties.state"),
    BODY("no storage", VIRTUAL_GET, SPOIL_NO_MEMBER, "properties.storage"),
    BODY("no network", VIRTUAL_GET, SPOIL_NO_MEMBER, "properties.network"),
    BODY("no backup", VIRTUAL_GET, SPOIL_NO_MEMBER, "properties.backup"),
    BODY("no highAvailability", VIRTUAL_GET, SPOIL_NO_MEMBER, "properties.highAvailability"),
    LIE("no tags", VIRTUAL_GET, SPOIL_NO_MEMBER, "tags"),
    BODY("no status", VIRTUAL_MONITOR, SPOIL_NO_MEMBER, "status"),
    BODY("no nameAvailable", VIRTUAL_ASK, SPOIL_NO_MEMBER, "nameAvailable"),
    BODY("no value", VIRTUAL_LIST, SPOIL_NO_VALUE, NULL),
    LIE("an empty list", VIRTUAL_LIST, SPOIL_EMPTY_LIST, NULL),
    BODY("a null item", VIRTUAL_LIST, SPOIL_ITEM_NULL, NULL),
    LIE("an item is missing", VIRTUAL_LIST, SPOIL_ITEM_GONE, NULL),
    BODY("items without id", VIRTUAL_LIST, SPOIL_ITEM_MEMBER, "id"),
    BODY("items without name", VIRTUAL_LIST, SPOIL_ITEM_MEMBER, "name"),
    BODY("items without properties", VIRTUAL_LIST, SPOIL_ITEM_MEMBER, "properties"),
    BODY("items without value", VIRTUAL_LIST, SPOIL_ITEM_MEMBER, "properties.value"),
    BODY("items with null", VIRTUAL_LIST, SPOIL_ITEM_NULL_MEMBER, "properties.value"),
    BODY("items with a number", VIRTUAL_LIST, SPOIL_ITEM_NUMBER, NULL),
    BODY("nextLink to itself", VIRTUAL_LIST, SPOIL_LINK_SELF, NULL),
    BODY("nextLink in a circle", VIRTUAL_LIST, SPOIL_LINK_CIRCLE, NULL),
    BODY("nextLink without end", VIRTUAL_LIST, SPOIL_LINK_ENDLESS, NULL),
    BODY("nextLink elsewhere", VIRTUAL_LIST, SPOIL_LINK_ELSEWHERE, NULL),
    BODY("a result too few", VIRTUAL_PROBE | VIRTUAL_SQL_READ, SPOIL_SQL_MISSING, NULL),
    /* Time and operations. */
    {.word = "lag 5 s",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_LAG,
     .span = SECONDS(5),
     .harmless = true},
    {.word = "lag 40 s",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_LAG,
     .span = SECONDS(40),
     .harmless = true,
     .repeats = 2},
    {.word = "40 minutes longer",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_SLOW,
     .span = MINUTES(40),
     .harmless = true},
    LOST("monitor 404", 404, "OperationNotFound", NULL),
    LOST("monitor 403", 403, "InvalidOperationSignature", NULL),
    LOST("monitor 301", 301, NULL, ""),
    LOST("monitor 500", 500, "InternalServerError", NULL),
    LOST("monitor garbage", 200, NULL, "\x1f\x8b broken"),
    LOST("monitor says nothing", 200, NULL, "{}"),
    LOST("monitor InProgress for ever", 200, NULL, "{\"name\":\"x\",\"status\":\"InProgress\"}"),
    {.word = "Canceled", .classes = VIRTUAL_WRITE, .effect = EFFECT_ENDS, .code = "Canceled"},
    {.word = "Failed",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_ENDS,
     .code = "InternalServerError"},
    {.word = "Canceled and done",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_ENDS_DONE,
     .code = "Canceled"},
    {.word = "Failed and done",
     .classes = VIRTUAL_WRITE,
     .effect = EFFECT_ENDS_DONE,
     .code = "InternalServerError"},
    {.word = "without effect", .classes = VIRTUAL_WRITE, .effect = EFFECT_NOTHING},
    /* PostgreSQL. */
    SQLSTATE("57P03", VIRTUAL_SQL, "57P03"),
    SQLSTATE("53300", VIRTUAL_SQL, "53300"),
    SQLSTATE("57P01", VIRTUAL_SQL, "57P01"),
    SQLSTATE("42501", VIRTUAL_SQL, "42501"),
    SQLSTATE("40001", VIRTUAL_SQL_WRITE, "40001"),
    SQLSTATE("55P03", VIRTUAL_SQL_WRITE, "55P03"),
    SQLSTATE("57014", VIRTUAL_SQL, "57014"),
    SQLSTATE("25006", VIRTUAL_SQL_WRITE, "25006"),
    SQLSTATE("XX000", VIRTUAL_SQL, "XX000"),
};

const size_t virtual_fault_count = sizeof(virtual_faults) / sizeof(virtual_faults[0]);

const struct virtual_fault *virtual_fault_named(const char *word)
{
    for (size_t i = 0; i < virtual_fault_count; i++)
        if (strcmp(virtual_faults[i].word, word) == 0) return &virtual_faults[i];
    fprintf(stderr, "virtual: there is no fault called %s\n", word);
    abort();
}

/* --- which call --------------------------------------------------------------------------------
 */

static void fault_add(struct virtual *v, struct planned_fault planned)
{
    v->faults = xreallocarray(v->faults, v->fault_count + 1, sizeof(*v->faults));
    v->faults[v->fault_count++] = planned;
}

void virtual_fault_at(struct virtual *v, const struct virtual_fault *f, size_t number)
{
    fault_add(v, (struct planned_fault){.fault = f, .number = number, .left = 1});
}

void virtual_fault_on(struct virtual *v, const struct virtual_fault *f, const char *line,
                      size_t times)
{
    fault_add(v, (struct planned_fault){
                     .fault = f, .number = SIZE_MAX, .line = xstrdup(line), .left = times});
}

void virtual_fault_storm(struct virtual *v, unsigned percent)
{
    v->storm = percent;
}

void virtual_fault_end(struct virtual *v)
{
    v->storm = 0;
    for (size_t i = 0; i < v->fault_count; i++) v->faults[i].left = 0;
}

size_t virtual_fault_met(const struct virtual *v)
{
    return v->fault_met;
}

static const struct virtual_fault *fault_any(struct virtual *v, unsigned class)
{
    for (;;) {
        const struct virtual_fault *f = &virtual_faults[virtual_random(v) % virtual_fault_count];
        if (!(f->classes & class) || f->lie) continue;
        v->fault_met++;
        return f;
    }
}

const struct virtual_fault *virtual_fault_for(struct virtual *v, const struct exchange *x)
{
    for (size_t i = 0; i < v->fault_count; i++) {
        struct planned_fault *p = &v->faults[i];
        if (!p->left || !(p->fault->classes & x->class)) continue;
        if (p->line ? !virtual_line_fits(x->line, p->line) : p->number != x->number) continue;
        if (p->left != SIZE_MAX) p->left--;
        v->fault_met++;
        return p->fault;
    }
    return virtual_random(v) % 100 < v->storm ? fault_any(v, x->class) : NULL;
}

/* --- what it does ------------------------------------------------------------------------------
 */

static void fault_answer(struct exchange *x, const struct virtual_fault *f)
{
    x->header_count = 0;
    x->status = f->status;
    x->text = f->body ? f->body : "";
    if (f->code) virtual_error(x, f->status, f->code, "By fault.");
    if (f->retry_after) virtual_header(x, "retry-after", f->retry_after);
}

static void fault_sqlstate(struct exchange *x, const struct virtual_fault *f)
{
    snprintf(x->sql.sqlstate, sizeof(x->sql.sqlstate), "%s", f->code);
    x->sql.message = "by fault";
    x->sql.connection = UINT64_MAX; /* nobody's */
}

/* The session is another one afterwards. */
static void fault_reset(struct virtual *v, struct exchange *x)
{
    err_set(&x->err, ERR_TRANSIENT, "connection reset");
    if (x->kind == CALL_SQL) virtual_sessions_end(v, x->server);
}

/* What cannot be spoilt in this way has not met the fault. */
static void fault_spoil(struct virtual *v, struct exchange *x, const struct virtual_fault *f)
{
    size_t count = x->sql.count;
    const char *text = x->text ? x->text : "";
    virtual_spoil(x, f);
    if (x->sql.count != count || (x->text && strcmp(x->text, text) != 0)) return;
    x->fault = NULL;
    v->fault_met--;
}

bool virtual_fault_before(struct virtual *v, struct exchange *x)
{
    const struct virtual_fault *f = x->fault;
    if (!f) return false;
    switch (f->effect) {
    case EFFECT_ANSWER: fault_answer(x, f); return true;
    case EFFECT_SQLSTATE: fault_sqlstate(x, f); return true;
    case EFFECT_REFUSED:
        err_set(&x->err, ERR_TRANSIENT, "connection refused");
        x->unsent = true;
        return true;
    case EFFECT_RESET_BEFORE: fault_reset(v, x); return true;
    case EFFECT_SILENCE_BEFORE: err_set(&x->err, ERR_TIMEOUT, "no answer in time"); return true;
    case EFFECT_LAG:
        v->lag = f->span;
        v->lag_until = v->now + 10 * f->span;
        return false;
    default: return false;
    }
}

void virtual_fault_after(struct virtual *v, struct exchange *x)
{
    const struct virtual_fault *f = x->fault;
    if (!f) return;
    switch (f->effect) {
    case EFFECT_LATE: fault_answer(x, f); return;
    case EFFECT_RESET_AFTER: fault_reset(v, x); return;
    case EFFECT_SILENCE_AFTER: err_set(&x->err, ERR_TIMEOUT, "no answer in time"); return;
    case EFFECT_BODY: fault_spoil(v, x, f); return;
    default: return;
    }
}
