#include "pg/acl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pg/catalog/array.h"

static const struct {
    char letter;
    const char *word;
} privileges[PG_BIT_N] = {
#define X(name, letter, word) [PG_BIT_##name] = {letter, word},
    PG_PRIVILEGES(X)
#undef X
};

#define TABLE_MASK                                                                                 \
    (PG_SELECT | PG_INSERT | PG_UPDATE | PG_DELETE | PG_TRUNCATE | PG_REFERENCES | PG_TRIGGER)

/* 'all' as of PostgreSQL 15; MAINTAIN came to tables with 17. 'open': what PUBLIC holds at birth.
 */
static const struct {
    const char *word;
    const char *words;
    const char *sql;
    const char *sqls;
    uint32_t all;
    uint32_t open;
} kinds[PG_KIND_N] = {
    [PG_KIND_DATABASE] = {"database", "databases", "DATABASE", "DATABASES",
                          PG_CREATE | PG_CONNECT | PG_TEMPORARY, PG_CONNECT | PG_TEMPORARY},
    [PG_KIND_SCHEMA] = {"schema", "schemas", "SCHEMA", "SCHEMAS", PG_CREATE | PG_USAGE, 0},
    [PG_KIND_TABLE] = {"table", "tables", "TABLE", "TABLES", TABLE_MASK, 0},
    [PG_KIND_SEQUENCE] = {"sequence", "sequences", "SEQUENCE", "SEQUENCES",
                          PG_SELECT | PG_UPDATE | PG_USAGE, 0},
    [PG_KIND_ROUTINE] = {"routine", "routines", "ROUTINE", "ROUTINES", PG_EXECUTE, PG_EXECUTE},
    [PG_KIND_TYPE] = {"type", "types", "TYPE", "TYPES", PG_USAGE, PG_USAGE},
    [PG_KIND_LARGE_OBJECT] = {"large object", "large objects", "LARGE OBJECT", "LARGE OBJECTS",
                              PG_SELECT | PG_UPDATE, 0},
};

uint32_t pg_kind_all(enum pg_kind kind, int server_version)
{
    uint32_t all = kinds[kind].all;
    if (kind == PG_KIND_TABLE && server_version >= 170000) all |= PG_MAINTAIN;
    return all;
}

uint32_t pg_kind_public(enum pg_kind kind)
{
    return kinds[kind].open;
}

const char *pg_kind_word(enum pg_kind kind, bool plural)
{
    return plural ? kinds[kind].words : kinds[kind].word;
}

const char *pg_kind_sql(enum pg_kind kind, bool plural)
{
    return plural ? kinds[kind].sqls : kinds[kind].sql;
}

uint32_t pg_privilege_parse(const char *word)
{
    if (strcasecmp(word, "ALL") == 0 || strcasecmp(word, "ALL PRIVILEGES") == 0) return PG_ALL;
    if (strcasecmp(word, "TEMP") == 0) return PG_TEMPORARY;
    for (unsigned i = 0; i < PG_BIT_N; i++) {
        if (strcasecmp(word, privileges[i].word) == 0) return UINT32_C(1) << i;
    }
    return 0;
}

void pg_privilege_words(struct buf *b, uint32_t mask, const char *columns)
{
    const char *comma = "";
    for (unsigned i = 0; i < PG_BIT_N; i++) {
        if (!(mask & UINT32_C(1) << i)) continue;
        buf_str(b, comma);
        buf_str(b, privileges[i].word);
        if (columns) buf_str(b, columns);
        comma = ", ";
    }
}

static uint32_t acl_letter_bit(char letter)
{
    for (unsigned i = 0; i < PG_BIT_N; i++) {
        if (privileges[i].letter == letter) return UINT32_C(1) << i;
    }
    return 0;
}

/* --- parsing ---------------------------------------------------------------------------------- */

/* Two quotings lie over each other. Outside: array elements, "..." with backslashes where they hold
 * anything special. Inside: putid(), "..." with doubled quotes around names with odd characters.
 * The outer one is taken off first, in place, then each element is read by itself. */

/* Reads a role name as putid() writes it, unquoted in place; 'length' 0 is PUBLIC. */
static char *acl_read_name(char **p, size_t *length)
{
    char *in = *p;
    if (*in != '"') {
        char *start = in;
        /* isalnum() in the server's locale, or '_': whatever is not the end of a name. */
        while (*in && *in != '=' && *in != '/') in++;
        *length = (size_t)(in - start);
        *p = in;
        return start;
    }
    char *start = ++in;
    char *out = in;
    for (;;) {
        if (*in == '\0') return NULL;
        if (*in == '"') {
            if (in[1] != '"') break;
            in++;
        }
        *out++ = *in++;
    }
    *length = (size_t)(out - start);
    *p = in + 1;
    return start;
}

/* A dropped role's name is printed as its oid. A role may really be called that: names come first.
 */
static bool acl_dangling_oid(const char *name, size_t length, uint32_t *oid)
{
    uint64_t value = 0;
    if (length == 0 || length > 10) return false;
    for (size_t i = 0; i < length; i++) {
        if (name[i] < '0' || name[i] > '9') return false;
        value = value * 10 + (uint64_t)(name[i] - '0');
    }
    *oid = (uint32_t)value;
    return value > 0 && value <= UINT32_MAX;
}

static int acl_resolve(const struct pg_names *names, const char *name, size_t length, uint32_t *oid,
                       struct err *err)
{
    const struct pg_name *found = pg_names_find(names, name, length);
    if (found) {
        *oid = found->oid;
        return 0;
    }
    if (acl_dangling_oid(name, length, oid)) return 0;
    return err_set(err, ERR_PROTOCOL,
                   "an access list names role \"%.*s\", which the snapshot does not have: read "
                   "again",
                   (int)length, name);
}

static int acl_read_item(struct pg_acl_item *item, char *text, const struct pg_names *names,
                         struct err *err)
{
    char *p = text;
    size_t length;
    *item = (struct pg_acl_item){.grantee = PG_PUBLIC};
    char *name = acl_read_name(&p, &length);
    if (!name || *p != '=') return err_set(err, ERR_PROTOCOL, "malformed access list item");
    bool public = name == text && length == 0;
    if (!public && acl_resolve(names, name, length, &item->grantee, err) < 0) return -1;
    for (p++; *p && *p != '/'; p++) {
        uint32_t bit = acl_letter_bit(*p);
        if (!bit) {
            return err_set(err, ERR_PROTOCOL, "unknown privilege '%c' in an access list", *p);
        }
        item->mask |= bit;
        if (p[1] == '*') {
            item->option |= bit;
            p++;
        }
    }
    if (*p != '/') return err_set(err, ERR_PROTOCOL, "access list item without grantor");
    p++;
    name = acl_read_name(&p, &length);
    if (!name || *p) return err_set(err, ERR_PROTOCOL, "malformed grantor in an access list");
    return acl_resolve(names, name, length, &item->grantor, err);
}

int pg_acl_parse(struct pg_acl *acl, const char *text, const struct pg_names *names,
                 struct arena *arena, struct err *err)
{
    if (strcmp(text, "{}") == 0) {
        *acl = (struct pg_acl){0};
        return 0;
    }
    size_t length = strlen(text);
    if (length < 3 || text[0] != '{' || text[length - 1] != '}') {
        return err_set(err, ERR_PROTOCOL, "an access list is no array");
    }
    size_t room = pg_array_room(text);
    struct pg_acl_item *items = arena_array(arena, room, sizeof(*items));
    char *copy = arena_strndup(arena, text + 1, length - 1);
    char *end = copy + length - 1;
    size_t count = 0;
    for (char *p = copy; p < end;) {
        char *element;
        if (!pg_array_next(&p, &element) || count == room)
            return err_set(err, ERR_PROTOCOL, "malformed access list");
        if (acl_read_item(&items[count], element, names, err) < 0) return -1;
        count++;
    }
    *acl = (struct pg_acl){.items = items, .count = count};
    return 0;
}

/* --- sets ------------------------------------------------------------------------------------- */

struct pg_held pg_acl_held(const struct pg_acl *acl, uint32_t grantee)
{
    struct pg_held held = {0};
    for (size_t i = 0; i < acl->count; i++) {
        if (acl->items[i].grantee != grantee) continue;
        held.mask |= acl->items[i].mask;
        held.option |= acl->items[i].option;
    }
    return held;
}

uint32_t pg_acl_foreign(const struct pg_acl *acl, uint32_t owner)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < acl->count; i++) {
        if (acl->items[i].grantor != owner) mask |= acl->items[i].mask;
    }
    return mask;
}

struct acl_place {
    uint32_t grantee;
    uint32_t grantor;
    size_t index;
};

static int compare_acl_places(const void *a, const void *b)
{
    const struct acl_place *x = a;
    const struct acl_place *y = b;
    if (x->grantee != y->grantee) return x->grantee < y->grantee ? -1 : 1;
    if (x->grantor != y->grantor) return x->grantor < y->grantor ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Adds each item to the first one with the same grantee and grantor; the rest is marked empty. */
static void acl_merge(struct pg_acl_item *items, bool *empty, size_t count)
{
    struct acl_place *places = xcalloc(count + 1, sizeof(*places));
    for (size_t i = 0; i < count; i++)
        places[i] = (struct acl_place){items[i].grantee, items[i].grantor, i};
    qsort(places, count, sizeof(*places), compare_acl_places);
    for (size_t i = 1, first = 0; i < count; i++) {
        bool same = places[i].grantee == places[first].grantee &&
                    places[i].grantor == places[first].grantor;
        if (!same) first = i;
        if (first == i) continue;
        items[places[first].index].mask |= items[places[i].index].mask;
        items[places[first].index].option |= items[places[i].index].option;
        empty[places[i].index] = true;
    }
    free(places);
}

struct pg_acl pg_acl_new_owner(const struct pg_acl *acl, uint32_t old_owner, uint32_t new_owner,
                               struct arena *arena)
{
    struct pg_acl_item *items = arena_array(arena, acl->count, sizeof(*items));
    bool *empty = xcalloc(acl->count + 1, sizeof(*empty));
    size_t count = 0;
    for (size_t i = 0; i < acl->count; i++) {
        items[i] = acl->items[i];
        if (items[i].grantee == old_owner) items[i].grantee = new_owner;
        if (items[i].grantor == old_owner) items[i].grantor = new_owner;
    }
    acl_merge(items, empty, acl->count);
    for (size_t i = 0; i < acl->count; i++) {
        if (!empty[i]) items[count++] = items[i];
    }
    free(empty);
    return (struct pg_acl){.items = items, .count = count};
}
