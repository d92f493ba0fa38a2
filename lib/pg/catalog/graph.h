/* Arcs between numbered nodes, indexed by one of their ends, so that a walk costs no more than the
 * arcs it follows. Private to lib/pg. */
#ifndef PG_CATALOG_GRAPH_H
#define PG_CATALOG_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "pg/catalog.h"

struct pg_arc {
    uint32_t from;
    uint32_t to;
    uint32_t id; /* whatever the index shall hold */
};

enum pg_arc_end { PG_ARC_FROM, PG_ARC_TO };

/* An index of 'arcs' by 'end', in 'arena': O(nodes + arcs). Those of one node keep their order. */
struct pg_edges pg_graph_index(const struct pg_arc *arcs, size_t count, size_t nodes,
                               enum pg_arc_end end, struct arena *arena);

/* Numbers the strongly connected components, from 1: component[node]. 'from' is the index of 'arcs'
 * by PG_ARC_FROM, its ids places in 'arcs'. Returns the arcs followed, each once (Tarjan's
 * algorithm, without recursion: O(nodes + arcs)). */
size_t pg_graph_components(const struct pg_arc *arcs, const struct pg_edges *from, size_t nodes,
                           uint32_t *component);

#endif
