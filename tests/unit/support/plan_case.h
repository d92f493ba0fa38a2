/* A case of the comparison: a document and what was seen, as directories of JSON, taken through the
 * real document parser, resource_compare() and policy_permit() to a plan.
 *
 * A case says only in what it differs from a server that stands exactly as declared (document.json
 * and seen.json in tests/plan). Its input.json is an object with
 *     "//"        what the case is about, a sentence
 *     "document"  merged over document.json (RFC 7396: null removes)
 *     "server"    merged over the document's only server
 *     "target"    "server" (where absent) or "resource_group"
 *     "busy"      why the server takes no write now
 *     "seen"      by scope (group, server, configurations, firewallRules): "absent", "failed", an
 *                 object merged over that of seen.json, or, for lists, an array in place of it; an
 *                 object merges over the list's items by their names; what is not said was not
 *                 looked at
 */
#ifndef SUPPORT_PLAN_CASE_H
#define SUPPORT_PLAN_CASE_H

#include <jansson.h>

#include "config/desired.h"
#include "plan/plan.h"
#include "resource/seen.h"

struct plan_case {
    struct document *document;
    const struct target *target;
    struct seen seen;
    struct policy_facts facts;
    struct plan *plan;
    char *trouble; /* why there is no plan; NULL: there is one */
};

/* Reads the JSON file 'path'; NULL where it is none, with the reason on stderr. */
json_t *plan_case_read(const char *path);

/* The directories below 'root' that hold a case of 'type', by name; NULL: of every type. Exact
 * paths as "tests/plan/server/create". */
struct plan_case_list {
    char **directories;
    size_t count;
};
void plan_case_list_init(struct plan_case_list *list, const char *root, const char *type);
void plan_case_list_done(struct plan_case_list *list);

/* Puts together what the case declares and saw, then compares and permits. 'base' is the document
 * that stands in document.json, 'stands' what is in seen.json; nothing of the three is kept. */
void plan_case_init(struct plan_case *c, const json_t *base, const json_t *stands,
                    const json_t *input);
void plan_case_done(struct plan_case *c);

/* Adds which scopes were compared, and what would be sent to ARM: method, path, version, body. */
void plan_case_writes(const struct plan_case *c, struct buf *out);

#endif
