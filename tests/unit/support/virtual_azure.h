/* An identity at the virtual Azure: token, context, and one flow at a time for tests of the world
 * itself. */
#ifndef SUPPORT_VIRTUAL_AZURE_H
#define SUPPORT_VIRTUAL_AZURE_H

#include "azure/op.h"
#include "azure/token.h"
#include "support/virtual.h"

#define VIRTUAL_GROUP "/subscriptions/" VIRTUAL_SUBSCRIPTION "/resourceGroups/rg"
#define VIRTUAL_SERVER VIRTUAL_GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers/db1"

struct virtual_azure {
    struct virtual *v;
    struct azure az;
    struct err err; /* of the last flow; kind NONE: it went well */
};

void virtual_azure_init(struct virtual_azure *a, uint32_t seed);
void virtual_azure_done(struct virtual_azure *a);

/* Each runs one flow to its end. */
/* The resource; NULL where it is not there or the flow failed. The caller's. */
json_t *virtual_azure_get(struct virtual_azure *a, const char *id, enum arm_presence *presence);
json_t *virtual_azure_list(struct virtual_azure *a, const char *id);
/* The resource as read back; NULL where the flow failed or nothing is left. */
json_t *virtual_azure_write(struct virtual_azure *a, const char *method, const char *id,
                            const char *body);
/* A group and a server with the administrator "boss", password "Secret-1234". */
void virtual_azure_build(struct virtual_azure *a);

#endif
