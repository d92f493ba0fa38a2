/* Collections in a server's record: see server_child.h. */
#include "postgres/server_child.h"

#include <stdlib.h>
#include <string.h>

#include "arm/lro.h"
#include "base/json.h"
#include "base/log.h"
#include "postgres/server.h"
#include "postgres/server_body.h"

json_t *server_child_all(struct server *server, const struct server_child *type)
{
    json_t *all = json_object_get(server->record, type->key);
    if (all) return all;
    all = json_object();
    json_object_set_new(server->record, type->key, all);
    return all;
}

/* The name as it is kept; names have no case. */
static const char *child_key(const json_t *record, const struct server_child *type,
                             const char *name)
{
    const char *key = NULL;
    json_member_nocase(json_object_get(record, type->key), name, &key);
    return key;
}

json_t *server_child_find(const json_t *record, const struct server_child *type, const char *name)
{
    return json_member_nocase(json_object_get(record, type->key), name, NULL);
}

json_t *server_child_json(const json_t *record, const struct server_child *type, const char *name,
                          json_t *properties)
{
    char *id = xasprintf("%s/%s/%s", json_text_at(record, "doc.id"), type->key, name);
    json_t *item = json_pack("{s:s, s:s, s:s, s:O}", "id", id, "name", name, "type", type->type,
                             "properties", properties);
    free(id);
    return item;
}

static void child_list(struct exchange *x, const struct server_child *type)
{
    const json_t *record = server_view(x->server);
    json_t *items = json_array();
    const char *name;
    json_t *properties;
    json_each_member(json_object_get(record, type->key), name, properties)
        json_array_append_new(items, server_child_json(record, type, name, properties));
    reply_list(x, items);
}

static void child_get(struct exchange *x, const struct server_child *type)
{
    const json_t *record = server_view(x->server);
    const char *key = child_key(record, type, x->args[3]);
    if (key)
        reply_json(x, 200,
                   server_child_json(record, type, key, server_child_find(record, type, key)));
    else
        reply_not_found(x, type->type, arena_printf(x->arena, "%s/%s", x->args[2], x->args[3]));
}

/* The names that lead to servers have changed. */
static void child_names_changed(const struct op *op)
{
    struct err err = {0};
    if (json_bool_at(op->plan.args, "named", false) && sim_write_hosts(op->sim, &err) < 0)
        log_error(LOG_LEVEL_WARNING, NULL, NULL, &err, "the hosts file was not written");
}

static void child_put_finish(struct op *op)
{
    const json_t *args = op->plan.args;
    const char *key = json_text_at(args, "key");
    server_change(op->server);
    json_t *all = json_object_get(op->server->record, key);
    json_object_set(all, json_text_at(args, "name"), json_object_get(args, "doc"));
    child_names_changed(op);
}

static json_t *child_answer(const struct op *op)
{
    return json_incref(json_object_get(op->plan.args, "answer"));
}

/* A PATCH says what changes, a PUT all. */
static json_t *child_document(const struct exchange *x, const json_t *old)
{
    json_t *properties = json_object_get(x->json, "properties");
    bool patch = strcmp(x->method, "PATCH") == 0;
    json_t *doc = patch && old ? json_deep_copy(old) : json_object();
    json_object_update_recursive(doc, properties);
    return doc;
}

static void child_begin(struct exchange *x, const struct server_child *type,
                        const struct child_change *change)
{
    struct op_plan plan = {
        .name = type->put,
        .duration_ms = setting(&x->sim->settings, SET_SERVER_CHILD_MS),
        .finish = child_put_finish,
        .answer = child_answer,
        .args = json_pack("{s:s, s:s, s:b, s:O, s:o}", "key", type->key, "name", change->name,
                          "named", (int)type->is_name, "doc", change->doc, "answer",
                          server_child_json(x->server->record, type, change->name, change->doc)),
    };
    lro_start(x, x->server, plan);
}

static void child_put(struct exchange *x, const struct server_child *type)
{
    if (!server_body_right(x, type->members, false) || server_refuses(x, type->put)) return;
    const char *key = child_key(x->server->record, type, x->args[3]);
    struct refusal refusal = {0};
    members_check(type->members, x->json, NULL, false, &refusal); /* it is right: words get spelt */
    struct child_change change = {
        .x = x,
        .name = key ? arena_strdup(x->arena, key) : x->args[3],
        .old = server_child_find(x->server->record, type, x->args[3]),
    };
    if (strcmp(x->method, "PATCH") == 0 && !key) {
        reply_not_found(x, type->type, arena_printf(x->arena, "%s/%s", x->args[2], x->args[3]));
        return;
    }
    change.doc = child_document(x, change.old);
    server_child_all(x->server, type);
    if (!type->check || type->check(&change, &refusal) == 0)
        child_begin(x, type, &change);
    else if (refusal.at_once)
        reply_error(x, refusal.status ? refusal.status : 400, refusal.code, "%s", refusal.message);
    else
        lro_fail_late(x, x->server, type->put, refusal.code, "%s", refusal.message);
    json_decref(change.doc);
}

static void child_delete_finish(struct op *op)
{
    server_change(op->server);
    json_object_del(json_object_get(op->server->record, json_text_at(op->plan.args, "key")),
                    json_text_at(op->plan.args, "name"));
    child_names_changed(op);
}

static void child_delete(struct exchange *x, const struct server_child *type)
{
    const char *key = child_key(x->server->record, type, x->args[3]);
    if (!key) {
        reply_text(x, 204, "");
        return;
    }
    if (server_refuses(x, type->drop)) return;
    struct op_plan plan = {
        .name = type->drop,
        .duration_ms = setting(&x->sim->settings, SET_SERVER_CHILD_MS),
        .finish = child_delete_finish,
        .args = json_pack("{s:s, s:s, s:b}", "key", type->key, "name", key, "named",
                          (int)type->is_name),
    };
    lro_start(x, x->server, plan);
}

void server_child_serve(struct exchange *x, const struct server_child *type)
{
    if (type->always) type->always(x->server);
    if (!x->args[3])
        child_list(x, type);
    else if (strcmp(x->method, "GET") == 0)
        child_get(x, type);
    else if (strcmp(x->method, "DELETE") == 0)
        child_delete(x, type);
    else
        child_put(x, type);
}
