/* What the comparisons of ARM types share. */
#ifndef RESOURCE_COMPARE_H
#define RESOURCE_COMPARE_H

#include "field/field.h"
#include "resource/action.h"
#include "resource/resource.h"

/* When, within a target, changes are applied: lower ones first. SQL changes come in the order of
 * enum pg_change_kind; a schema file runs when default privileges stand and before grants. */
enum stage {
    STAGE_ROOT = 10,     /* and its portions */
    STAGE_CHILDREN = 20, /* what is in collections */
    STAGE_SQL = 100,
    STAGE_SQL_STEP = 10,
    STAGE_SCHEMA_FILE = STAGE_SQL + PG_CHANGE_GRANT * STAGE_SQL_STEP - 5,
};

/* "observe", "enforce": the choices of every item's own mode. */
extern const char *const compare_modes[];
bool compare_observes(const json_t *item);
/* The row for it in the table of an ARM type. */
#define COMPARE_MODE_ROW                                                                           \
    {                                                                                              \
        .path = "mode", .kind = FIELD_ENUM, .flags = FIELD_LOCAL, .choices = compare_modes,        \
        .help = "observe: report only."                                                            \
    }

const struct scope *compare_scope(const struct comparison *c);
/* The answer that the scope is compared with; NULL where there is none. */
const json_t *compare_have(const struct comparison *c);
/* Is there a root, so that what is below it can be there? */
bool compare_root_exists(const struct seen *seen);
/* What the root's answer says about its state; SETTLED where its type has no states. */
enum resource_state compare_root_state(const struct target *target, const struct seen *seen,
                                       const char **word);

/* Adds a change of the scope's type for 'object' at 'stage'. 'id' is the item's, copied. */
struct change *compare_change(const struct comparison *c, const char *object, const char *id,
                              enum change_verb verb, unsigned stage);
/* Adds the report that something of the root, called 'object' in the plan, cannot be made what
 * is declared. 'reason' is kept. The caller adds the differences. */
void compare_unachievable(const struct comparison *c, const char *object, const char *reason);
/* Adds 'deltas' to the last added change. What does not exist yet has no default that could be
 * shown as its value: then only what it will be is said. */
void compare_add_deltas(struct plan *plan, const struct field_deltas *deltas, bool exists);
/* A zeroed ARM action in the plan's arena: 'method' on 'id'; 'body' (stolen, may be NULL) is
 * printed into it. */
struct action *compare_action(const struct comparison *c, const char *method, const char *id,
                              json_t *body);
/* The write that makes 'have' (NULL: nothing) what 'want' declares, of a type that is PUT. */
struct action *compare_put(const struct comparison *c, const char *id, const json_t *want,
                           const json_t *have);

/* The usual comparisons of a scope: of a root, and of a collection. */
void compare_root(const struct comparison *c);
void compare_list(const struct comparison *c);
/* What becomes of 'have', an item of the collection that nobody declared: by policy nothing, a
 * report, or its removal. */
void compare_undeclared(const struct comparison *c, const json_t *have);
/* The item of 'list' called 'name', without regard to case; NULL where there is none. */
const json_t *compare_find(const json_t *list, const char *name);

#endif
