/* A flow of a few rows that a test of the runner steers: what its rows ask and how they answer. */
#ifndef SUPPORT_FLOW_PROBE_H
#define SUPPORT_FLOW_PROBE_H

#include "flow/flow.h"
#include "support/script.h"

/* Row "one" asks 'first_kind', row "two" sends PUT two, row "three" GET three. */
struct probe {
    struct script *script;
    struct flow flow;
    struct err err;
    unsigned completions;
    bool started; /* flow_start() has returned */
    bool early;   /* completed before it had */
    unsigned refused;
    unsigned progress;
    enum call_kind first_kind;
    enum flow_verdict verdicts[8]; /* of row "two", one after the other */
    size_t verdict_count;
    size_t taken;
    struct flow_row rows[4];
};

/* Fixtures of cmocka: '*state' is the probe. */
int probe_setup(void **state);
int probe_teardown(void **state);

/* Starts the flow. */
void probe_begin(struct probe *p);
/* Runs to the end and checks what is true of every end. */
void probe_run(struct probe *p);

#endif
