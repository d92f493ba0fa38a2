/* The proof of an absence: see arm_absence.h. What others can read (arm_get, arm_list) runs as a
 * flow of its own while this one is parked. */
#include "azure/arm_absence.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "azure/op_inside.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/must.h"

static void absence_ask_token(struct flow *f, struct call *call);
static void absence_ask_self(struct flow *f, struct call *call);
static void absence_ask_parent(struct flow *f, struct call *call);
static void absence_ask_list(struct flow *f, struct call *call);
static void absence_ask_child(struct flow *f, struct call *call);
static enum flow_verdict absence_take_child(struct flow *f, const struct reply *reply);
static void absence_ask_name(struct flow *f, struct call *call);
static enum flow_verdict absence_take_name(struct flow *f, const struct reply *reply);
static void absence_conclude(struct flow *f, struct call *call);

enum row { ROW_TOKEN, ROW_SELF, ROW_PARENT, ROW_LIST, ROW_CHILDREN, ROW_NAME, ROW_PROVEN, ROW_N };

const struct flow_row arm_absence_rows[] = {
    [ROW_TOKEN] = {.name = "token",
                   .text = "have an access token, or wait until it has been fetched",
                   .ask = absence_ask_token,
                   .limit = SECONDS(120)},
    [ROW_SELF] = {.name = "self",
                  .text = "read it: only a 404 that speaks of itself goes on",
                  .ask = absence_ask_self,
                  .limit = MINUTES(3)},
    [ROW_PARENT] = {.name = "parent",
                    .text = "read its parent, which must be there",
                    .ask = absence_ask_parent,
                    .limit = MINUTES(3)},
    [ROW_LIST] = {.name = "list",
                  .text = "read its parent's list, which must be complete and not contain it",
                  .ask = absence_ask_list,
                  .limit = MINUTES(3)},
    [ROW_CHILDREN] = {.name = "children",
                      .text = "read the collections below it: none may answer",
                      .ask = absence_ask_child,
                      .take = absence_take_child,
                      .limit = MINUTES(2),
                      .call_limit = SECONDS(20)},
    [ROW_NAME] = {.name = "name",
                  .text = "ask whether its name is free",
                  .ask = absence_ask_name,
                  .take = absence_take_name,
                  .limit = SECONDS(60),
                  .call_limit = SECONDS(20)},
    [ROW_PROVEN] = {.name = "proven",
                    .text = "nobody knows of it: it is absent",
                    .ask = absence_conclude},
    [ROW_N] = {0},
};

/* What a failure of each row leaves open. */
static const char *const missing[ROW_N] = {
    [ROW_TOKEN] = "its absence is not proved",
    [ROW_SELF] = "its absence is not proved",
    [ROW_PARENT] = "its absence is not proved: its parent",
    [ROW_LIST] = "its absence is not proved: its parent's list",
    [ROW_CHILDREN] = "its absence is not proved: a collection below it",
    [ROW_NAME] = "its absence is not proved: whether its name is free",
};

static void absence_ask_token(struct flow *f, struct call *call)
{
    struct arm_absence *a = f->op;
    arm_op_ask_token(&a->op, f, call);
}

/* --- evidence that is a flow of its own ------------------------------------------------------- */

/* The other flow has ended: this one goes on with the same row. */
static void absence_evidence(struct arm_absence *a, const struct err *err)
{
    a->answered |= 1U << a->flow.row;
    if (err) a->evidence_err = *err;
    flow_wake(&a->flow);
}

static void absence_get_done(struct flow *f, const struct err *err)
{
    struct arm_get *g = f->op;
    absence_evidence(g->owner, err);
}

static void absence_list_done(struct flow *f, const struct err *err)
{
    struct arm_list *l = f->op;
    absence_evidence(l->owner, err);
}

/* Is the evidence of the present row there? Parks the flow while it is being fetched, and fails it
 * where it could not be. False: nothing was begun yet. */
static bool absence_is_asked(struct flow *f, struct call *call, bool *answered)
{
    struct arm_absence *a = f->op;
    unsigned bit = 1U << f->row;
    *answered = false;
    if (!(a->asked & bit)) {
        a->asked |= bit;
        call->kind = CALL_PARK;
        return false;
    }
    if (!(a->answered & bit)) {
        call->kind = CALL_PARK;
    } else if (a->evidence_err.kind != ERR_NONE) {
        f->err = a->evidence_err;
        err_prefix(&f->err, "%s", missing[f->row]);
        call->kind = CALL_FAIL;
    } else {
        *answered = true;
    }
    return true;
}

static void absence_get(struct arm_absence *a, struct arm_get *g)
{
    g->owner = a;
    g->flow.done = absence_get_done;
    flow_start(&g->flow, a->op.az->io);
}

/* The evidence does not fit the 404. */
static void absence_contradicted(struct flow *f, const char *why)
{
    err_set(&f->err, ERR_CONFLICT, "it is not found, but %s: not believed to be absent", why);
}

static void absence_ask_self(struct flow *f, struct call *call)
{
    struct arm_absence *a = f->op;
    bool answered;
    if (!absence_is_asked(f, call, &answered)) absence_get(a, &a->self);
    if (answered && a->self.presence == ARM_PRESENT) a->presence = ARM_PRESENT;
}

/* Whether a row has anything to ask for: it does not where the answer is known. */
static bool absence_is_open(const struct arm_absence *a, const void *who)
{
    return a->presence != ARM_PRESENT && who;
}

static void absence_ask_parent(struct flow *f, struct call *call)
{
    struct arm_absence *a = f->op;
    bool answered;
    if (!absence_is_open(a, a->question.parent_id)) return;
    if (!absence_is_asked(f, call, &answered)) absence_get(a, &a->parent);
    if (!answered || a->parent.presence == ARM_PRESENT) return;
    err_set(&f->err, ERR_NOT_FOUND, "its absence is not proved: its parent is not there either");
    call->kind = CALL_FAIL;
}

static bool absence_is_it(const void *owner, const json_t *item)
{
    const struct arm_absence *a = owner;
    return arm_id_equal(json_text_at(item, "id"), a->question.id);
}

static void absence_list(struct arm_absence *a)
{
    a->list.owner = a;
    a->list.keep = absence_is_it;
    a->list.flow.done = absence_list_done;
    flow_start(&a->list.flow, a->op.az->io);
}

static void absence_ask_list(struct flow *f, struct call *call)
{
    struct arm_absence *a = f->op;
    bool answered;
    if (!absence_is_open(a, a->question.collection_id)) return;
    if (!absence_is_asked(f, call, &answered)) absence_list(a);
    if (!answered || !json_array_size(a->list.items)) return;
    absence_contradicted(f, "its parent's list has it");
    call->kind = CALL_FAIL;
}

/* --- evidence of this flow -------------------------------------------------------------------- */

static void absence_ask_child(struct flow *f, struct call *call)
{
    struct arm_absence *a = f->op;
    const struct arm_child_collection *children = a->question.children;
    if (!absence_is_open(a, children) || !children[a->child].segment) return;
    char *id = arm_id_child(a->op.id, children[a->child].segment, NULL);
    arm_op_ask(&a->op, f, call, "GET", arm_url(a->op.az, id, children[a->child].api_version, NULL));
    free(id);
}

static enum flow_verdict absence_take_child(struct flow *f, const struct reply *reply)
{
    struct arm_absence *a = f->op;
    if (reply->http.status == 404) {
        a->child++;
        return FLOW_AGAIN;
    }
    absence_contradicted(f, "a collection below it answers");
    return FLOW_FAIL;
}

static const char *absence_name(const struct arm_absence *a)
{
    return strrchr(a->op.id, '/') + 1;
}

static void absence_ask_name(struct flow *f, struct call *call)
{
    struct arm_absence *a = f->op;
    const struct arm_name_check *check = a->question.name_check;
    if (!absence_is_open(a, check)) return;
    char *path = xasprintf("%s/checkNameAvailability", check->path);
    arm_op_ask(&a->op, f, call, "POST", arm_url(a->op.az, path, check->api_version, NULL));
    free(path);
    if (call->kind != CALL_HTTP) return;
    json_t *body = json_pack("{s:s, s:s}", "name", absence_name(a), "type", check->type);
    free(a->body);
    a->body = json_line(body);
    json_decref(body);
    call->http.body = a->body;
    call->http.body_length = strlen(a->body);
    call->http.content_type = "application/json";
    call->http.question = true;
}

/* An answer about another name, or about nothing, is no answer. */
static int absence_check_name(const struct arm_absence *a, const json_t *body, struct err *err)
{
    const char *name = json_text_at(body, "name");
    if (!json_is_boolean(json_at(body, "nameAvailable")))
        return err_set(err, ERR_PROTOCOL,
                       "the answer of ARM is not complete: no \"nameAvailable\"");
    if (name && strcasecmp(name, absence_name(a)) != 0)
        return err_set(err, ERR_PROTOCOL, "the answer of ARM is about something else: name %.200s",
                       name);
    return 0;
}

static void absence_name_is_taken(struct flow *f, const char *reason)
{
    if (reason && strcasecmp(reason, "Invalid") == 0)
        err_set(&f->err, ERR_REFUSED, "Azure does not allow its name");
    else
        absence_contradicted(f, "its name is not free");
}

static enum flow_verdict absence_take_name(struct flow *f, const struct reply *reply)
{
    struct arm_absence *a = f->op;
    enum flow_verdict verdict = FLOW_FAIL;
    json_t *body = arm_op_body(f, &reply->http);
    if (!body || absence_check_name(a, body, &f->err) < 0) {
        err_prefix(&f->err, "%s", missing[ROW_NAME]);
    } else if (json_bool_at(body, "nameAvailable", false)) {
        verdict = FLOW_NEXT;
    } else {
        absence_name_is_taken(f, json_text_at(body, "reason"));
    }
    json_decref(body);
    return verdict;
}

static void absence_conclude(struct flow *f, struct call *call)
{
    struct arm_absence *a = f->op;
    (void)call; /* nothing is left to ask */
    if (a->presence != ARM_PRESENT) a->presence = ARM_ABSENT;
}

/* --- the flow --------------------------------------------------------------------------------- */

/* A collection below something absent is a 404 in ARM's own words, whichever of them. */
static int absence_classify(struct flow *f, const struct reply *reply, struct err *err)
{
    if (arm_classify(f, reply, err) == 0) return 0;
    bool answered = reply->err.kind == ERR_NONE;
    if (f->row == ROW_CHILDREN && answered && reply->http.status == 404 && err->code[0]) return 0;
    return err_prefix(err, "%s", missing[f->row]);
}

static void token_refused(struct flow *f)
{
    struct arm_absence *a = f->op;
    arm_op_token_refused(&a->op);
}

void arm_absence_init(struct arm_absence *a, const struct azure *az,
                      const struct arm_absence_question *question)
{
    static const struct arm_shape any = {.type = NULL};
    const struct arm_absence_question *q = question;
    must(*q->id == '/');
    *a = (struct arm_absence){.flow = {.name = "arm.absence",
                                       .rows = arm_absence_rows,
                                       .classify = absence_classify,
                                       .token_refused = token_refused,
                                       .op = a},
                              .question = *q};
    arm_op_init(&a->op, az, q->id, q->api_version);
    arm_get_init(&a->self, az, q->id, q->api_version, q->shape);
    if (q->parent_id)
        arm_get_init(&a->parent, az, q->parent_id, q->parent_api_version, q->parent_shape);
    if (q->collection_id)
        arm_list_init(&a->list, az, q->collection_id, q->collection_api_version,
                      q->shape ? q->shape : &any);
    a->flow.resource = a->op.id;
}

void arm_absence_done(struct arm_absence *a)
{
    flow_cancel(&a->flow);
    arm_op_done(&a->op, &a->flow);
    arm_get_done(&a->self);
    arm_get_done(&a->parent);
    arm_list_done(&a->list);
    free(a->body);
    a->body = NULL;
    a->presence = ARM_UNKNOWN;
}

unsigned arm_absence_calls(const struct arm_absence *a)
{
    return a->flow.calls + a->self.flow.calls + a->parent.flow.calls + a->list.flow.calls;
}
