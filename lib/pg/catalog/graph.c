#include "pg/catalog/graph.h"

#include <stdlib.h>

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

/* --- components ------------------------------------------------------------------------------- */

/* A node that is being looked at has a number and stands on 'path'; one whose component is known
 * has that. */
struct tarjan {
    const struct pg_arc *arcs;
    const struct pg_edges *from;
    uint32_t *component;
    uint32_t *number; /* 0: not met */
    uint32_t *lowest; /* the least number reached from it */
    uint32_t *next;   /* its next arc, in from->membership */
    uint32_t *path;
    size_t path_length;
    uint32_t *calls; /* the nodes whose arcs are being followed */
    size_t call_count;
    uint32_t numbers;
    uint32_t components;
    size_t steps;
};

static void tarjan_enter(struct tarjan *t, uint32_t node)
{
    t->number[node] = t->lowest[node] = ++t->numbers;
    t->next[node] = t->from->first[node];
    t->path[t->path_length++] = node;
    t->calls[t->call_count++] = node;
}

static void tarjan_leave(struct tarjan *t, uint32_t node)
{
    t->call_count--;
    if (t->call_count) {
        uint32_t caller = t->calls[t->call_count - 1];
        if (t->lowest[node] < t->lowest[caller]) t->lowest[caller] = t->lowest[node];
    }
    if (t->lowest[node] != t->number[node]) return;
    t->components++;
    uint32_t member;
    do {
        must(t->path_length > 0);
        member = t->path[--t->path_length];
        t->component[member] = t->components;
    } while (member != node);
}

static void tarjan_walk(struct tarjan *t, uint32_t start)
{
    tarjan_enter(t, start);
    while (t->call_count) {
        uint32_t node = t->calls[t->call_count - 1];
        if (t->next[node] == t->from->first[node + 1]) {
            tarjan_leave(t, node);
            continue;
        }
        uint32_t to = t->arcs[t->from->membership[t->next[node]++]].to;
        t->steps++;
        if (!t->number[to]) {
            tarjan_enter(t, to);
        } else if (!t->component[to] && t->number[to] < t->lowest[node]) {
            t->lowest[node] = t->number[to];
        }
    }
}

size_t pg_graph_components(const struct pg_arc *arcs, const struct pg_edges *from, size_t nodes,
                           uint32_t *component)
{
    struct tarjan t = {.arcs = arcs, .from = from, .component = component};
    uint32_t **lists[] = {&t.number, &t.lowest, &t.next, &t.path, &t.calls};
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        *lists[i] = xcalloc(nodes + 1, sizeof(uint32_t));
    }
    for (uint32_t n = 0; n < nodes; n++) component[n] = 0;
    for (uint32_t n = 0; n < nodes; n++) {
        if (!t.number[n]) tarjan_walk(&t, n);
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) free(*lists[i]);
    return t.steps;
}
