/* What the relations of one check share. Used by relation*.c only; the way in is relation.h. */
#ifndef CONFIG_RELATION_INSIDE_H
#define CONFIG_RELATION_INSIDE_H

#include <stdbool.h>

#include "base/mem.h"
#include "config/relation.h"

/* A name that something in the document has. Whoever looks one up knows where it would be: on a
 * server, or in a database of one. */
struct relation_name {
    const char *server; /* as the list of servers spells it; "" for what has none */
    const char *of;     /* the database, or the grantee; "" for what needs none */
    const char *name;
    size_t index; /* of the item in its list */
};

/* Names in order, so that finding one is O(log n). */
struct relation_index {
    struct relation_name *items;
    size_t count;
};

/* An item of the lists "roles", "databases" and "privileges". */
struct relation_item {
    const json_t *json;
    const char *server; /* as the list of servers spells it; NULL: it belongs to none of them */
    size_t index;
};

struct relation_list {
    const char *key; /* "roles" */
    struct relation_item *items;
    size_t count;
};

struct relations {
    const json_t *root;
    struct problems *problems;
    struct arena *arena;
    const struct relation *row; /* the one that is being checked */
    size_t comparisons;         /* that may still be spent on finding what else was meant */
    struct relation_list roles, databases, privileges;
    struct relation_index servers, role_names, database_names, schema_names, logins, external;
};

/* Adds a problem at the path that 'path' (arena_printf()) makes; its text begins with the id. */
void relation_say(const struct relations *r, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same of the key that the path ends in. */
void relation_say_key(const struct relations *r, const char *path, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* --- names: relation_index.c ------------------------------------------------------------------ */

/* Fills in r's lists and indexes from its root. */
void relation_index_all(struct relations *r);
/* The entry; NULL where there is none. */
const struct relation_name *relation_find(const struct relation_index *x, const char *server,
                                          const char *of, const char *name);
/* The first entry of those with this 'server' and 'of'; '*count' of them. */
const struct relation_name *relation_range(const struct relation_index *x, const char *server,
                                           const char *of, size_t *count);
/* "; did you mean "x"?" for the name in that range that is nearest to 'name', or "". Lives in the
 * arena. Costs nothing once the problems are only counted, and gives up where a document has more
 * wrong names than anybody reads. */
const char *relation_meant(struct relations *r, const struct relation_index *x, const char *server,
                           const char *of, const char *name);
/* Adds 'name' (borrowed). relation_sort() comes before looking anything up. */
void relation_add(struct relation_index *x, struct relation_name name);
/* Sorts by server, of, name, index. */
void relation_sort(struct relation_index *x);

/* --- the relations, in the order of the table --------------------------------------------------
 */

/* relation_name.c */
void relation_case(struct relations *r);
void relation_twice(struct relations *r);
void relation_external(struct relations *r);
/* relation_reference.c */
void relation_server_exists(struct relations *r);
void relation_role_exists(struct relations *r);
void relation_database_exists(struct relations *r);
void relation_schema_exists(struct relations *r);
void relation_public_together(struct relations *r);
/* relation_role.c */
void relation_circle(struct relations *r);
void relation_superuser(struct relations *r);
void relation_write_all(struct relations *r);

/* Of 'server', the document's servers[i]. relation_server.c */
void relation_sku_tier(struct relations *r, size_t i, const json_t *server);
void relation_burstable_standby(struct relations *r, size_t i, const json_t *server);
void relation_standby_zone(struct relations *r, size_t i, const json_t *server);
void relation_zone_without_standby(struct relations *r, size_t i, const json_t *server);
void relation_storage_tier(struct relations *r, size_t i, const json_t *server);
void relation_storage_v2(struct relations *r, size_t i, const json_t *server);
void relation_maintenance(struct relations *r, size_t i, const json_t *server);
void relation_administrator(struct relations *r, size_t i, const json_t *server);
/* relation_network.c */
void relation_addresses(struct relations *r, size_t i, const json_t *server);
void relation_integrated_public(struct relations *r, size_t i, const json_t *server);
void relation_integrated_v6(struct relations *r, size_t i, const json_t *server);
void relation_dns_zone(struct relations *r, size_t i, const json_t *server);
/* relation_parameter.c */
void relation_parameter_units(struct relations *r, size_t i, const json_t *server);

#endif
