/* GRANT and REVOKE, in SQL and in words for people. */
#include "pg/grant.h"

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

static void object(struct buf *b, enum pg_kind kind, const char *schema, const char *name)
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
        object(b, kind, schema, names[i]);
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
