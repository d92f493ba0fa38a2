/* All operations of the specification, and the examples that they name. */
#ifndef CONFORMANCE_CATALOG_H
#define CONFORMANCE_CATALOG_H

#include <stddef.h>

#include "base/mem.h"
#include "conformance/spec.h"

struct operation {
    const char *folder; /* below the specification: "Microsoft.Network/2024-03-01" */
    const char *method; /* in capitals */
    const char *path;   /* as it stands there: "/subscriptions/{subscriptionId}/..." */
    const char *type;   /* "Microsoft.Network/virtualNetworks/subnets"; actions count as types */
    const char *id;     /* its operationId */
    struct node node;
};

struct example {
    const struct operation *operation; /* NULL: no operation names it, and none has its id */
    const char *name;                  /* "Microsoft.Network/2024-03-01/SubnetCreate PUT" */
    const char *version;               /* the api-version to ask */
    const json_t *parameters;
    const json_t *content; /* all of it */
};

struct catalog {
    struct operation *operations;
    size_t operation_n;
    struct example *examples;
    size_t example_n;
};

/* Reads all of it; everything in it lives in 'arena' and 'spec'. */
void catalog_read(struct catalog *catalog, struct spec *spec, struct arena *arena);

/* The operation of this method and path (names of parameters and letters' case do not count). */
const struct operation *catalog_find(const struct catalog *catalog, const char *method,
                                     const char *path);
/* The operation whose path this one is, with values in place of the braces. */
const struct operation *catalog_match(const struct catalog *catalog, const char *method,
                                      const char *path);
/* The first PUT of an item of the type; NULL where there is none. */
const struct operation *catalog_maker(const struct catalog *catalog, const char *type);

/* The name of the body among its parameters; NULL where it has none, else with its schema. */
const char *operation_body(struct spec *spec, const struct operation *operation,
                           struct node *schema);
/* The api-version of the file that has it. */
const char *operation_version(struct spec *spec, const struct operation *operation);

#endif
