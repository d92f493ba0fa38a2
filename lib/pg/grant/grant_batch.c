/* Plain operations to changes: one for every grantee and direction, in which operations that differ
 * in their objects only become one statement over hundreds of them. */
#include "pg/grant/grant.h"

#include <stdlib.h>
#include <string.h>

#include "pg/diff/texts.h"
#include "pg/ident.h"

/* More statements than this are not held in one transaction: their row locks would make others
 * wait, and each is complete by itself. */
enum { TRANSACTION_STATEMENTS = 8 };

struct object {
    const char *schema;
    const char *name;
};

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

static bool batch_revokes(const struct pg_op *op)
{
    return op->action != PG_OP_GRANT;
}

static enum pg_stage batch_stage(const struct pg_op *op)
{
    if (!batch_revokes(op)) return PG_STAGE_GRANT;
    if (op->blocked) return PG_STAGE_REVOKE; /* nothing is closed: said together with the rest */
    return op->kind == PG_KIND_SCHEMA ? PG_STAGE_CLOSE : PG_STAGE_REVOKE;
}

/* The same grantee, stage, obstacle and acting role: one change. */
static int compare_batch_changes(const struct pg_op *x, const struct pg_op *y)
{
    int order = compare_numbers(batch_stage(x), batch_stage(y));
    if (!order) order = compare_numbers(x->managed, y->managed);
    if (!order) order = pg_texts_compare(x->blocked, y->blocked);
    return order ? order : pg_texts_compare(x->as, y->as);
}

/* And everything but the object the same: one statement. */
static int compare_batch_statements(const struct pg_op *x, const struct pg_op *y)
{
    int order = compare_numbers(x->columns != NULL, y->columns != NULL);
    if (!order) order = compare_numbers(x->kind, y->kind);
    if (!order) order = compare_numbers(x->action, y->action);
    if (!order) order = compare_numbers(x->option, y->option);
    if (!order) order = compare_numbers(x->mask, y->mask);
    return order ? order : pg_texts_compare(x->columns, y->columns);
}

static int compare_batch_ops(const void *a, const void *b)
{
    const struct pg_op *x = a;
    const struct pg_op *y = b;
    int order = compare_batch_changes(x, y);
    if (!order) order = compare_batch_statements(x, y);
    if (!order) order = pg_texts_compare(x->schema, y->schema);
    return order ? order : strcmp(x->names[0], y->names[0]);
}

static int compare_batch_objects(const void *a, const void *b)
{
    const struct object *x = a;
    const struct object *y = b;
    int order = pg_texts_compare(x->schema, y->schema);
    return order ? order : strcmp(x->name, y->name);
}

/* The objects of ops[0..count-1], sorted; free() them. */
static struct object *batch_gather(const struct pg_op *ops, size_t count, size_t *object_count)
{
    size_t total = 0;
    for (size_t i = 0; i < count; i++) total += ops[i].count;
    struct object *objects = xreallocarray(NULL, total, sizeof(*objects));
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < ops[i].count; k++) {
            objects[n++] = (struct object){ops[i].schema, ops[i].names[k]};
        }
    }
    qsort(objects, total, sizeof(*objects), compare_batch_objects);
    *object_count = total;
    return objects;
}

static void batch_add_object(struct buf *b, const struct pg_op *op, const struct object *o,
                             bool first)
{
    if (first) {
        pg_grant_sql_objects(b, op->kind, o->schema, &o->name, 1);
        return;
    }
    /* The list goes on without "ON TABLE". */
    struct buf more;
    size_t skip = strlen(" ON ") + strlen(pg_kind_sql(op->kind, false)) + 1;
    buf_init(&more, PG_BATCH_BYTES);
    pg_grant_sql_objects(&more, op->kind, o->schema, &o->name, 1);
    buf_str(b, ", ");
    buf_str(b, buf_text(&more) + skip);
    buf_done(&more);
}

static void batch_add_statements(struct pg_grants *g, const struct pg_op *op,
                                 const struct object *objects, size_t count)
{
    struct pg_build *b = &g->build;
    for (size_t i = 0; i < count;) {
        size_t n = 0;
        pg_grant_sql_verb(&b->sql, op->action, op->mask, op->columns);
        while (i < count && n < PG_BATCH_OBJECTS && b->sql.length < PG_BATCH_BYTES) {
            batch_add_object(&b->sql, op, &objects[i++], n++ == 0);
        }
        pg_grant_sql_grantee(&b->sql, op->action, g->managed[op->managed].name, op->option);
        pg_build_statement(b);
    }
}

/* One line for each schema. */
static void batch_add_deltas(struct pg_grants *g, const struct pg_op *op,
                             const struct object *objects, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t n = 1;
        while (i + n < count && pg_texts_compare(objects[i].schema, objects[i + n].schema) == 0)
            n++;
        struct pg_op one = *op;
        struct buf text;
        buf_init(&text, PG_BATCH_BYTES);
        one.schema = objects[i].schema;
        one.names = &objects[i].name;
        pg_grant_text(&text, &one, n);
        pg_build_delta(&g->build, buf_text(&text), batch_revokes(op) ? "granted" : "missing",
                       pg_grant_becomes(g, op->managed, op->action));
        buf_done(&text);
        i += n;
    }
}

/* "privileges of app in db", and what tells it from other changes for the same grantee. */
static void batch_begin_change(struct pg_grants *g, const struct pg_op *op)
{
    const struct pg_managed *m = &g->managed[op->managed];
    if (g->pass == PG_PASS_UNDECLARED) {
        pg_build_begin(&g->build, pg_grant_undeclared_change(m), g->name,
                       "undeclared %sprivileges of %s in %s%s%s",
                       batch_stage(op) == PG_STAGE_CLOSE ? "schema " : "", m->label, g->name,
                       op->as ? ", as " : "", op->as ? op->as : "");
        return;
    }
    static const char *const begin[] = {[PG_STAGE_GRANT] = "",
                                        [PG_STAGE_REVOKE] = "surplus ",
                                        [PG_STAGE_CLOSE] = "surplus schema "};
    const char *more = op->blocked ? ": " : op->as ? ", as " : "";
    const char *what = op->blocked ? op->blocked : op->as ? op->as : "";
    pg_build_begin(&g->build, batch_revokes(op) ? PG_CHANGE_REVOKE : PG_CHANGE_GRANT, g->name,
                   "%sprivileges of %s in %s%s%s", begin[batch_stage(op)], m->label, g->name, more,
                   what);
}

static void batch_set_role(struct pg_build *b, const char *statement, const char *role)
{
    buf_str(&b->sql, statement);
    if (role) pg_ident(&b->sql, role);
    pg_build_statement(b);
}

static void batch_change(struct pg_grants *g, const struct pg_op *ops, size_t count)
{
    struct pg_build *b = &g->build;
    batch_begin_change(g, ops);
    if (ops->as) batch_set_role(b, "SET LOCAL ROLE ", ops->as);
    for (size_t i = 0; i < count;) {
        size_t n = 1;
        size_t object_count;
        while (i + n < count && compare_batch_statements(&ops[i], &ops[i + n]) == 0) n++;
        struct object *objects = batch_gather(&ops[i], n, &object_count);
        if (!ops->blocked) batch_add_statements(g, &ops[i], objects, object_count);
        batch_add_deltas(g, &ops[i], objects, object_count);
        free(objects);
        i += n;
    }
    if (ops->as) batch_set_role(b, "RESET ROLE", NULL);
    b->now.widening = batch_revokes(ops);
    b->now.destructive = batch_revokes(ops);
    pg_grant_blocked_change(g, ops->managed, ops->blocked);
    /* A local role ends with its transaction. */
    if (b->now.statement_count > TRANSACTION_STATEMENTS && !ops->as) b->now.mode = SQL_EACH;
    pg_build_end(b);
}

void pg_grant_batches(struct pg_grants *g, enum pg_stage stage)
{
    if (g->found.op_count)
        qsort(g->found.ops, g->found.op_count, sizeof(*g->found.ops), compare_batch_ops);
    for (size_t i = 0; i < g->found.op_count;) {
        size_t n = 1;
        while (i + n < g->found.op_count &&
               compare_batch_changes(&g->found.ops[i], &g->found.ops[i + n]) == 0)
            n++;
        if (batch_stage(&g->found.ops[i]) == stage) batch_change(g, &g->found.ops[i], n);
        i += n;
    }
}
