/* Read one resource: present, absent, or not known. */
#include "azure/op_inside.h"

static void ask_token(struct flow *f, struct call *call);
static void ask_get(struct flow *f, struct call *call);
static enum flow_verdict take_get(struct flow *f, const struct reply *reply);

const struct flow_row arm_get_rows[] = {
    {.name = "token",
     .text = "have an access token, or wait until it has been fetched",
     .ask = ask_token,
     .limit = SECONDS(120)},
    {.name = "get",
     .text = "read the resource",
     .ask = ask_get,
     .take = take_get,
     .limit = SECONDS(20),
     .call_limit = SECONDS(15)},
    {0},
};

static void ask_token(struct flow *f, struct call *call)
{
    struct arm_get *g = f->op;
    arm_op_ask_token(&g->op, f, call);
}

static void ask_get(struct flow *f, struct call *call)
{
    struct arm_get *g = f->op;
    arm_op_ask(&g->op, f, call, "GET", arm_url(g->op.az, g->op.id, g->op.api_version, NULL));
}

/* An absence is an answer; every other 404 is a failure like the rest. */
static int get_classify(struct flow *f, const struct reply *reply, struct err *err)
{
    struct arm_get *g = f->op;
    if (arm_classify(f, reply, err) == 0) return 0;
    g->presence =
        reply->err.kind == ERR_NONE ? arm_op_absence(g->op.id, &reply->http) : ARM_UNKNOWN;
    return g->presence == ARM_UNKNOWN ? -1 : 0;
}

static enum flow_verdict take_get(struct flow *f, const struct reply *reply)
{
    struct arm_get *g = f->op;
    if (g->presence != ARM_UNKNOWN) return FLOW_NEXT;
    json_t *body = arm_op_body(f, &reply->http);
    if (!body) return FLOW_FAIL;
    if (arm_shape_check(g->shape, g->op.id, body, &f->err) < 0) {
        json_decref(body);
        return FLOW_FAIL;
    }
    g->body = body;
    g->presence = ARM_PRESENT;
    return FLOW_NEXT;
}

static void token_refused(struct flow *f)
{
    struct arm_get *g = f->op;
    arm_op_token_refused(&g->op);
}

void arm_get_init(struct arm_get *g, const struct azure *az, const char *id,
                  const char *api_version, const struct arm_shape *shape)
{
    *g = (struct arm_get){.flow = {.name = "arm.get",
                                   .rows = arm_get_rows,
                                   .classify = get_classify,
                                   .token_refused = token_refused,
                                   .op = g},
                          .shape = shape};
    arm_op_init(&g->op, az, id, api_version);
    g->flow.resource = g->op.id;
}

void arm_get_done(struct arm_get *g)
{
    flow_cancel(&g->flow);
    arm_op_done(&g->op, &g->flow);
    json_decref(g->body);
    g->body = NULL;
    g->presence = ARM_UNKNOWN;
}
