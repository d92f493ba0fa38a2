/* Documents and settings for stories in the virtual world. A story says only in what it differs
 * from the usual ones: a resource group, a server with parameters and a firewall rule, roles, a
 * database with a schema file, privileges, everything enforced. */
#ifndef SUPPORT_VIRTUAL_DOCUMENT_H
#define SUPPORT_VIRTUAL_DOCUMENT_H

#include <jansson.h>

#include "config/desired.h"
#include "config/settings.h"

#define STORY_GROUP "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-story"
#define STORY_SERVER STORY_GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers/pg-story"
#define STORY_RULE STORY_SERVER "/firewallRules/office"
#define STORY_ADMIN "story_admin"

/* 'patch' (RFC 7396; stolen; NULL: none) over the usual ones. Fail the test where what comes of it
 * is not valid. Secrets and the schema file are made in the environment and in $TMPDIR. */
struct settings *virtual_settings(json_t *patch);
struct document *virtual_document(const struct settings *settings, json_t *patch);
/* A patch: a network, a DNS zone that is linked to it by a reference, a lock on the group. */
json_t *virtual_network_patch(void);
/* A patch: a second server, "pg-other", beside the usual one, and nothing inside either of them.
 * 'retention' is the second one's. */
json_t *virtual_two_servers_patch(int retention);
/* The only server among its targets. */
const struct target *virtual_document_server(const struct document *d);
/* The same document as what an engine takes. */
struct desired *virtual_desired(const struct settings *settings, json_t *patch);

#endif
