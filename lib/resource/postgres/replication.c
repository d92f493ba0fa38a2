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
