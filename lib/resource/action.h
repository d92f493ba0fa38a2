/* How a change is applied: the payload behind change->action. Lives in the plan's arena. */
#ifndef RESOURCE_ACTION_H
#define RESOURCE_ACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "azure/op.h"
#include "base/secret.h"
#include "flow/call.h"

enum action_kind { ACTION_ARM, ACTION_SQL };

struct action {
    enum action_kind kind;
    /* ARM: one write. */
    const char *method;
    const char *id; /* resource id */
    const char *api_version;
    const char *body;        /* JSON without secrets, or NULL */
    const char *secret_path; /* where 'secret' goes in the body when it is sent; NULL: nowhere */
    const struct secret *secret;   /* borrowed from the target */
    const char *if_match;          /* etag of what the body was made from; NULL: none */
    bool creates;                  /* PUT of what was not found */
    bool if_none_match;            /* and the API can say so itself */
    const struct arm_shape *shape; /* of what is read back */
    enum arm_settling settling;
    /* SQL: statements of one database. */
    const char *database;
    enum sql_mode mode;
    const struct sql_statement *statements;
    size_t count;
};

#endif
