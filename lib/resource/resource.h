/* What a resource type is: a table of fields and a comparison, one file each (P3, P4). The engines of
 * base/field.h read the tables: they check the document, compare, print, make request bodies, the JSON
 * Schema and the reference. A new type is one file here and one line in resources.def. */
#ifndef RESOURCE_RESOURCE_H
#define RESOURCE_RESOURCE_H

#include <stddef.h>

#include "base/field.h"
#include "plan/plan.h"
#include "resource/seen.h"
#include "resource/target.h"

/* When, within a target, changes of a type are applied: everything of a lower stage first, and then
 * everything is observed again. */
enum stage {
    STAGE_GROUP,
    STAGE_SERVER,
    STAGE_CHILDREN,       /* firewall rules and configurations */
    STAGE_ROLE,
    STAGE_MEMBERSHIP,
    STAGE_DATABASE,
    STAGE_SCHEMA,
    STAGE_DEFAULTS,       /* default privileges before the files that make tables */
    STAGE_SCHEMA_FILE,
    STAGE_PRIVILEGE,
};

struct comparison {
    const struct target *target;
    const struct seen *seen;
    struct plan *plan;
};

struct resource {
    const char *name;    /* in plans, journal fields and file names: "firewall_rule" */
    const char *summary; /* one sentence */
    const char *key;     /* where it stands in the document: "servers[].firewallRules" */
    const char *api_version; /* of ARM; NULL for what lives in SQL */
    enum scope scope;    /* what must have been observed completely before it is compared */
    const struct field *fields;
    /* Adds a change for everything that differs. Called only when its scope is complete or absent. */
    void (*compare)(const struct comparison *c);
};

#define RESOURCE(name) extern const struct resource resource_##name;
#include "resource/resources.def"
#undef RESOURCE

/* All types in the order of resources.def; 'resource_count' of them. */
extern const struct resource *const resources[];
extern const size_t resource_count;

/* The type called 'name'; NULL where there is none. */
const struct resource *resource_find(const char *name);

#endif
