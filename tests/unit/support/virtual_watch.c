/* Who watches every call of the virtual world. What must never happen:
 *  - a write to what was not looked at, or whose last look may not be believed;
 *  - a creation while another one of the same is under way or has been carried out, and a PUT over
 *    a server or group that is alive;
 *  - a write, or a statement, that changes nothing (but for repeats that a test allows);
 *  - any write when there is nothing to do.
 * Whether a look may be believed is decided by what really happened to it, not by its answer. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "support/virtual_inside.h"

void virtual_watch_init(struct watch *w)
{
    *w = (struct watch){.looks = json_object(),
                        .writes = json_object(),
                        .created = json_object(),
                        .waiting = json_object()};
    buf_init(&w->complaints, 65536);
}

void virtual_watch_done(struct watch *w)
{
    buf_done(&w->complaints);
    json_decref(w->looks);
    json_decref(w->writes);
    json_decref(w->created);
    json_decref(w->waiting);
}

void virtual_complain(struct virtual *v, const struct exchange *x, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_printf(&v->watch.complaints, "call %zu at %.1f s, %s: %s\n", x->number,
               (double)v->now / 1000 - 1000, x->line, text);
}

const char *virtual_complaints(const struct virtual *v)
{
    return buf_text(&v->watch.complaints);
}

void virtual_nothing_to_do(struct virtual *v)
{
    v->watch.nothing_to_do = true;
}

void virtual_forget_looks(struct virtual *v)
{
    json_object_clear(v->watch.looks);
}

void virtual_allow_repeats(struct virtual *v, unsigned writes)
{
    v->watch.repeats = writes;
}

/* --- looks -------------------------------------------------------------------------------------
 */

/* What a look is about; NULL: no look. */
static const char *watch_look_key(const struct exchange *x)
{
    switch (x->class) {
    case VIRTUAL_GET:
    case VIRTUAL_LIST: return x->key;
    case VIRTUAL_PROBE:
    case VIRTUAL_SQL_READ: return arena_printf(x->arena, "%s/%s", x->server, x->database);
    default: return NULL;
    }
}

/* A fault that says of what is absent that it is absent tells the truth. */
static bool watch_is_true(const struct virtual *v, const struct exchange *x)
{
    static const char *const absences[] = {"ResourceNotFound", "NotFound", "ResourceGroupNotFound"};
    const struct virtual_fault *f = x->fault;
    if (x->class != VIRTUAL_GET || f->effect != EFFECT_ANSWER || !f->code) return false;
    if (json_object_get(virtual_store(v), x->key)) return false;
    for (size_t i = 0; i < sizeof(absences) / sizeof(absences[0]); i++)
        if (strcmp(f->code, absences[i]) == 0) return true;
    return false;
}

static bool watch_is_believed(const struct virtual *v, const struct exchange *x)
{
    if (x->fault && !x->fault->harmless && !watch_is_true(v, x)) return false;
    if (x->kind == CALL_SQL) return x->err.kind == ERR_NONE && !x->sql.sqlstate[0];
    return x->err.kind == ERR_NONE && (x->status == 200 || x->status == 404);
}

/* A write that is told to come again comes again by the decision it was made by, whatever was
 * looked at beside it. */
static void watch_write_answered(struct virtual *v, const struct exchange *x)
{
    bool again = x->unsent || x->status == 429 || x->status == 409 || x->status == 401 ||
                 strcmp(x->sql.sqlstate, "40001") == 0 || strcmp(x->sql.sqlstate, "55P03") == 0;
    if (again)
        json_object_set_new(v->watch.waiting, x->line, json_true());
    else
        json_object_del(v->watch.waiting, x->line);
}

/* The number of the last look, below zero where it may not be believed. A probe that went well
 * makes nothing known. */
void virtual_watch_answered(struct virtual *v, const struct exchange *x)
{
    if (x->class == VIRTUAL_WRITE || x->class == VIRTUAL_SQL_WRITE) watch_write_answered(v, x);
    const char *key = watch_look_key(x);
    if (!key || !x->call) return;
    json_int_t number = (json_int_t)x->number + 1;
    bool believed = watch_is_believed(v, x);
    if (x->class == VIRTUAL_PROBE && believed) return;
    json_object_set_new(v->watch.looks, key, json_integer(believed ? number : -number));
}

static json_int_t watch_last_look(const struct virtual *v, const char *key)
{
    return json_integer_value(json_object_get(v->watch.looks, key));
}

static json_int_t watch_magnitude(json_int_t n)
{
    return n < 0 ? -n : n;
}

/* Of what stands in a list the list is a look too. */
static json_int_t watch_last_look_at(const struct virtual *v, const char *key)
{
    bool collection = false;
    const struct virtual_type *t = virtual_type_of(key, &collection);
    json_int_t own = watch_last_look(v, key);
    char *parent = virtual_parent(key);
    bool child = t && strstr(parent, "/providers/") != NULL;
    child = child || strstr(key, "/microsoft.authorization/locks/");
    free(parent);
    if (!child) return own;
    char *list = xstrndup(key, (size_t)(strrchr(key, '/') - key));
    json_int_t listed = watch_last_look(v, list);
    free(list);
    return watch_magnitude(listed) > watch_magnitude(own) ? listed : own;
}

static void watch_sql_write(struct virtual *v, const struct exchange *x)
{
    if (json_object_get(v->watch.waiting, x->line)) return;
    const char *cluster = arena_printf(x->arena, "%s/postgres", x->server);
    const char *own = arena_printf(x->arena, "%s/%s", x->server, x->database);
    if (watch_last_look(v, cluster) <= 0)
        virtual_complain(v, x, "a write although the cluster is not known");
    else if (watch_last_look(v, own) < 0)
        virtual_complain(v, x, "a write although the database is not known");
}

void virtual_watch_sent(struct virtual *v, const struct exchange *x)
{
    bool writes = x->class == VIRTUAL_WRITE || x->class == VIRTUAL_SQL_WRITE;
    if (!writes) return;
    if (v->watch.nothing_to_do) virtual_complain(v, x, "a write although there is nothing to do");
    if (x->class == VIRTUAL_SQL_WRITE) {
        watch_sql_write(v, x);
        return;
    }
    bool power = strcmp(x->method, "POST") == 0;
    char *key = power ? xstrndup(x->key, (size_t)(strrchr(x->key, '/') - x->key)) : xstrdup(x->key);
    json_int_t look = watch_last_look_at(v, key);
    if (!look) virtual_complain(v, x, "a write without a look");
    if (look < 0 && !json_object_get(v->watch.waiting, x->line))
        virtual_complain(v, x, "a write after a look that may not be believed (call %d)",
                         (int)-look - 1);
    free(key);
}

/* --- writes ------------------------------------------------------------------------------------
 */

static json_int_t watch_count_up(json_t *object, const char *key)
{
    json_int_t n = json_integer_value(json_object_get(object, key)) + 1;
    json_object_set_new(object, key, json_integer(n));
    return n;
}

static bool watch_is_undone(const struct exchange *x)
{
    return x->fault && (x->fault->effect == EFFECT_ENDS || x->fault->effect == EFFECT_NOTHING);
}

/* A server or a group: what a second PUT would be an update of. */
static bool watch_is_root(const char *key)
{
    char *server = virtual_server_of(key);
    bool root = server && strcmp(server, key) == 0;
    free(server);
    return root || !strstr(key, "/providers/");
}

void virtual_watch_accepted(struct virtual *v, const struct exchange *x, bool changes, bool creates)
{
    bool puts = strcmp(x->method, "PUT") == 0;
    char *body = x->json ? json_line(x->json) : xstrdup("");
    char *what = xasprintf("%s %s", x->line, body);
    if (!changes && watch_count_up(v->watch.writes, what) > v->watch.repeats)
        virtual_complain(v, x, "a write that changes nothing");
    if (puts && !creates && watch_is_root(x->key))
        virtual_complain(v, x, "a PUT over what is alive");
    if (puts && creates && !watch_is_undone(x) && watch_count_up(v->watch.created, x->key) > 1)
        virtual_complain(v, x, "a second creation");
    free(what);
    free(body);
}

/* --- whole states ------------------------------------------------------------------------------
 */

/* Takes away what merely counts. */
static void state_strip(json_t *value)
{
    static const char *const counts[] = {"oid", "writes", "etag", "systemData"};
    const char *key;
    json_t *member;
    size_t i;
    for (i = 0; json_is_object(value) && i < sizeof(counts) / sizeof(counts[0]); i++)
        json_object_del(value, counts[i]);
    json_object_foreach(value, key, member) state_strip(member);
    json_array_foreach(value, i, member) state_strip(member);
}

/* Memberships have no order. */
static void state_order_members(json_t *postgres)
{
    const char *name;
    json_t *model, *m;
    size_t i;
    json_object_foreach(postgres, name, model)
    {
        json_t *ordered = json_object();
        json_array_foreach(json_object_get(model, "members"), i, m)
        {
            char *key = xasprintf("%s in %s", json_text_at(m, "member"), json_text_at(m, "role"));
            json_object_set(ordered, key, m);
            free(key);
        }
        json_object_set_new(model, "members", ordered);
    }
}

json_t *virtual_save(const struct virtual *v)
{
    return json_pack("{s:o, s:o, s:o}", "store", json_deep_copy(virtual_store(v)), "postgres",
                     json_deep_copy(v->postgres), "passwords", json_deep_copy(v->passwords));
}

json_t *virtual_state(const struct virtual *v)
{
    json_t *state = virtual_save(v);
    state_strip(state);
    state_order_members(json_object_get(state, "postgres"));
    return state;
}

void virtual_load(struct virtual *v, const json_t *saved)
{
    json_decref(v->versions[v->version_count - 1].store);
    v->versions[v->version_count - 1].store = json_deep_copy(json_object_get(saved, "store"));
    json_decref(v->postgres);
    v->postgres = json_deep_copy(json_object_get(saved, "postgres"));
    json_decref(v->passwords);
    v->passwords = json_deep_copy(json_object_get(saved, "passwords"));
}
