/* GRANT and REVOKE, in SQL and in words for people. */
#include "pg/grant/grant.h"

#include <stdlib.h>

#include "pg/ident.h"

void pg_grant_sql_verb(struct buf *b, enum pg_op_action action, uint32_t mask, const char *columns)
{
    static const char *const verbs[] = {
        [PG_OP_GRANT] = "GRANT ",
        [PG_OP_REVOKE] = "REVOKE ",
        [PG_OP_REVOKE_OPTION] = "REVOKE GRANT OPTION FOR ",
    };
    buf_str(b, verbs[action]);
    pg_privilege_words(b, mask, columns);
}

static void sql_object(struct buf *b, enum pg_kind kind, const char *schema, const char *name)
{
    if (schema) {
        pg_ident(b, schema);
        buf_char(b, '.');
    }
    if (kind == PG_KIND_ROUTINE) {
        buf_str(b, name); /* a signature, quoted by the server */
    } else {
        pg_ident(b, name);
    }
}

void pg_grant_sql_objects(struct buf *b, enum pg_kind kind, const char *schema,
                          const char *const *names, size_t count)
{
    buf_str(b, " ON ");
    buf_str(b, pg_kind_sql(kind, false));
    for (size_t i = 0; i < count; i++) {
        buf_str(b, i ? ", " : " ");
        sql_object(b, kind, schema, names[i]);
    }
}

void pg_grant_sql_grantee(struct buf *b, enum pg_op_action action, const char *grantee, bool option)
{
    buf_str(b, action == PG_OP_GRANT ? " TO " : " FROM ");
    if (grantee) {
        pg_ident(b, grantee);
    } else {
        buf_str(b, "PUBLIC");
    }
    if (option) buf_str(b, " WITH GRANT OPTION");
}

void pg_grant_text(struct buf *b, const struct pg_op *op, size_t count)
{
    if (op->action == PG_OP_REVOKE_OPTION) buf_str(b, "grant option for ");
    pg_privilege_words(b, op->mask, op->columns);
    if (op->option) buf_str(b, " with grant option");
    if (count > 1) {
        buf_printf(b, " on %zu %s", count, pg_kind_word(op->kind, true));
        if (op->schema) buf_printf(b, " in %s", op->schema);
    } else if (op->schema) {
        buf_printf(b, " on %s.%s", op->schema, op->names[0]);
    } else {
        buf_printf(b, " on %s %s", pg_kind_word(op->kind, false), op->names[0]);
    }
}

const char *pg_grant_column_list(struct pg_grants *g, const char *column)
{
    struct buf list;
    buf_init(&list, PG_BATCH_BYTES);
    buf_str(&list, " (");
    pg_ident(&list, column);
    buf_char(&list, ')');
    const char *text = arena_strdup(g->build.arena, buf_text(&list));
    buf_done(&list);
    return text;
}

const char *pg_grant_becomes(const struct pg_grants *g, size_t managed, enum pg_op_action action)
{
    if (g->managed[managed].reported) return "not declared";
    return action == PG_OP_GRANT ? "granted" : "revoked";
}

/* --- names that resolve to nothing ------------------------------------------------------------ */

const char *pg_grant_no_schema(struct pg_grants *g, const char *schema)
{
    return pg_wanted_missing(&g->roles, "schema", schema, &g->schema_names);
}

const char *pg_grant_no_table(struct pg_grants *g, const struct pg_grant_schema *s,
                              const char *table)
{
    struct pg_lookalike *l = &g->roles.lookalike;
    const struct pg_database *d = g->observed;
    size_t room = d && pg_lookalike_affords(l, d->object_count) ? d->object_count : 0;
    const char **words = xcalloc(room + 1, sizeof(*words));
    size_t n = 0;
    for (size_t i = 0; room && i < d->group_count; i++) {
        const struct pg_group *group = &d->groups[i];
        if (group->schema != s->oid || group->kind != PG_KIND_TABLE) continue;
        for (size_t k = 0; k < group->count; k++) words[n++] = group->names[k];
    }
    l->spent += room - n; /* looked at, if not compared */
    const char *text = pg_lookalike_missing(l, "table", table, words, n, g->build.arena);
    free(words);
    return text;
}
