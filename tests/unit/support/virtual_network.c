/* Subnets are resources of their own and stand in the body of their network too: whichever of the
 * two is written, the other one follows. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "support/virtual_inside.h"

#define SUBNETS "/subnets/"

/* The keys of the subnets of the network 'key', as the members of an object; a new reference. */
static json_t *network_subnets(const struct virtual *v, const char *key)
{
    json_t *found = json_object(), *item;
    const char *other;
    size_t length = strlen(key);
    json_each_member(virtual_store(v), other, item)
    {
        if (strncmp(other, key, length) == 0 &&
            strncmp(other + length, SUBNETS, strlen(SUBNETS)) == 0)
            json_object_set(found, other, item);
    }
    return found;
}

/* Each subnet of the body is a resource, and no other is. */
static void network_follow_body(struct virtual *v, const char *key)
{
    json_t *before = network_subnets(v, key), *item;
    const json_t *network = json_object_get(virtual_store(v), key);
    json_t *subnets = json_incref(json_at(network, "properties.subnets"));
    const char *other;
    size_t i;
    json_array_foreach(subnets, i, item)
    {
        const char *name = json_text_at(item, "name");
        char *id = xasprintf("%s" SUBNETS "%s", key, name ? name : "");
        char *own = virtual_key(id);
        json_object_del(before, own);
        virtual_store_set(v, own, json_deep_copy(item));
        free(own);
        free(id);
    }
    json_object_foreach(before, other, item) virtual_store_set(v, other, NULL);
    json_decref(subnets);
    json_decref(before);
}

/* The body has each subnet that is a resource. */
static void network_follow_subnets(struct virtual *v, const char *key)
{
    json_t *all = network_subnets(v, key), *item, *list = json_array();
    const json_t *network = json_object_get(virtual_store(v), key);
    const char *other;
    json_object_foreach(all, other, item) json_array_append(list, item);
    if (network) {
        json_t *next = json_deep_copy(network);
        json_put_at(next, "properties.subnets", json_incref(list));
        virtual_store_set(v, key, next);
    }
    json_decref(list);
    json_decref(all);
}

void virtual_network_changed(struct virtual *v, const char *key)
{
    bool collection = false;
    const struct virtual_type *t = virtual_type_of(key, &collection);
    if (!t) return;
    if (strcmp(t->type, "microsoft.network/virtualnetworks") == 0) network_follow_body(v, key);
    if (strcmp(t->type, "microsoft.network/virtualnetworks/subnets") != 0) return;
    char *network = virtual_parent(key);
    network_follow_subnets(v, network);
    free(network);
}
