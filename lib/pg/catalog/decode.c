#include "pg/catalog/decode.h"

#include <string.h>

#include "pg/catalog/array.h"
#include "pg/classify.h"

int pg_decode_check(const struct sql_reply *reply, const size_t *columns, size_t count,
                    struct err *err)
{
    if (pg_classify(reply, err) < 0) return -1;
    if (reply->count != count) {
        return err_set(err, ERR_PROTOCOL, "%zu results for %zu catalog queries", reply->count,
                       count);
    }
    for (size_t i = 0; i < count; i++) {
        const struct sql_rows *rows = &reply->results[i];
        if (rows->rows && rows->columns != columns[i]) {
            return err_set(err, ERR_PROTOCOL, "catalog query %zu gave %zu columns instead of %zu",
                           i, rows->columns, columns[i]);
        }
    }
    return 0;
}

void pg_decode_fail(struct pg_decode *d, const char *what)
{
    if (!d->failed) err_set(d->err, ERR_PROTOCOL, "catalog row with %s", what);
    d->failed = true;
}

const char *pg_decode_raw(const struct pg_decode *d, size_t column)
{
    return d->rows->values[d->row * d->rows->columns + column];
}

const char *pg_decode_text(struct pg_decode *d, size_t column)
{
    return arena_strdup(d->arena, pg_decode_raw(d, column));
}

const char *pg_decode_name(struct pg_decode *d, size_t column)
{
    const char *text = pg_decode_raw(d, column);
    if (!text) pg_decode_fail(d, "NULL where a name should be");
    return arena_strdup(d->arena, text ? text : "");
}

int64_t pg_decode_int(struct pg_decode *d, size_t column)
{
    const char *text = pg_decode_raw(d, column);
    uint64_t value = 0;
    if (!text) {
        pg_decode_fail(d, "NULL where a number should be");
        return 0;
    }
    bool negative = *text == '-';
    const char *c = text + negative;
    if (!*c) pg_decode_fail(d, "an empty number");
    for (; *c >= '0' && *c <= '9'; c++) {
        if (value > (uint64_t)(INT64_MAX - 9) / 10) {
            pg_decode_fail(d, "a number out of range");
            return 0;
        }
        value = value * 10 + (uint64_t)(*c - '0');
    }
    /* A fraction of a second is of no interest. */
    if (*c && *c != '.') pg_decode_fail(d, "text where a number should be");
    return negative ? -(int64_t)value : (int64_t)value;
}

uint32_t pg_decode_oid(struct pg_decode *d, size_t column)
{
    int64_t value = pg_decode_int(d, column);
    if (value < 0 || value > (int64_t)UINT32_MAX) {
        pg_decode_fail(d, "an oid out of range");
        return 0;
    }
    return (uint32_t)value;
}

bool pg_decode_bool(struct pg_decode *d, size_t column)
{
    const char *text = pg_decode_raw(d, column);
    if (!text || (*text != 't' && *text != 'f')) {
        pg_decode_fail(d, "something else than true or false");
        return false;
    }
    return *text == 't';
}

struct pg_acl pg_decode_acl(struct pg_decode *d, size_t column)
{
    struct pg_acl acl = {0};
    const char *text = pg_decode_raw(d, column);
    if (!text) {
        pg_decode_fail(d, "NULL where an access list should be");
    } else if (!d->failed && pg_acl_parse(&acl, text, d->names, d->arena, d->err) < 0) {
        d->failed = true;
    }
    return acl;
}

const char *const *pg_decode_array(struct pg_decode *d, size_t column, size_t *count)
{
    const char *text = pg_decode_raw(d, column);
    size_t length = text ? strlen(text) : 0;
    *count = 0;
    if (length < 2 || text[0] != '{' || text[length - 1] != '}') {
        pg_decode_fail(d, "something else than an array");
        return NULL;
    }
    if (length == 2) return NULL;
    size_t room = pg_array_room(text);
    const char **items = arena_array(d->arena, room, sizeof(*items));
    char *copy = arena_strndup(d->arena, text, length);
    char *p = copy + 1;
    while (p < copy + length && *count < room) {
        char *start;
        if (!pg_array_next(&p, &start)) {
            pg_decode_fail(d, "a malformed array");
            break;
        }
        items[(*count)++] = start;
    }
    return items;
}
