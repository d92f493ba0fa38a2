/* See pg_fixture.h. */
#include "support/pg_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static const struct pg_fixture usual = {
    .session = "150004|11|f|f|off|on|\\N|7000000000000000001|pg_catalog",
    .roles = "10|postgres|t|t|t|t|t|t|t|-1|\\N|\\N|f|f\n"
             "11|admin|t|f|t|t|f|f|t|-1|\\N|\\N|t|f\n"
             "12|owner|f|f|f|f|f|f|t|-1|\\N|\\N|t|f\n"
             "13|app|t|f|f|f|f|f|t|-1|\\N|\\N|f|f\n"
             "14|other|t|f|f|f|f|f|t|-1|\\N|\\N|f|f\n"
             "3373|pg_monitor|f|f|f|f|f|f|t|-1|\\N|\\N|f|f",
    .members = "12|11|10|f|\\N|\\N",
    .databases = "100|db|12|UTF8|ko_KR.UTF-8|ko_KR.UTF-8|f|t|-1|{=Tc/owner,owner=CTc/owner}|\\N",
    .settings = "",
    .names = "10|postgres|f\n11|admin|t\n12|owner|t\n13|app|f\n14|other|f",
    .schemas = "2200|public|12|{owner=UC/owner,=U/owner}|f",
    .relations = "",
    .columns = "",
    .routines = "",
    .defaults = "",
    .extensions = "",
};

static const char counters[] = "1260|1|2|3\n1261|0|0|0\n0|1700000000|0|0";

struct sql_rows pg_fixture_rows(const char *text, struct arena *arena)
{
    struct sql_rows rows = {0};
    if (!*text) return rows;
    char *copy = arena_strdup(arena, text);
    size_t cells = 1;
    rows.rows = rows.columns = 1;
    for (const char *c = text; *c; c++) {
        cells += *c == '|' || *c == '\n';
        rows.rows += *c == '\n';
        if (rows.rows == 1) rows.columns += *c == '|';
    }
    assert_int_equal(cells, rows.rows * rows.columns);
    const char **values = arena_array(arena, cells, sizeof(*values));
    for (size_t i = 0; i < cells; i++) {
        char *end = copy + strcspn(copy, "|\n");
        *end = '\0';
        values[i] = strcmp(copy, "\\N") == 0 ? NULL : copy;
        copy = end + 1;
    }
    rows.values = values;
    return rows;
}

static struct sql_reply reply_of(const char *const *texts, size_t count, struct arena *arena)
{
    struct sql_rows *results = arena_array(arena, count, sizeof(*results));
    for (size_t i = 0; i < count; i++) results[i] = pg_fixture_rows(texts[i], arena);
    return (struct sql_reply){
        .count = count, .results = results, .message = "", .source_function = ""};
}

#define OR_USUAL(field) (f->field ? f->field : usual.field)

struct sql_reply pg_fixture_cluster_reply(const struct pg_fixture *f, struct arena *arena)
{
    const char *const texts[] = {counters,          OR_USUAL(session),   OR_USUAL(roles),
                                 OR_USUAL(members), OR_USUAL(databases), OR_USUAL(settings)};
    assert_int_equal(sizeof(texts) / sizeof(*texts), pg_cluster_query_count);
    return reply_of(texts, pg_cluster_query_count, arena);
}

struct sql_reply pg_fixture_database_reply(const struct pg_fixture *f, struct arena *arena)
{
    const char *const texts[] = {
        counters,           "100|db|pg_catalog", OR_USUAL(names),
        OR_USUAL(schemas),  OR_USUAL(relations), OR_USUAL(columns),
        OR_USUAL(routines), OR_USUAL(defaults),  OR_USUAL(extensions),
    };
    assert_int_equal(sizeof(texts) / sizeof(*texts), pg_database_query_count);
    return reply_of(texts, pg_database_query_count, arena);
}

struct pg_cluster *pg_fixture_cluster(const struct pg_fixture *f, struct arena *arena)
{
    struct err err;
    struct sql_reply reply = pg_fixture_cluster_reply(f, arena);
    struct pg_cluster *c = pg_cluster_decode(&reply, arena, &err);
    if (!c) fail_msg("%s", err.text);
    return c;
}

struct pg_database *pg_fixture_database(const struct pg_fixture *f, struct arena *arena)
{
    struct err err;
    struct sql_reply reply = pg_fixture_database_reply(f, arena);
    struct pg_database *d = pg_database_decode(&reply, arena, &err);
    if (!d) fail_msg("%s", err.text);
    return d;
}

const char *pg_fixture_text(const struct pg_changes *changes, struct arena *arena)
{
    struct buf b;
    buf_init(&b, 1024 * 1024);
    for (size_t i = 0; i < changes->count; i++) {
        const struct pg_change *c = &changes->items[i];
        buf_printf(&b, "%s %s\n", pg_change_word(c->kind), c->object);
        if (c->unfixable) buf_printf(&b, "  ! %s\n", c->unfixable);
        for (size_t k = 0; k < c->delta_count; k++) {
            const struct pg_delta *d = &c->deltas[k];
            buf_printf(&b, "  %s: %s -> %s\n", d->field, d->from ? d->from : "-",
                       d->to ? d->to : "-");
        }
        for (size_t k = 0; k < c->statement_count; k++) {
            buf_printf(&b, "  > %s%s\n", c->statements[k].text,
                       c->statements[k].password ? "(set)" : "");
        }
    }
    const char *text = arena_strdup(arena, buf_text(&b));
    buf_done(&b);
    return text;
}
