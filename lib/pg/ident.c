#include "pg/ident.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Every keyword that is not "unreserved" in PostgreSQL 15 to 18 (pg_get_keywords(), catcode other
 * than U): what quote_ident() quotes. Quoting one too many is harmless, one too few is not, so
 * words of all versions are here. In the order of strcmp(). */
/* clang-format off */
static const char *const keywords[] = {
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric",
    "authorization", "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast",
    "char", "character", "check", "coalesce", "collate", "collation", "column", "concurrently",
    "constraint", "create", "cross", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "dec", "decimal",
    "default", "deferrable", "desc", "distinct", "do", "else", "end", "except", "exists",
    "extract", "false", "fetch", "float", "for", "foreign", "freeze", "from", "full", "grant",
    "greatest", "group", "grouping", "having", "ilike", "in", "initially", "inner", "inout",
    "int", "integer", "intersect", "interval", "into", "is", "isnull", "join", "json",
    "json_array", "json_arrayagg", "json_exists", "json_object", "json_objectagg", "json_query",
    "json_scalar", "json_serialize", "json_table", "json_value", "lateral", "leading", "least",
    "left", "like", "limit", "localtime", "localtimestamp", "merge_action", "national",
    "natural", "nchar", "none", "normalize", "not", "notnull", "null", "nullif", "numeric",
    "offset", "on", "only", "or", "order", "out", "outer", "overlaps", "overlay", "placing",
    "position", "precision", "primary", "real", "references", "returning", "right", "row",
    "select", "session_user", "setof", "similar", "smallint", "some", "substring", "symmetric",
    "system_user", "table", "tablesample", "then", "time", "timestamp", "to", "trailing",
    "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar",
    "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat",
    "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
};
/* clang-format on */

static int compare_keywords(const void *key, const void *item)
{
    return strcmp(key, *(const char *const *)item);
}

bool pg_ident_is_plain(const char *name)
{
    const char *c = name;
    if (!((*c >= 'a' && *c <= 'z') || *c == '_')) return false;
    for (c++; *c; c++) {
        if (!((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_')) return false;
    }
    return !bsearch(name, keywords, sizeof(keywords) / sizeof(*keywords), sizeof(*keywords),
                    compare_keywords);
}

/* Adds 'text' with every 'c' doubled, in as few pieces as there are such characters. */
static void add_doubled(struct buf *b, const char *text, char c, char also)
{
    while (*text) {
        const char stop[] = {c, also, '\0'};
        size_t run = strcspn(text, stop);
        buf_add(b, text, run);
        text += run;
        if (*text) {
            buf_char(b, *text);
            buf_char(b, *text);
            text++;
        }
    }
}

void pg_ident(struct buf *b, const char *name)
{
    if (pg_ident_is_plain(name)) {
        buf_str(b, name);
        return;
    }
    buf_char(b, '"');
    add_doubled(b, name, '"', '"');
    buf_char(b, '"');
}

void pg_ident2(struct buf *b, const char *schema, const char *name)
{
    pg_ident(b, schema);
    buf_char(b, '.');
    pg_ident(b, name);
}

void pg_literal(struct buf *b, const char *text)
{
    bool escape = strchr(text, '\\') != NULL;
    buf_str(b, escape ? "E'" : "'");
    add_doubled(b, text, '\'', escape ? '\\' : '\'');
    buf_char(b, '\'');
}
