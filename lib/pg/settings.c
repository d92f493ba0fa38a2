#include "pg/settings.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "pg/ident.h"

/* The settings whose value is a list of names (GUC_LIST_QUOTE): SET search_path = 'a, b' would
 * store one schema called "a, b". No catalog tells which they are. Source: pg_dump's dumputils.c.
 */
static const char *const lists[] = {
    "local_preload_libraries",  "search_path",      "session_preload_libraries",
    "shared_preload_libraries", "temp_tablespaces", "unix_socket_directories",
};

static bool is_list(const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++) {
        if (strcasecmp(name, lists[i]) == 0) return true;
    }
    return false;
}

bool pg_setting_name_is_valid(const char *name)
{
    bool start = true;
    if (!name) return false;
    for (const char *c = name; *c; c++) {
        bool letter = isalpha((unsigned char)*c) || *c == '_';
        bool inner = isdigit((unsigned char)*c) || *c == '$' || *c == '.';
        if (!letter && (start || !inner)) return false;
        start = *c == '.';
    }
    return !start;
}

/* Takes the next element off a list as the server reads it: quoted ones as they are, others in
 * lower case without the blanks around them. Returns false at the end. 'out' is emptied first. */
static bool next_element(const char **p, struct buf *out)
{
    buf_reset(out);
    *p += strspn(*p, " \t\n,");
    if (!**p) return false;
    if (**p == '"') {
        for ((*p)++; **p; (*p)++) {
            if (**p == '"') {
                (*p)++;
                if (**p != '"') break;
            }
            buf_char(out, **p);
        }
        return true;
    }
    size_t length = strcspn(*p, ",");
    size_t kept = length;
    while (kept && isspace((unsigned char)(*p)[kept - 1])) kept--;
    for (size_t i = 0; i < kept; i++) {
        buf_char(out, (char)tolower((unsigned char)(*p)[i]));
    }
    *p += length;
    return true;
}

static bool lists_equal(const char *a, const char *b)
{
    struct buf x;
    struct buf y;
    bool more;
    bool equal;
    buf_init(&x, strlen(a));
    buf_init(&y, strlen(b));
    do {
        more = next_element(&a, &x);
        equal = more == next_element(&b, &y) && strcmp(buf_text(&x), buf_text(&y)) == 0;
    } while (more && equal);
    buf_done(&x);
    buf_done(&y);
    return equal;
}

/* An empty list is stored as a list of one empty name. */
static const char *or_empty_name(const char *list)
{
    return list[strspn(list, " \t\n,")] ? list : "\"\"";
}

bool pg_setting_equal(const char *name, const char *declared, const char *stored)
{
    return is_list(name) ? lists_equal(or_empty_name(declared), or_empty_name(stored))
                         : strcmp(declared, stored) == 0;
}

/* Each part quoted by itself. The server finds its own settings in any letter case, so these are
 * in lower case; one with a prefix may be unknown to it, and is then told apart by it. */
static void add_name(struct buf *b, const char *name)
{
    struct buf part;
    bool keep = strchr(name, '.');
    buf_init(&part, strlen(name));
    for (const char *c = name;; c++) {
        if (*c && *c != '.') {
            buf_char(&part, keep ? *c : (char)tolower((unsigned char)*c));
            continue;
        }
        pg_ident(b, buf_text(&part));
        buf_reset(&part);
        if (!*c) break;
        buf_char(b, '.');
    }
    buf_done(&part);
}

void pg_setting_clause(struct buf *b, const char *name, const char *value)
{
    buf_str(b, value ? "SET " : "RESET ");
    add_name(b, name);
    if (!value) return;
    buf_str(b, " TO ");
    if (!is_list(name)) {
        pg_literal(b, value);
        return;
    }
    struct buf element;
    buf_init(&element, strlen(value));
    const char *comma = "";
    while (next_element(&value, &element)) {
        buf_str(b, comma);
        pg_literal(b, buf_text(&element));
        comma = ", ";
    }
    if (!*comma) pg_literal(b, "");
    buf_done(&element);
}
