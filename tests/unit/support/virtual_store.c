/* What Azure keeps, in versions, so that reads can lag behind; and an operator's hand in it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "support/virtual_inside.h"

char *virtual_key(const char *id)
{
    char *key = xstrdup(id);
    for (char *c = key; *c; c++) *c = (char)tolower((unsigned char)*c);
    return key;
}

const json_t *virtual_store(const struct virtual *v)
{
    return v->versions[v->version_count - 1].store;
}

const json_t *virtual_store_seen(const struct virtual *v)
{
    size_t at = v->version_count - 1;
    if (!v->lag || v->now >= v->lag_until) return virtual_store(v);
    while (at > 0 && v->versions[at].at + v->lag > v->now) at--;
    return v->versions[at].store;
}

void virtual_store_set(struct virtual *v, const char *key, json_t *resource)
{
    json_t *next = json_copy(unconst(virtual_store(v)));
    if (resource)
        json_object_set_new(next, key, resource);
    else
        json_object_del(next, key);
    v->versions = xreallocarray(v->versions, v->version_count + 1, sizeof(*v->versions));
    v->versions[v->version_count++] = (struct version){.at = v->now, .store = next};
}

/* --- an operator's hand ------------------------------------------------------------------------
 */

const json_t *virtual_resource(const struct virtual *v, const char *id)
{
    char *key = virtual_key(id);
    const json_t *found = json_object_get(virtual_store(v), key);
    free(key);
    return found;
}

bool virtual_is_busy(const struct virtual *v, const char *id)
{
    char *key = virtual_key(id);
    char *lane = virtual_lane_of(key);
    bool busy = virtual_lane_is_busy(v, lane);
    free(lane);
    free(key);
    return busy;
}

void virtual_meddle(struct virtual *v, const char *id, json_t *patch)
{
    char *key = virtual_key(id);
    bool collection = false;
    const struct virtual_type *t = virtual_type_of(key, &collection);
    const json_t *have = json_object_get(virtual_store(v), key);
    must(t && !collection);
    json_t *next = have ? json_deep_copy(have) : virtual_made(v, t, id, patch);
    if (have) virtual_merge(next, patch);
    virtual_type_fill(t, next);
    virtual_type_stamp(v, t, next);
    virtual_store_set(v, key, next);
    virtual_network_changed(v, key);
    json_decref(patch);
    free(key);
}

void virtual_remove(struct virtual *v, const char *id)
{
    char *key = virtual_key(id);
    size_t length = strlen(key);
    const char *other;
    json_t *item, *all = json_copy(unconst(virtual_store(v)));
    json_object_foreach(all, other, item)
    {
        if (strncmp(other, key, length) == 0 && (!other[length] || other[length] == '/')) {
            virtual_store_set(v, other, NULL);
            json_object_del(v->watch.created, other);
            if (strstr(other, "/flexibleservers/"))
                json_object_del(v->postgres, strrchr(other, '/') + 1);
        }
    }
    json_decref(all);
    virtual_network_changed(v, key);
    free(key);
}

void virtual_lag(struct virtual *v, msec lag)
{
    v->lag = lag;
    v->lag_until = UINT64_MAX;
}

void virtual_page_size(struct virtual *v, size_t items)
{
    v->page_size = items;
}

void virtual_shows_creations(struct virtual *v, bool shows)
{
    v->shows_creations = shows;
}

void virtual_arm_is(struct virtual *v, enum virtual_health health)
{
    v->arm_health = health;
}
