/* Roles of servers: see replication.h. */
#include "resource/postgres/replication.h"

#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "resource/compare.h"

/* Both words are of the 2025-08-01 swagger; either member may carry them. */
static const char *const replica_roles[] = {"AsyncReplica", "GeoAsyncReplica"};

static const char *replication_role(const json_t *have)
{
    const char *role = json_text_at(have, "properties.replica.role");
    return role ? role : json_text_at(have, "properties.replicationRole");
}

bool replication_is_replica(const json_t *have)
{
    const char *role = replication_role(have);
    for (size_t i = 0; role && i < sizeof(replica_roles) / sizeof(replica_roles[0]); i++)
        if (strcasecmp(role, replica_roles[i]) == 0) return true;
    return false;
}

bool replication_declares_replica(const json_t *want)
{
    const char *mode = json_text_at(want, "properties.createMode");
    return mode && strcasecmp(mode, "Replica") == 0;
}

static void replication_drop(json_t *want, const char *const *members, size_t count)
{
    json_t *properties = json_object_get(want, "properties");
    for (size_t i = 0; i < count; i++) json_object_del(properties, members[i]);
}

#define DROP(want, members) replication_drop(want, members, sizeof(members) / sizeof((members)[0]))

void replication_adopt_role(const struct comparison *c, json_t *want, const json_t *have)
{
    /* Replicas have neither a standby nor backups, and no geo-redundant store can be had by one
     * that was promoted (azure docs: read-replica/concepts-read-replicas, -promote). */
    static const char *const not_now[] = {"highAvailability", "backup", "sourceServerResourceId",
                                          "availabilityZone"};
    const char *role = replication_role(have);
    if (!role || replication_is_replica(have) == replication_declares_replica(want)) return;
    compare_unachievable(c, arena_printf(c->plan->arena, "%s/role", c->target->name),
                         "a promotion is never undone: the document is to say what is so now");
    plan_delta(c->plan, "properties.replica.role", role,
               replication_declares_replica(want) ? "a replica" : "Primary");
    DROP(want, not_now);
}

void replication_prepare(json_t *want)
{
    /* What the examples of the 2024-08-01 and 2025-08-01 swagger do not send. */
    static const char *const inherited[] = {
        "version",    "administratorLogin", "administratorLoginPassword",
        "authConfig", "highAvailability",   "backup"};
    if (replication_declares_replica(want)) DROP(want, inherited);
}
