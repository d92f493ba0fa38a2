#include "pg/diff/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg/ident.h"

static const char *const words[PG_CHANGE_KIND_N] = {
#define X(name, word) [PG_CHANGE_##name] = word,
    PG_CHANGE_KINDS(X)
#undef X
};

const char *pg_change_word(enum pg_change_kind kind)
{
    return words[kind];
}

void *pg_grow(struct arena *arena, void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room) return items;
    size_t more = *room ? *room * 2 : 8;
    void *grown = arena_array(arena, more, size);
    if (count) memcpy(grown, items, count * size);
    *room = more;
    return grown;
}

void pg_build_init(struct pg_build *b, struct arena *arena)
{
    *b = (struct pg_build){.arena = arena};
    buf_init(&b->sql, PG_STATEMENT_MAX);
}

struct pg_changes pg_build_done(struct pg_build *b)
{
    buf_done(&b->sql);
    return b->changes;
}

static char *build_format(struct arena *arena, const char *text, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, text, again);
    va_end(again);
    if (length < 0) abort();
    char *out = arena_alloc(arena, (size_t)length + 1);
    vsnprintf(out, (size_t)length + 1, text, args);
    return out;
}

void pg_build_begin(struct pg_build *b, enum pg_change_kind kind, const char *database,
                    const char *object, ...)
{
    va_list args;
    va_start(args, object);
    b->now = (struct pg_change){
        .kind = kind,
        .database = database,
        .object = build_format(b->arena, object, args),
        .mode = SQL_TRANSACTION,
    };
    va_end(args);
    b->deltas = NULL;
    b->delta_room = 0;
    b->statements = NULL;
    b->statement_room = 0;
    buf_reset(&b->sql);
}

void pg_build_delta(struct pg_build *b, const char *field, const char *from, const char *to)
{
    struct pg_change *c = &b->now;
    b->deltas = pg_grow(b->arena, b->deltas, c->delta_count, &b->delta_room, sizeof(*b->deltas));
    b->deltas[c->delta_count++] = (struct pg_delta){
        .field = arena_strdup(b->arena, field),
        .from = arena_strdup(b->arena, from),
        .to = arena_strdup(b->arena, to),
    };
}

void pg_build_password(struct pg_build *b, const struct secret *password, const char *role)
{
    struct pg_change *c = &b->now;
    /* A statement that was cut off must never run. */
    if (b->sql.overflow) c->unfixable = "the statement would be too long";
    b->statements = pg_grow(b->arena, b->statements, c->statement_count, &b->statement_room,
                            sizeof(*b->statements));
    b->statements[c->statement_count++] = (struct sql_statement){
        .text = arena_strndup(b->arena, buf_text(&b->sql), b->sql.length),
        .password = password,
        .role = role,
    };
    buf_reset(&b->sql);
}

void pg_build_statement(struct pg_build *b)
{
    pg_build_password(b, NULL, NULL);
}

void pg_build_end(struct pg_build *b)
{
    struct pg_change *c = &b->now;
    if (!c->delta_count) return;
    c->deltas = b->deltas;
    if (c->reported) c->unfixable = NULL;
    if (!c->reported && !c->unfixable) c->unfixable = b->never;
    c->statements = c->unfixable || c->reported ? NULL : b->statements;
    if (!c->statements) c->statement_count = 0;
    b->changes.items =
        pg_grow(b->arena, b->changes.items, b->changes.count, &b->room, sizeof(*b->changes.items));
    b->changes.items[b->changes.count++] = *c;
}

void pg_build_limit_text(char out[16], int limit)
{
    snprintf(out, 16, "%d", limit);
    if (limit < 0) snprintf(out, 16, "none");
}

void pg_build_comment(struct pg_build *b, const char *type, const char *name, const char *want,
                      const char *have)
{
    if (!want || strcmp(want, have ? have : "") == 0) return;
    pg_build_delta(b, "comment", have, *want ? want : NULL);
    buf_printf(&b->sql, "COMMENT ON %s ", type);
    pg_ident(&b->sql, name);
    buf_str(&b->sql, " IS ");
    if (*want) {
        pg_literal(&b->sql, want);
    } else {
        buf_str(&b->sql, "NULL");
    }
    pg_build_statement(b);
}
