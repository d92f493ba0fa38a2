/* The server parameters: see parameter.h. */
#include "postgres/parameter.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "control/sim.h"
#include "front/number.h"
#include "postgres/cluster_files.h"
#include "postgres/parameter_azure.h"
#include "postgres/sql.h"

struct parameters {
    struct arena *arena;
    struct parameter *items;
    size_t n;
};

static const char *const type_words[] = {
    [KIND_BOOLEAN] = "Boolean",  [KIND_INTEGER] = "Integer", [KIND_NUMERIC] = "Numeric",
    [KIND_ENUM] = "Enumeration", [KIND_SET] = "Set",         [KIND_STRING] = "String",
};

/* Categories of pg_settings that Azure does not list. */
static const char *const hidden[] = {"Developer Options", "Preset Options", "File Locations"};

/* The page of PostgreSQL's manual by the first part of the category. */
static const struct {
    const char *category, *page;
} pages[] = {
    {"Autovacuum", "autovacuum"},
    {"Client Connection Defaults", "client"},
    {"Connections and Authentication", "connection"},
    {"Error Handling", "error-handling"},
    {"Lock Management", "locks"},
    {"Query Tuning", "query"},
    {"Replication", "replication"},
    {"Reporting and Logging", "logging"},
    {"Resource Usage", "resource"},
    {"Statistics", "statistics"},
    {"Version and Platform Compatibility", "compatible"},
    {"Write-Ahead Log", "wal"},
};

/* Lists that ALTER SYSTEM wants one literal per element for (PostgreSQL's dumputils.c). */
static const char *const lists[] = {"local_preload_libraries",   "search_path",
                                    "session_preload_libraries", "shared_preload_libraries",
                                    "temp_tablespaces",          "unix_socket_directories"};

static bool is_hidden(const char *category)
{
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        if (strcmp(category, hidden[i]) == 0) return true;
    }
    return false;
}

static const char *make_link(struct arena *arena, const char *name, const char *category)
{
    char *anchor = arena_strdup(arena, name);
    for (char *p = anchor; *p; p++) {
        if (*p == '_') *p = '-';
        if (*p >= 'a' && *p <= 'z') *p = (char)(*p - 'a' + 'A');
    }
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        if (strncmp(category, pages[i].category, strlen(pages[i].category)) == 0)
            return arena_printf(arena,
                                "https://www.postgresql.org/docs/15/runtime-config-%s.html#GUC-%s",
                                pages[i].page, anchor);
    }
    return "https://go.microsoft.com/fwlink/?linkid=2274270";
}

static enum parameter_kind kind_of(const char *vartype)
{
    if (strcmp(vartype, "bool") == 0) return KIND_BOOLEAN;
    if (strcmp(vartype, "integer") == 0) return KIND_INTEGER;
    if (strcmp(vartype, "real") == 0) return KIND_NUMERIC;
    return strcmp(vartype, "enum") == 0 ? KIND_ENUM : KIND_STRING;
}

static const char *join_words(struct arena *arena, const json_t *words)
{
    struct buf b;
    size_t i;
    const json_t *word;
    buf_init(&b, 4096);
    json_array_foreach(words, i, word)
        buf_printf(&b, "%s%s", i ? "," : "", json_string_value(word));
    const char *text = arena_strdup(arena, buf_text(&b));
    buf_done(&b);
    return text;
}

static const char *allowed_values(struct arena *arena, enum parameter_kind kind, const json_t *row)
{
    const char *min = json_text_at(row, "min_val"), *max = json_text_at(row, "max_val");
    switch (kind) {
    case KIND_BOOLEAN: return "on,off";
    case KIND_INTEGER:
    case KIND_NUMERIC: return arena_printf(arena, "%s-%s", min ? min : "0", max ? max : "0");
    case KIND_ENUM: return join_words(arena, json_object_get(row, "enumvals"));
    default: return ".*";
    }
}

/* "1-5" or "-1-5" or "1e-5-3": the separator is the '-' after the first number. */
static void parse_range(struct parameter *p)
{
    char *end = NULL;
    if (p->kind != KIND_INTEGER && p->kind != KIND_NUMERIC) return;
    p->min = strtod(p->allowed, &end);
    p->max = *end == '-' ? strtod(end + 1, &end) : p->min;
}

static void apply_azure(struct parameter *p, const struct azure_parameter *azure)
{
    if (azure->allowed) p->allowed = azure->allowed;
    if (azure->fallback) p->fallback = azure->fallback;
    if (azure->kind == KIND_SET) p->kind = KIND_SET;
    if (azure->flags & AZURE_READ_ONLY) p->read_only = true;
    if (azure->flags & AZURE_STATIC) p->dynamic = false;
    if (azure->flags & AZURE_STORED) p->reach = REACH_STORED;
    p->azure_default = azure->fallback && p->reach == REACH_REAL && p->kind != KIND_SET;
}

static void add_real(struct parameters *all, const json_t *row)
{
    const char *category = json_text_at(row, "category");
    const char *name = json_text_at(row, "name"), *context = json_text_at(row, "context");
    const char *unit = json_text_at(row, "unit"), *boot = json_text_at(row, "boot_val");
    const struct azure_parameter *azure = azure_parameter_find(name);
    if (is_hidden(category)) return;
    struct parameter *p = &all->items[all->n++];
    p->name = arena_strdup(all->arena, name);
    p->unit = arena_strdup(all->arena, unit);
    p->fallback = arena_strdup(all->arena, boot ? boot : "");
    p->description = arena_strdup(all->arena, json_text_at(row, "short_desc"));
    p->link = make_link(all->arena, name, category);
    p->kind = kind_of(json_text_at(row, "vartype"));
    p->allowed = allowed_values(all->arena, p->kind, row);
    p->dynamic = strcmp(context, "postmaster") != 0 && strcmp(context, "internal") != 0;
    p->read_only = strcmp(context, "internal") == 0;
    p->reach = p->read_only ? REACH_STORED : REACH_REAL;
    if (azure) apply_azure(p, azure);
    parse_range(p);
}

static void add_azure(struct parameters *all, const struct azure_parameter *azure)
{
    struct parameter *p = &all->items[all->n++];
    *p = (struct parameter){
        .name = azure->name,
        .fallback = azure->fallback,
        .allowed = azure->allowed,
        .description = azure->description,
        .link = "https://go.microsoft.com/fwlink/?linkid=2274270",
        .kind = azure->kind,
        .reach = azure->flags & AZURE_HBA ? REACH_HBA : REACH_STORED,
        .dynamic = !(azure->flags & AZURE_STATIC),
        .read_only = azure->flags & AZURE_READ_ONLY,
    };
    parse_range(p);
}

static int by_name(const void *a, const void *b)
{
    const struct parameter *left = a, *right = b;
    return strcasecmp(left->name, right->name);
}

struct parameters *parameters_new(const json_t *rows, struct err *err)
{
    struct parameters *all = xcalloc(1, sizeof(*all));
    const struct azure_parameter *azure;
    const json_t *row;
    size_t i, room = json_array_size(rows);
    while (azure_parameter_at(room - json_array_size(rows))) room++;
    all->arena = arena_new();
    all->items = arena_array(all->arena, room, sizeof(struct parameter));
    json_array_foreach(rows, i, row) add_real(all, row);
    if (!all->n) err_set(err, ERR_CONFIG, "pg_settings has no rows that are understood");
    qsort(all->items, all->n, sizeof(struct parameter), by_name);
    size_t real = all->n;
    for (i = 0; (azure = azure_parameter_at(i)); i++) {
        struct parameter key = {.name = azure->name};
        if (azure->description &&
            !bsearch(&key, all->items, real, sizeof(struct parameter), by_name))
            add_azure(all, azure);
    }
    qsort(all->items, all->n, sizeof(struct parameter), by_name);
    if (real) return all;
    parameters_free(all);
    return NULL;
}

void parameters_free(struct parameters *p)
{
    if (!p) return;
    arena_free(p->arena);
    free(p);
}

size_t parameters_count(const struct parameters *p)
{
    return p->n;
}

const struct parameter *parameters_at(const struct parameters *p, size_t i)
{
    return &p->items[i];
}

const struct parameter *parameters_find(const struct parameters *p, const char *name)
{
    struct parameter key = {.name = name};
    return bsearch(&key, p->items, p->n, sizeof(key), by_name);
}

const char *parameter_type(const struct parameter *p)
{
    return type_words[p->kind];
}

/* A quarter of the memory for shared_buffers, three quarters for effective_cache_size (documented);
 * pages of 8 kB. */
const char *parameter_default(const struct parameter *p, const struct sku *sku, char number[32])
{
    long long value = 0;
    if (sku && strcmp(p->name, "max_connections") == 0) value = sku->max_connections;
    if (sku && strcmp(p->name, "shared_buffers") == 0) value = sku->memory_gb * 32768LL;
    if (sku && strcmp(p->name, "effective_cache_size") == 0) value = sku->memory_gb * 98304LL;
    if (!value) return p->fallback;
    snprintf(number, 32, "%lld", value);
    return number;
}

/* Is 'word' (of 'length') one of the comma-separated 'words'? */
static bool word_listed(const char *words, const char *word, size_t length)
{
    for (const char *w = words; *w;) {
        size_t n = strcspn(w, ",");
        const char *start = w + strspn(w, " ");
        if (n - (size_t)(start - w) == length && strncasecmp(start, word, length) == 0) return true;
        w += n + (w[n] == ',');
    }
    return false;
}

static bool set_accepts(const char *allowed, const char *value)
{
    for (const char *v = value; *v;) {
        v += strspn(v, ", ");
        size_t n = strcspn(v, ", ");
        if (n && !word_listed(allowed, v, n)) return false;
        v += n;
    }
    return true;
}

bool parameter_accepts(const struct parameter *p, const char *value)
{
    char *end = NULL;
    double number;
    switch (p->kind) {
    case KIND_BOOLEAN:
    case KIND_ENUM: return word_listed(p->allowed, value, strlen(value));
    case KIND_SET: return set_accepts(p->allowed, value);
    case KIND_STRING: return true;
    default: break;
    }
    number = strtod(value, &end);
    if (end == value || *end || !isfinite(number)) return false;
    if (p->kind == KIND_INTEGER && strspn(value, "-0123456789") != strlen(value)) return false;
    return number >= p->min && number <= p->max;
}

static bool is_list(const char *name)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (strcmp(name, lists[i]) == 0) return true;
    }
    return false;
}

/* Elements one by one; libraries that are not installed here would keep PostgreSQL from starting.
 */
static void list_sql(const struct sim *sim, bool libraries, const char *value, struct buf *b)
{
    bool any = false;
    for (const char *v = value; *v;) {
        v += strspn(v, ", ");
        size_t n = strcspn(v, ", ");
        char *word = xstrndup(v, n);
        if (n && (!libraries || library_exists(sim, word))) {
            if (any) buf_str(b, ", ");
            sql_quote(b, '\'', word);
            any = true;
        }
        free(word);
        v += n;
    }
    if (!any) buf_str(b, "''");
}

void parameter_sql(const struct parameter *p, const struct sim *sim, const char *value,
                   struct buf *b)
{
    long long cap = setting(&sim->settings, SET_MAX_CONNECTIONS_CAP);
    if (is_list(p->name))
        list_sql(sim, strcmp(p->name, "shared_preload_libraries") == 0, value, b);
    else if (strcmp(p->name, "max_connections") == 0 && number_or(value, 0) > cap)
        buf_printf(b, "%lld", cap);
    else
        sql_quote(b, '\'', value);
}

void parameters_conf(const struct parameters *all, struct buf *b)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct parameter *p = &all->items[i];
        if (!p->azure_default) continue;
        buf_printf(b, "%s = ", p->name);
        sql_quote(b, '\'', p->fallback);
        buf_char(b, '\n');
    }
}
