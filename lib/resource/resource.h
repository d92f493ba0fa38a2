/* What a resource type is: a table of fields and a comparison, one file each (P3, P4). The engines
 * of field/field.h read the tables: they check the document, compare, print, make request bodies,
 * the JSON Schema and the reference. A new type is one file here and one line in resources.def. */
#ifndef RESOURCE_RESOURCE_H
#define RESOURCE_RESOURCE_H

#include <stddef.h>

#include "field/field.h"
#include "pg/diff.h"
#include "plan/plan.h"
#include "resource/seen.h"
#include "resource/target.h"

/* When, within a target, changes are applied: lower ones first. SQL changes come in the order of
 * enum pg_change_kind; a schema file runs when default privileges stand and before grants. */
enum stage {
    STAGE_GROUP = 0,
    STAGE_SERVER = 10,
    STAGE_CHILDREN = 20, /* firewall rules and configurations */
    STAGE_SQL = 100,
    STAGE_SQL_STEP = 10,
    STAGE_SCHEMA_FILE = STAGE_SQL + PG_CHANGE_GRANT * STAGE_SQL_STEP - 5,
};

struct comparison {
    const struct target *target;
    const struct seen *seen;
    struct plan *plan;
};

struct resource {
    const char *name;        /* in plans, journal fields and file names: "firewall_rule" */
    const char *summary;     /* one sentence */
    const char *key;         /* where it stands in the document: "servers[].firewallRules" */
    const char *api_version; /* of ARM; NULL for what lives in SQL */
    enum scope scope;        /* what must have been observed completely before it is compared */
    const struct field *fields;
    /* Adds a change for everything that differs. Called only when its scope is complete or absent.
     * NULL for what lives in the catalogs: lib/pg compares all of that at once, and 'pg_changes'
     * says which of its changes (1 << enum pg_change_kind) are this type's. */
    void (*compare)(const struct comparison *c);
    unsigned pg_changes;
};

/* The field tables have names of their own, so that the document's table can point to them. */
#define RESOURCE(name)                                                                             \
    extern const struct resource resource_##name;                                                  \
    extern const struct field name##_fields[];
#include "resource/resources.def"
#undef RESOURCE

/* All types in the order of resources.def; 'resource_count' of them. */
extern const struct resource *const resources[];
extern const size_t resource_count;

/* Compares everything of 'target' that was 'seen' into 'plan' (sorted; verdicts are GO unless the
 * comparison knows better). Returns the scopes that were compared, 1 << enum scope each: nothing is
 * said about the others. */
unsigned resource_compare(const struct target *target, const struct seen *seen, struct plan *plan);

/* The type called 'name'; NULL where there is none. */
const struct resource *resource_find(const char *name);

#endif
