/* The types of resources that the virtual Azure knows, and what becomes of a body: what a new one
 * is, what PUT and PATCH make of one that is there. Flexible servers are in virtual_server.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "support/virtual_inside.h"

#define PG "microsoft.dbforpostgresql/flexibleservers"

static const struct virtual_type virtual_types[] = {
    {"microsoft.resources/resourcegroups", "Microsoft.Resources/resourceGroups", false, false,
     false, 0, 0, NULL},
    {PG, "Microsoft.DBforPostgreSQL/flexibleServers", true, true, false, SECONDS(270), SECONDS(60),
     "60"},
    {PG "/configurations", "Microsoft.DBforPostgreSQL/flexibleServers/configurations", true, true,
     false, SECONDS(10), SECONDS(10), "10"},
    {PG "/firewallrules", "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules", true, true,
     false, SECONDS(15), SECONDS(15), "10"},
    {PG "/databases", "Microsoft.DBforPostgreSQL/flexibleServers/databases", true, true, false,
     SECONDS(10), SECONDS(10), "10"},
    {"microsoft.authorization/locks", "Microsoft.Authorization/locks", false, false, false, 0, 0,
     NULL},
    {"microsoft.network/virtualnetworks", "Microsoft.Network/virtualNetworks", true, false, true,
     SECONDS(10), SECONDS(5), "10"},
    {"microsoft.network/virtualnetworks/subnets", "Microsoft.Network/virtualNetworks/subnets", true,
     false, true, SECONDS(5), SECONDS(5), "10"},
    {"microsoft.network/privatednszones", "Microsoft.Network/privateDnsZones", true, false, true,
     SECONDS(30), SECONDS(5), "10"},
    {"microsoft.network/privatednszones/virtualnetworklinks",
     "Microsoft.Network/privateDnsZones/virtualNetworkLinks", true, false, true, SECONDS(30),
     SECONDS(5), "10"},
};

/* --- paths -------------------------------------------------------------------------------------
 */

enum { SEGMENTS = 24 };

/* The segments of a key; returns how many. 'copy' is cut up. */
static size_t type_segments(char *copy, const char *segments[SEGMENTS])
{
    size_t n = 0;
    for (char *s = copy; *s && n < SEGMENTS;) {
        s += strspn(s, "/");
        size_t length = strcspn(s, "/");
        if (length) segments[n++] = s;
        bool more = s[length] != '\0';
        s[length] = '\0';
        s += length + more;
    }
    return n;
}

static size_t type_last_providers(const char *const *segments, size_t n)
{
    for (size_t i = n; i-- > 0;)
        if (strcmp(segments[i], "providers") == 0) return i;
    return n;
}

static const struct virtual_type *type_named(const char *name)
{
    for (size_t i = 0; i < sizeof(virtual_types) / sizeof(virtual_types[0]); i++)
        if (strcmp(virtual_types[i].type, name) == 0) return &virtual_types[i];
    return NULL;
}

const struct virtual_type *virtual_type_of(const char *key, bool *collection)
{
    char name[256] = "microsoft.resources/resourcegroups";
    char *copy = xstrdup(key);
    const char *segments[SEGMENTS];
    size_t n = type_segments(copy, segments), at = type_last_providers(segments, n);
    *collection = n % 2 == 1;
    if (at + 2 < n) {
        size_t length = (size_t)snprintf(name, sizeof(name), "%s", segments[at + 1]);
        for (size_t i = at + 2; i < n && length < sizeof(name); i += 2)
            length += (size_t)snprintf(name + length, sizeof(name) - length, "/%s", segments[i]);
    } else if (n < 3 || n > 4) {
        name[0] = '\0';
    }
    free(copy);
    return type_named(name);
}

char *virtual_parent(const char *key)
{
    char *copy = xstrdup(key);
    const char *segments[SEGMENTS];
    size_t n = type_segments(copy, segments);
    must(n >= 2);
    n -= n % 2 ? 1 : 2;
    if (n >= 2 && strcmp(segments[n - 2], "providers") == 0) n -= 2;
    struct buf b;
    buf_init(&b, 4096);
    for (size_t i = 0; i < n; i++) buf_printf(&b, "/%s", segments[i]);
    free(copy);
    return buf_steal(&b);
}

char *virtual_lane_of(const char *key)
{
    bool collection = false;
    const struct virtual_type *t = virtual_type_of(key, &collection);
    const char *slash = t ? strchr(t->type, '/') : NULL;
    return slash && strchr(slash + 1, '/') ? virtual_parent(key) : xstrdup(key);
}

char *virtual_server_of(const char *key)
{
    static const char servers[] = "/flexibleservers/";
    const char *name = strstr(key, servers);
    if (!name) return NULL;
    name += strlen(servers);
    return xstrndup(key, (size_t)(name - key) + strcspn(name, "/"));
}

/* --- bodies ------------------------------------------------------------------------------------
 */

void virtual_merge(json_t *target, const json_t *patch)
{
    const char *key;
    json_t *value;
    json_each_member(patch, key, value)
    {
        json_t *have = json_object_get(target, key);
        if (json_is_null(value)) {
            json_object_del(target, key);
        } else if (json_is_object(value)) {
            if (!json_is_object(have)) json_object_set_new(target, key, json_object());
            virtual_merge(json_object_get(target, key), value);
        } else {
            json_object_set_new(target, key, json_deep_copy(value));
        }
    }
}

static bool type_is_network(const struct virtual_type *t)
{
    return strncmp(t->type, "microsoft.network/", 18) == 0;
}

void virtual_type_stamp(struct virtual *v, const struct virtual_type *t, json_t *resource)
{
    char etag[48];
    if (type_is_network(t) || strcmp(t->type, "microsoft.resources/resourcegroups") == 0)
        json_put_at(resource, "properties.provisioningState", json_string("Succeeded"));
    if (!t->etag) return;
    snprintf(etag, sizeof(etag), "\"%08x-%zu\"", virtual_random(v), v->version_count);
    json_object_set_new(resource, "etag", json_string(etag));
}

/* A subnet is a resource and stands in its network's body too. */
static void type_name_subnets(json_t *network)
{
    size_t i;
    json_t *subnet;
    const char *id = json_text_at(network, "id");
    json_array_foreach(json_at(network, "properties.subnets"), i, subnet)
    {
        const char *name = json_text_at(subnet, "name");
        char *own = xasprintf("%s/subnets/%s", id, name ? name : "");
        json_object_set_new(subnet, "id", json_string(own));
        json_object_set_new(subnet, "type",
                            json_string("Microsoft.Network/virtualNetworks/subnets"));
        json_put_at(subnet, "properties.provisioningState", json_string("Succeeded"));
        free(own);
    }
}

/* What the service adds to every resource of the type. */
void virtual_type_fill(const struct virtual_type *t, json_t *resource)
{
    if (strcmp(t->type, "microsoft.network/privatednszones/virtualnetworklinks") == 0)
        json_put_at(resource, "properties.virtualNetworkLinkState", json_string("Completed"));
    if (strcmp(t->type, "microsoft.network/virtualnetworks") != 0) return;
    if (!json_at(resource, "properties.subnets"))
        json_put_at(resource, "properties.subnets", json_array());
    type_name_subnets(resource);
}

json_t *virtual_made(struct virtual *v, const struct virtual_type *t, const char *id,
                     const json_t *body)
{
    const char *name = strrchr(id, '/') + 1;
    if (strcmp(t->type, PG) == 0) return virtual_server_made(id, name, body);
    json_t *made = json_deep_copy(body);
    json_object_set_new(made, "id", json_string(id));
    json_object_set_new(made, "name", json_string(name));
    json_object_set_new(made, "type", json_string(t->spelled));
    if (!json_object_get(made, "properties"))
        json_object_set_new(made, "properties", json_object());
    virtual_type_fill(t, made);
    virtual_type_stamp(v, t, made);
    return made;
}

/* A parameter keeps everything but its value; what is static waits for a restart. */
static json_t *type_configuration_changed(const json_t *have, const json_t *body, const char **code)
{
    json_t *next = json_deep_copy(have);
    const char *value = json_text_at(body, "properties.value");
    bool dynamic = json_bool_at(have, "properties.isDynamicConfig", true);
    if (!value || json_bool_at(have, "properties.isReadOnly", false)) {
        *code = "OperationFailed";
        return next;
    }
    const char *before = json_text_at(have, "properties.value");
    bool same = before && strcmp(before, value) == 0;
    json_put_at(next, "properties.value", json_string(value));
    json_put_at(next, "properties.source", json_string("user-override"));
    if (!dynamic && !same) json_put_at(next, "properties.isConfigPendingRestart", json_true());
    return next;
}

json_t *virtual_changed(struct virtual *v, const struct virtual_type *t, const json_t *have,
                        const json_t *body, bool put, bool *restarts, const char **code)
{
    if (strcmp(t->type, PG) == 0) return virtual_server_changed(have, body, restarts, code);
    if (strcmp(t->type, PG "/configurations") == 0)
        return type_configuration_changed(have, body, code);
    json_t *next;
    if (put) { /* PUT replaces: what is not said is gone */
        next = json_deep_copy(body);
        static const char *const kept[] = {"id", "name", "type", "etag", "location"};
        for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
            if (json_object_get(have, kept[i]))
                json_object_set(next, kept[i], json_object_get(have, kept[i]));
        if (!json_object_get(next, "properties"))
            json_object_set_new(next, "properties", json_object());
    } else {
        next = json_deep_copy(have);
        if (json_object_get(body, "tags")) json_object_del(next, "tags"); /* all of them */
        if (strcmp(t->type, "microsoft.network/virtualnetworks") == 0)    /* tags only */
            json_object_set(next, "tags", json_object_get(body, "tags"));
        else
            virtual_merge(next, body);
    }
    virtual_type_fill(t, next);
    virtual_type_stamp(v, t, next);
    return next;
}
