#include "pg/catalog/graph.h"

#include "base/must.h"

static uint32_t graph_end(const struct pg_arc *arc, enum pg_arc_end end)
{
    return end == PG_ARC_FROM ? arc->from : arc->to;
}

/* A counting sort. */
struct pg_edges pg_graph_index(const struct pg_arc *arcs, size_t count, size_t nodes,
                               enum pg_arc_end end, struct arena *arena)
{
    /* first[n + 1] is where node n stands while it is filled, and its end afterwards. */
    uint32_t *first = arena_array(arena, nodes + 2, sizeof(*first));
    uint32_t *ids = arena_array(arena, count + 1, sizeof(*ids));
    must(count < UINT32_MAX && nodes < UINT32_MAX);
    for (size_t i = 0; i < count; i++) {
        must(graph_end(&arcs[i], end) < nodes);
        first[graph_end(&arcs[i], end) + 2]++;
    }
    for (size_t n = 2; n < nodes + 2; n++) first[n] += first[n - 1];
    for (size_t i = 0; i < count; i++) ids[first[graph_end(&arcs[i], end) + 1]++] = arcs[i].id;
    return (struct pg_edges){.first = first, .membership = ids};
}
