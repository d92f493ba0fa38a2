/* Microsoft.Network/privateDnsZones and their virtualNetworkLinks: see resource_type.h. Members are
 * those of the 2024-06-01 specification, which says of the read-only ones that any attempt to set
 * them is ignored. */
#include <ctype.h>
#include <string.h>

#include "arm/resource_path.h"
#include "arm/resource_type.h"
#include "arm/store.h"
#include "base/json.h"
#include "front/clock.h"
#include "network/network_use.h"

#define LINK_TYPE "Microsoft.Network/privateDnsZones/virtualNetworkLinks"
#define LINK_PATH "properties.virtualNetwork.id"

enum { LABELS_MAX = 34, LABEL_MAX = 63, LINK_NAME_MAX = 80, ZONE_LINKS_MAX = 1000 };

static const struct member zone_properties[] = {
    MEMBER("maxNumberOfRecordSets", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("numberOfRecordSets", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("maxNumberOfVirtualNetworkLinks", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("numberOfVirtualNetworkLinks", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("maxNumberOfVirtualNetworkLinksWithRegistration", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("numberOfVirtualNetworkLinksWithRegistration", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("provisioningState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("internalId", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member virtual_network[] = {
    MEMBER("id", MEMBER_TEXT, MEMBER_REQUIRED | MEMBER_FIXED),
    MEMBER_END,
};

static const struct member link_properties[] = {
    MEMBER_INNER("virtualNetwork", MEMBER_OBJECT, MEMBER_REQUIRED, virtual_network),
    MEMBER("registrationEnabled", MEMBER_BOOLEAN, 0),
    MEMBER_WORDS("resolutionPolicy", 0, "Default|NxDomainRedirect"),
    MEMBER("virtualNetworkLinkState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER("provisioningState", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

#define TRACKED(properties_, flags_)                                                               \
    {                                                                                              \
        MEMBER("id", MEMBER_ANY, MEMBER_READ_ONLY), MEMBER("name", MEMBER_ANY, MEMBER_READ_ONLY),  \
            MEMBER("type", MEMBER_ANY, MEMBER_READ_ONLY), MEMBER("location", MEMBER_TEXT, 0),      \
            MEMBER("tags", MEMBER_TAGS, 0),                                                        \
            MEMBER_INNER("properties", MEMBER_OBJECT, (flags_), (properties_)), MEMBER_END,        \
    }

static const struct member zone_members[] = TRACKED(zone_properties, 0);
static const struct member link_members[] = TRACKED(link_properties, MEMBER_REQUIRED);

static bool label_valid(const char *label, size_t length)
{
    if (!length || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-') return false;
    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)label[i]) && label[i] != '-' && label[i] != '_') return false;
    }
    return true;
}

/* 2 to 34 labels without a final dot (naming rules of Microsoft.Network). */
static bool zone_name_valid(const char *name)
{
    int labels = 0;
    for (const char *p = name;; p++) {
        size_t length = strcspn(p, ".");
        if (!label_valid(p, length)) return false;
        labels++;
        p += length;
        if (!*p) break;
    }
    return labels >= 2 && labels <= LABELS_MAX;
}

static bool link_name_valid(const char *name)
{
    size_t length = strlen(name);
    return length && length <= LINK_NAME_MAX && isalnum((unsigned char)name[0]) &&
           (isalnum((unsigned char)name[length - 1]) || name[length - 1] == '_') &&
           strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-") ==
               length;
}

static void zone_fill(struct sim *sim, json_t *doc, const json_t *old)
{
    (void)sim;
    const char *before = json_text_at(old, "properties.internalId");
    char guid[GUID_TEXT];
    random_guid(guid);
    char *made = base64url(guid, strlen(guid));
    json_put_at(doc, "properties.internalId", json_string(before ? before : made));
    free(made);
}

/* The limits are those seen on the wire (Azure/azure-cli#15010); the one record set is the SOA. */
static void zone_view(const struct sim *sim, json_t *doc)
{
    json_t *links = store_children(sim->resources, LINK_TYPE, json_text_at(doc, "id"));
    json_t *properties = json_object_get(doc, "properties");
    json_int_t registering = 0;
    size_t i;
    const json_t *link;
    json_array_foreach(links, i, link) registering +=
        json_bool_at(link, "properties.registrationEnabled", false);
    json_t *counters = json_pack(
        "{s:i, s:i, s:i, s:I, s:i, s:I}", "maxNumberOfRecordSets", 25000, "numberOfRecordSets", 1,
        "maxNumberOfVirtualNetworkLinks", ZONE_LINKS_MAX, "numberOfVirtualNetworkLinks",
        (json_int_t)json_array_size(links), "maxNumberOfVirtualNetworkLinksWithRegistration", 100,
        "numberOfVirtualNetworkLinksWithRegistration", registering);
    json_object_update(properties, counters);
    json_decref(counters);
    json_decref(links);
}

static void link_fill(struct sim *sim, json_t *doc, const json_t *old)
{
    (void)sim;
    (void)old;
    json_t *properties = json_object_get(doc, "properties");
    if (!json_object_get(properties, "registrationEnabled"))
        json_object_set_new(properties, "registrationEnabled", json_false());
    if (!json_object_get(properties, "resolutionPolicy"))
        json_object_set_new(properties, "resolutionPolicy", json_string("Default"));
    json_object_set_new(properties, "virtualNetworkLinkState", json_string("Completed"));
}

/* Another link of any zone that stands in the way of this one; NULL where none does. */
static const char *link_rival(const struct sim *sim, const json_t *doc)
{
    struct arena *arena = arena_new();
    const char *network = json_text_at(doc, LINK_PATH), *found = NULL;
    const char *id = lower_text(arena, json_text_at(doc, "id")), *zone = id_parent(arena, id);
    bool registers = json_bool_at(doc, "properties.registrationEnabled", false);
    const char *key;
    json_t *other;
    json_each_member(sim->resources, key, other)
    {
        const char *theirs = json_text_at(other, LINK_PATH);
        if (found || !theirs || strcmp(key, id) == 0 || strcasecmp(theirs, network) != 0) continue;
        bool both = registers && json_bool_at(other, "properties.registrationEnabled", false);
        if (both || id_within(key, zone)) found = json_text_at(other, "id");
    }
    arena_free(arena);
    return found;
}

static int link_check(struct resource_change *change, struct refusal *refusal)
{
    const struct sim *sim = change->x->sim;
    const char *network = json_text_at(change->doc, LINK_PATH);
    const char *key = lower_text(change->x->arena, network);
    const char *type = json_text_at(store_find(sim, key), "type");
    if (!type || strcmp(type, virtual_network_type.type) != 0)
        return refuse_now(refusal, 400, "BadRequest",
                          "The virtual network '%s' of the link was not found.", network);
    const char *rival = link_rival(sim, change->doc);
    if (!rival) return 0;
    return refuse_now(refusal, 409, "Conflict",
                      "The virtual network '%s' cannot be linked: the link '%s' is in its way.",
                      network, rival);
}

const struct resource_type private_dns_zone_type = {
    .type = "Microsoft.Network/privateDnsZones",
    .versions = "2024-06-01",
    .flags = RESOURCE_TRACKED | RESOURCE_GLOBAL | RESOURCE_PATCH_MERGE,
    .settle = SETTLE_ACCEPTED,
    .members = zone_members,
    .members_patch = zone_members,
    .duration = SET_PRIVATE_DNS_MS,
    .etag = "plain",
    .monitor = "privateDnsOperationStatuses",
    .result = "privateDnsOperationResults",
    .name_valid = zone_name_valid,
    .fill = zone_fill,
    .view = zone_view,
};

const struct resource_type private_dns_link_type = {
    .type = LINK_TYPE,
    .versions = "2024-06-01",
    .flags = RESOURCE_TRACKED | RESOURCE_GLOBAL | RESOURCE_PATCH_MERGE,
    .settle = SETTLE_ACCEPTED,
    .members = link_members,
    .members_patch = link_members,
    .duration = SET_PRIVATE_DNS_MS,
    .etag = "plain",
    .monitor = "privateDnsOperationStatuses",
    .result = "privateDnsOperationResults",
    .name_valid = link_name_valid,
    .fill = link_fill,
    .check = link_check,
};
