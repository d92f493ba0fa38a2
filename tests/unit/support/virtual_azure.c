/* One flow at a time at the virtual Azure: see virtual_azure.h. */
#include "support/virtual_azure.h"

#include <stdlib.h>

#include "base/must.h"

#define PATIENCE MINUTES(24 * 60)

void virtual_azure_init(struct virtual_azure *a, uint32_t seed)
{
    const struct token_source source = {.kind = TOKEN_MANAGED_IDENTITY, .endpoint = VIRTUAL_IMDS};
    *a = (struct virtual_azure){.v = virtual_new(seed)};
    a->az.io = virtual_io(a->v);
    a->az.endpoint = VIRTUAL_ARM;
    a->az.token = token_cache_new(a->az.io, &source, "https://management.azure.com/");
}

void virtual_azure_done(struct virtual_azure *a)
{
    token_cache_free(a->az.token);
    virtual_free(a->v);
}

/* What a flow's owner needs. */
struct awaited {
    struct err *err;
    bool ended;
};

static bool awaited_ended(void *ctx)
{
    return ((struct awaited *)ctx)->ended;
}

static void awaited_end(struct awaited *w, const struct err *err)
{
    err_clear(w->err);
    if (err) *w->err = *err;
    w->ended = true;
}

static void awaited_run(struct virtual_azure *a, struct awaited *w, struct flow *f)
{
    flow_start(f, a->az.io);
    must(virtual_until(a->v, awaited_ended, w, PATIENCE));
}

static void azure_get_done(struct flow *f, const struct err *err)
{
    awaited_end(((struct arm_get *)f->op)->owner, err);
}

json_t *virtual_azure_get(struct virtual_azure *a, const char *id, enum arm_presence *presence)
{
    struct awaited w = {.err = &a->err};
    struct arm_get g;
    arm_get_init(&g, &a->az, id, "2025-08-01", NULL);
    g.owner = &w;
    g.flow.done = azure_get_done;
    awaited_run(a, &w, &g.flow);
    if (presence) *presence = g.presence;
    json_t *body = json_incref(g.body);
    arm_get_done(&g);
    return body;
}

static void azure_list_done(struct flow *f, const struct err *err)
{
    awaited_end(((struct arm_list *)f->op)->owner, err);
}

json_t *virtual_azure_list(struct virtual_azure *a, const char *id)
{
    struct awaited w = {.err = &a->err};
    struct arm_list l;
    arm_list_init(&l, &a->az, id, "2025-08-01", NULL);
    l.owner = &w;
    l.flow.done = azure_list_done;
    awaited_run(a, &w, &l.flow);
    json_t *items = a->err.kind == ERR_NONE ? json_incref(l.items) : NULL;
    arm_list_done(&l);
    return items;
}

static void azure_write_done(struct flow *f, const struct err *err)
{
    awaited_end(((struct arm_write *)f->op)->owner, err);
}

json_t *virtual_azure_write(struct virtual_azure *a, const char *method, const char *id,
                            const char *body)
{
    const struct arm_request request = {
        .method = method, .id = id, .api_version = "2025-08-01", .body = body};
    struct awaited w = {.err = &a->err};
    struct arm_write write;
    must(arm_write_init(&write, &a->az, &request, &a->err) == 0);
    write.owner = &w;
    write.flow.done = azure_write_done;
    awaited_run(a, &w, &write.flow);
    json_t *result = json_incref(write.body);
    arm_write_done(&write);
    return result;
}

void virtual_azure_build(struct virtual_azure *a)
{
    json_decref(virtual_azure_get(a, VIRTUAL_GROUP, NULL));
    json_decref(virtual_azure_write(a, "PUT", VIRTUAL_GROUP, "{\"location\":\"koreacentral\"}"));
    json_decref(virtual_azure_get(a, VIRTUAL_SERVER, NULL));
    json_decref(virtual_azure_write(
        a, "PUT", VIRTUAL_SERVER,
        "{\"location\":\"koreacentral\",\"sku\":{\"name\":\"Standard_D4s_v3\","
        "\"tier\":\"GeneralPurpose\"},\"properties\":{\"version\":\"15\","
        "\"administratorLogin\":\"boss\",\"administratorLoginPassword\":\"Secret-1234\"}}"));
}
