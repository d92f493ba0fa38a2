/* ARM resource ids: build, take apart, compare. Ids are compared by segments without regard to case
 * and to a trailing slash (source: Azure answers "resourcegroups" and lower-case providers). */
#ifndef AZURE_ARM_ID_H
#define AZURE_ARM_ID_H

#include <stdbool.h>

#include "base/err.h"

/* A resource id taken apart; what it does not have is NULL. Of an extension resource
 * (.../flexibleServers/x/providers/Microsoft.Insights/diagnosticSettings/y) provider, type and name
 * are the last ones and the parent is the resource it stands on. */
struct arm_id {
    char *subscription;
    char *group;
    char *provider; /* "Microsoft.DBforPostgreSQL" */
    char *type;     /* "flexibleServers/databases"; "resourceGroups" of a group */
    char *name;     /* of the last segment */
    char *parent;   /* id of what it is in: the server of a database, the group of a server */
};

/* Failure: CONFIG with a sentence about what is wrong: no leading slash, an empty, "." or ".."
 * segment, keys without names. */
int arm_id_parse(struct arm_id *out, const char *id, struct err *err);
void arm_id_done(struct arm_id *id);

/* NULL equals NULL only. */
bool arm_id_equal(const char *a, const char *b);

/* Is it the id of a resource group itself? */
bool arm_id_is_group(const char *id);

/* "/subscriptions/S/resourceGroups/G". free() it. */
char *arm_id_group(const char *subscription, const char *group);
/* "PARENT/providers/PROVIDER/TYPE/NAME"; without a name ("NULL") the collection. free() it. */
char *arm_id_resource(const char *parent, const char *provider, const char *type, const char *name);
/* "PARENT/TYPE/NAME"; without a name (NULL) the collection. free() it. */
char *arm_id_child(const char *parent, const char *type, const char *name);

#endif
