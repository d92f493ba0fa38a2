/* Advanced threat protection of a server: see threat_protection.h. It is always there, off at first
 * (unverified). */
#include "postgres/threat_protection.h"

#include <string.h>

#include "base/json.h"
#include "postgres/server.h"
#include "postgres/server_child.h"

#define ONLY_NAME "Default"

static const struct member threat_properties[] = {
    MEMBER_WORDS("state", MEMBER_REQUIRED, "Enabled|Disabled"),
    MEMBER("creationTime", MEMBER_ANY, MEMBER_IGNORED),
    MEMBER_END,
};

static const struct member threat_members[] = {
    MEMBER_HEAD,
    MEMBER_INNER("properties", MEMBER_OBJECT, MEMBER_REQUIRED, threat_properties),
    MEMBER_END,
};

static int threat_check(struct child_change *change, struct refusal *refusal);
static void threat_always(struct server *server);

static const struct server_child threat_type = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/advancedThreatProtectionSettings",
    .key = "advancedThreatProtectionSettings",
    .put = "UpsertServerThreatProtectionManagementOperation",
    .members = threat_members,
    .check = threat_check,
    .always = threat_always,
};

static int threat_check(struct child_change *change, struct refusal *refusal)
{
    if (strcasecmp(change->name, ONLY_NAME) != 0)
        return refuse_now(refusal, 400, "InvalidResourceName",
                          "The threat protection setting '%s' does not exist: there is 'Default'.",
                          change->name);
    json_object_set(change->doc, "creationTime", json_object_get(change->old, "creationTime"));
    return 0;
}

static void threat_always(struct server *server)
{
    json_t *all = server_child_all(server, &threat_type);
    if (json_object_size(all)) return;
    json_object_set_new(all, ONLY_NAME,
                        json_pack("{s:s, s:O}", "state", "Disabled", "creationTime",
                                  json_at(server->record, "doc.systemData.createdAt")));
}

void threat_protection_serve(struct exchange *x)
{
    server_child_serve(x, &threat_type);
}
