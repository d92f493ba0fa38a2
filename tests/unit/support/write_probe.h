/* One write at a scripted Azure, and the usual answers to it. */
#ifndef SUPPORT_WRITE_PROBE_H
#define SUPPORT_WRITE_PROBE_H

#include "support/world.h"

#define ID "/subscriptions/S/resourceGroups/rg/providers/P/flexibleServers/db1"
#define RESOURCE WORLD_ARM ID "?api-version=1"
#define MONITOR                                                                                    \
    WORLD_ARM "/subscriptions/S/providers/P/locations/Korea%20Central/azureAsyncOperation/G"       \
              "?api-version=1&t=1&c=a-b_c&s=x%2by&h=z"
#define RESULT                                                                                     \
    WORLD_ARM "/subscriptions/S/providers/P/locations/koreacentral/operationResults/"              \
              "G?api-version=1"
#define NOT_FOUND "{\"error\":{\"code\":\"ResourceNotFound\"}}"
#define BODY "{\"properties\":{\"a\":1}}"

struct write_probe {
    struct world world;
    struct arm_write write;
    unsigned completions;
    unsigned progress;
    unsigned polls; /* as last told */
    struct err err;
};

/* PUT of BODY. */
extern const struct arm_request write_put;

/* Fixtures of cmocka: '*state' is the probe with 'write_put', the token is there already. */
int write_setup(void **state);
int write_teardown(void **state);
/* Everything anew, in the middle of a test; with another request. */
struct write_probe *write_again(void **state);
struct write_probe *write_again_with(void **state, const struct arm_request *request);

/* A request without a body to a type with a shape ("properties" is an object); a PUT is a creation.
 * The same begun. */
struct arm_request write_request(const char *method, enum arm_settling settling);
struct write_probe *write_begin(void **state, const char *method, enum arm_settling settling);

/* Runs to the end and checks what is true of every end. */
void write_run(struct write_probe *p);

/* Prepares: the PUT is accepted for the long run; the monitor says 'body'; the resource is there.
 */
void write_accept(struct write_probe *p);
void write_state_is(struct write_probe *p, const char *body);
void write_read_back(struct write_probe *p);
/* The write, whatever its method, is accepted for the long run and says only where the operation
 * is; the resource is complete, with 'properties', once. */
void write_accept_only(struct write_probe *p);
void write_resource_is(struct write_probe *p, const char *properties);

#endif
