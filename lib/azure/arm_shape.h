/* What a complete answer looks like: an answer that does not prove that it is the whole of what was
 * asked for is no answer (unknown), never an absence and never a difference. */
#ifndef AZURE_ARM_SHAPE_H
#define AZURE_ARM_SHAPE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/err.h"

/* The JSON kinds of a member. */
enum arm_kind {
    ARM_ANY, /* whatever it is, but not null */
    ARM_TEXT,
    ARM_NUMBER,
    ARM_BOOL,
    ARM_OBJECT,
    ARM_ARRAY,
};

struct arm_member {
    const char *path; /* dotted: "properties.storage.storageSizeGB" */
    enum arm_kind kind;
};

enum arm_shape_flag {
    /* The name is not the last segment of the id, or missing (administrators answer the principal's
     * name in the specification's examples, in lists none). */
    ARM_NAME_IS_FREE = 1 << 0,
    /* Items of the list stand elsewhere than below the collection (a subscription's servers, the
     * locks of a scope with those inherited): their ids only have to be ids, and no two alike. */
    ARM_IDS_ELSEWHERE = 1 << 1,
    /* The collection always has items (a server's parameters): an empty list is no answer. */
    ARM_NEVER_EMPTY = 1 << 2,
};

/* Of one resource, and of each item of a list. All pointers are borrowed, usually static. */
struct arm_shape {
    const char *type; /* "Microsoft.DBforPostgreSQL/flexibleServers", compared without case; NULL:
                         this API does not answer one */
    const struct arm_member *members; /* what the API always returns beside id, name and type; ends
                                         with a member without path; NULL: nothing more */
    unsigned flags;                   /* enum arm_shape_flag */
};

/* Is 'body' the resource 'id', and complete? 'shape' NULL: only that it is an object is asked. 0,
 * or -1 with PROTOCOL and a sentence that names what is missing or wrong. */
int arm_shape_check(const struct arm_shape *shape, const char *id, const json_t *body,
                    struct err *err);

/* Is 'item' one of the collection 'collection' by its id, name and type? With a shape only. As
 * above. */
int arm_shape_check_identity(const struct arm_shape *shape, const char *collection,
                             const json_t *item, struct err *err);

/* Gives 'item', which is one of its collection, the name that it is asked for by, where its shape
 * lets it answer another. */
void arm_shape_set_name(const struct arm_shape *shape, json_t *item);

/* Has 'body' all members? As above. */
int arm_shape_check_members(const struct arm_shape *shape, const json_t *body, struct err *err);

#endif
