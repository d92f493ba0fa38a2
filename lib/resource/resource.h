/* What a resource type is: a table of fields, what its rows are in ARM, and at most a few hooks;
 * one file each (P3, P4). The type says everything about itself: where it stands in a document, how
 * it is read and written, what may be deleted, how its absence is proved. The engines of
 * field/field.h and of this directory read it; nothing about a type stands anywhere else. A new
 * type is one file here and one line in resources.def. */
#ifndef RESOURCE_RESOURCE_H
#define RESOURCE_RESOURCE_H

#include <stddef.h>

#include "azure/op.h"
#include "field/field.h"
#include "pg/diff.h"
#include "plan/plan.h"
#include "resource/seen.h"
#include "resource/target.h"

/* How what is declared of a type stands in the document. */
enum resource_form {
    RESOURCE_LIST, /* an array of objects with names */
    RESOURCE_ONE,  /* one object with a name */
    RESOURCE_MAP,  /* an object: names to values or objects */
};

/* How it is read. */
enum resource_read {
    RESOURCE_READ_SELF, /* GET of each declared one: the root of a target */
    RESOURCE_READ_LIST, /* the collection at its parent, page by page */
    RESOURCE_READ_SQL,  /* from the catalogs: 'catalog' says which */
};

/* How what differs is written. Creation is always a PUT of what is declared. */
enum resource_write {
    RESOURCE_WRITE_PATCH, /* PATCH of the difference */
    RESOURCE_WRITE_PUT,   /* PUT of what is declared: nothing else belongs to it */
    RESOURCE_WRITE_MERGE, /* PUT of what was read with what is declared over it */
    RESOURCE_WRITE_SQL,
};

/* Which catalogs hold it. */
enum resource_catalog { RESOURCE_CLUSTER, RESOURCE_DATABASE };

/* What a root lets be done to it and to what is in it. */
enum resource_state {
    RESOURCE_SETTLED, /* everything */
    RESOURCE_MOVING,  /* an operation runs: what it answers is neither the old nor the new */
    RESOURCE_MAKING,  /* it is being made: what is in it cannot be read yet */
    RESOURCE_STOPPED, /* nothing, until somebody starts it */
};

struct comparison {
    const struct target *target;
    const struct seen *seen;
    struct plan *plan;
    size_t scope;                     /* of target->scopes */
    const struct pg_cluster *cluster; /* what SQL is compared with; NULL in ARM */
};

struct resource {
    const char *name;    /* in plans, journal fields and file names: "firewall_rule" */
    const char *summary; /* one sentence */
    const char *key;     /* its key in the document's object of its parent: "firewallRules" */
    enum resource_form form;
    /* What it belongs to. NULL: it is a root, and stands in a group. resource_any: an extension,
     * which every root may have. */
    const struct resource *parent;
    const char *arm_type;          /* "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules" */
    const char *api_version;       /* of ARM; NULL for what lives in SQL */
    const struct arm_shape *shape; /* what a complete answer has */
    enum resource_read read;
    enum resource_write write;
    bool deletable;     /* undeclared ones may be removed where policy says so */
    const char *etag;   /* path of its etag, sent as If-Match with a PUT; NULL: it has none */
    bool if_none_match; /* its creation can say If-None-Match: * */
    enum arm_settling settling; /* how the end of a write is known where its monitor is lost */
    bool has_sql;               /* its root has a PostgreSQL inside */
    bool name_is_global;        /* checkNameAvailability must say that it is free */
    enum resource_catalog catalog;
    unsigned pg_changes; /* which differences of lib/pg are its, 1 << enum pg_change_kind */
    const struct field *fields;

    /* Of a root: dotted paths of what the platform changes by itself, told as facts; NULL: none. */
    const char *const *facts;

    /* Hooks; NULL where there is nothing special. */
    /* Changes 'want', a copy of what is declared, into what can be wanted of 'have' as it stands,
     * and says what is lost by that. */
    void (*adopt)(const struct comparison *c, json_t *want, const json_t *have);
    /* Takes out of 'want' what its creation may not say. */
    void (*prepare)(json_t *want);
    /* Could somebody do more than declared while 'have' stands? 'want' NULL: it is undeclared. */
    bool (*widens)(const json_t *want, const json_t *have);
    /* Of a root: what its answer says about it. 'word' gets the platform's word for it. */
    enum resource_state (*state)(const json_t *have, const char **word);
    /* Does the document speak of this item of the collection? Others are not kept. */
    bool (*keep)(const json_t *want, const json_t *item);
    /* The whole comparison, where the usual one does not do. Called only for a scope that was seen
     * completely, or whose root does not exist. */
    void (*compare)(const struct comparison *c);
};

/* The state that properties.provisioningState tells (source: ARM RPC: Succeeded, Failed and
 * Canceled are ends, absent means Succeeded, everything else is under way). */
enum resource_state resource_provisioning(const json_t *have, const char **word);

/* The parent of extensions: any root. Not in the list of types. */
extern const struct resource resource_any;

/* The field tables have names of their own, so that tables can point to each other. */
#define RESOURCE(name)                                                                             \
    extern const struct resource resource_##name;                                                  \
    extern const struct field name##_fields[];
#include "resource/resources.def"
#undef RESOURCE

/* All types in the order of resources.def; 'resource_count' of them. */
extern const struct resource *const resources[];
extern const size_t resource_count;

/* The type called 'name'; NULL where there is none. */
const struct resource *resource_find(const char *name);

bool resource_is_root(const struct resource *type);
/* May 'child' stand below 'parent'? */
bool resource_is_below(const struct resource *child, const struct resource *parent);

/* What may be declared of a type: its own rows and a row for each collection that may stand below
 * it. Made once, of the list of types, and kept for ever. Safe from any thread. */
const struct field *resource_fields(const struct resource *type);
/* The row of 'type' in the table of what it stands in. */
struct field resource_row(const struct resource *type);

/* The id of the one called 'name' (NULL: of the collection), at 'parent': the id of a root for what
 * stands below it, of the group for a root, "/subscriptions/S" for a group. free() it. */
char *resource_id(const struct resource *type, const char *parent, const char *name);

/* Compares everything of 'target' that was 'seen' into 'plan' (sorted; verdicts are GO unless the
 * comparison knows better). seen->scopes[i].compared says of which parts that is all: nothing is
 * said about the others. 'sql' chooses the lane: what is in the catalogs, or what is in ARM. */
void resource_compare(const struct target *target, struct seen *seen, bool sql, struct plan *plan);

#endif
