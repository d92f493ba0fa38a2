/* Flows that are waited for together: see flow.h. */
#include "base/must.h"
#include "flow/flow.h"

void flow_group_add(struct flow_group *g)
{
    g->open++;
}

void flow_group_end(struct flow_group *g)
{
    must(g->open > 0);
    g->open--;
    if (g->open == 0) g->done(g);
}
