/* The comparison of everything that lives in the catalogs: see sql_compare.h. */
#include "resource/sql/sql_compare.h"

#include <string.h>

#include "base/json.h"
#include "base/number.h"
#include "pg/fresh.h"
#include "resource/compare.h"

/* Any database of a cluster will do for shared objects; this one is always there. */
static const char shared_database[] = "postgres";

static const struct resource *type_of(enum pg_change_kind kind)
{
    for (size_t i = 0; i < resource_count; i++)
        if (resources[i]->pg_changes & 1U << kind) return resources[i];
    return NULL;
}

static enum change_class class_of(const struct pg_change *p)
{
    switch (p->kind) {
    case PG_CHANGE_DATABASE_CREATE:
    case PG_CHANGE_ROLE_CREATE: return CHANGE_CREATE_CLASS;
    case PG_CHANGE_ROLE_PASSWORD: return CHANGE_SECRET_CLASS;
    default: return CHANGE_ONLINE_CLASS;
    }
}

static enum change_verb verb_of(const struct pg_change *p)
{
    switch (p->kind) {
    case PG_CHANGE_ROLE_CREATE:
    case PG_CHANGE_DATABASE_CREATE:
    case PG_CHANGE_SCHEMA_CREATE: return CHANGE_CREATE;
    default: return CHANGE_UPDATE;
    }
}

/* Is it only our own policy that does not let it be created? That has a verdict of its own. */
static bool not_allowed(const struct comparison *c, const struct pg_change *p)
{
    const struct policy *policy = &c->target->policy;
    return class_of(p) == CHANGE_CREATE_CLASS && policy->mode == POLICY_ENFORCE &&
           !policy->allow_create;
}

static void add_change(const struct comparison *c, const struct pg_change *p, bool observe_only)
{
    struct plan *plan = c->plan;
    const struct resource *type = type_of(p->kind);
    struct change *change = plan_add(plan, type->name, c->target->name, p->object);
    change->scope_index = c->scope;
    change->title = change->object; /* which says what it is */
    change->part = pg_change_word(p->kind);
    change->verb = verb_of(p);
    change->class = class_of(p);
    change->stage = STAGE_SQL + (unsigned)p->kind * STAGE_SQL_STEP;
    change->widening = p->widening;
    change->observe_only = observe_only;
    if (p->reported) {
        change->verb = CHANGE_REPORT;
        change->verdict = CHANGE_NEVER;
        change->reason = p->reported;
    } else if (p->unfixable && !not_allowed(c, p)) {
        change->verb = CHANGE_REPORT;
        change->verdict = CHANGE_UNACHIEVABLE;
        change->reason = p->unfixable;
    } else if (!p->unfixable) {
        struct action *a = arena_alloc(plan->arena, sizeof(*a));
        *a = (struct action){.kind = ACTION_SQL,
                             .database = p->database ? p->database : shared_database,
                             .mode = p->mode,
                             .statements = p->statements,
                             .count = p->statement_count};
        change->action = a;
    }
    for (size_t i = 0; i < p->delta_count; i++)
        plan_delta(plan, p->deltas[i].field, p->deltas[i].from, p->deltas[i].to);
}

static void add_changes(const struct comparison *c, const struct pg_changes *changes,
                        bool observe_only)
{
    for (size_t i = 0; i < changes->count; i++) add_change(c, &changes->items[i], observe_only);
}

/* The items of one mode; false where there are none, so that nothing is compared twice. */
static bool part_of(const struct comparison *c, bool observe_only, struct pg_want *part)
{
    *part = pg_want_part(c->target->sql, observe_only, c->plan->arena);
    return part->role_count || part->database_count || part->grant_count;
}

/* What nobody declared is asked of everything that is declared, whatever its mode. */
static void report_undeclared(const struct comparison *c, const struct pg_cluster *cluster,
                              const char *name, const struct observation *o)
{
    const struct pg_want *want = c->target->sql;
    struct arena *arena = c->plan->arena;
    bool observe_only = c->target->observe_only;
    for (size_t i = 0; name && i < want->database_count; i++)
        if (strcmp(want->databases[i].name, name) == 0)
            observe_only = observe_only || want->databases[i].observe_only;
    struct pg_changes changes =
        name ? pg_undeclared_database(want, name, cluster, o->database, arena)
             : pg_undeclared_cluster(want, cluster, arena);
    add_changes(c, &changes, observe_only);
}

/* The catalogs that everything is compared with; NULL where they were not read. */
static const struct pg_cluster *cluster_of(const struct comparison *c)
{
    const struct target *t = c->target;
    if (seen_root(c->seen)->state != SEEN_ABSENT)
        return c->seen->scopes[target_scope(t, SCOPE_CLUSTER)].cluster;
    const char *text = json_text_at(t->scopes[0].want, "properties.version");
    uint64_t version = 0;
    if (!text || number_parse(text, &version) || version > 99) version = 15;
    return pg_fresh_cluster((int)version, t->sql_user, c->plan->arena);
}

static void compare_cluster(const struct comparison *c, const struct pg_cluster *cluster)
{
    for (int observe_only = 0; observe_only <= 1; observe_only++) {
        struct pg_want part;
        if (!part_of(c, observe_only, &part)) continue;
        struct pg_changes changes = pg_diff_cluster(&part, cluster, c->plan->arena);
        add_changes(c, &changes, observe_only);
    }
    if (seen_root(c->seen)->state != SEEN_ABSENT) report_undeclared(c, cluster, NULL, NULL);
}

/* Will a database that does not exist be made together with this part? */
static bool comes_with(const struct pg_want *part, const char *name)
{
    for (size_t i = 0; i < part->database_count; i++)
        if (strcmp(part->databases[i].name, name) == 0) return part->databases[i].create_allowed;
    return false;
}

/* Nothing can be written into a database that is not there and does not come: as long as it is
 * missing, its being missing is all there is to say. */
static void compare_database(const struct comparison *c, const struct pg_cluster *cluster)
{
    const struct observation *o = &c->seen->scopes[c->scope];
    const char *name = c->target->sql->databases[compare_scope(c)->database].name;
    for (int observe_only = 0; observe_only <= 1; observe_only++) {
        struct pg_want part;
        if (!part_of(c, observe_only, &part)) continue;
        if (!o->database && !observe_only && !comes_with(&part, name)) continue;
        struct pg_changes changes =
            pg_diff_database(&part, name, cluster, o->database, c->plan->arena);
        add_changes(c, &changes, observe_only);
    }
    if (o->state == SEEN_COMPLETE) report_undeclared(c, cluster, name, o);
    for (size_t i = 0; i < resource_count; i++)
        if (resources[i]->compare && resources[i]->read == RESOURCE_READ_SQL)
            resources[i]->compare(c);
}

void sql_compare(const struct target *target, struct seen *seen, struct plan *plan)
{
    if (!target->sql) return;
    struct comparison c = {.target = target, .seen = seen, .plan = plan};
    const struct pg_cluster *cluster = c.cluster = cluster_of(&c);
    if (!cluster) return;
    bool absent = seen_root(seen)->state == SEEN_ABSENT;
    for (c.scope = 0; c.scope < target->scope_count; c.scope++) {
        enum scope_kind kind = target->scopes[c.scope].kind;
        struct observation *o = &seen->scopes[c.scope];
        bool known = absent || o->state == SEEN_COMPLETE || o->state == SEEN_ABSENT;
        if (kind < SCOPE_CLUSTER || !known) continue;
        o->compared = true;
        if (kind == SCOPE_CLUSTER)
            compare_cluster(&c, cluster);
        else
            compare_database(&c, cluster);
    }
}
