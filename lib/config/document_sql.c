/* The SQL half of a document: see document_sql.h. The document has been checked by its rows. */
#include "config/document_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/secret_ref.h"
#include "config/credential.h"
#include "config/document_files.h"
#include "config/document_privileges.h"
#include "config/relation.h"

/* An item of one of the lists, with the server that it belongs to; NULL where that is unknown. */
struct part {
    const char *server;
    const json_t *item;
    size_t index;
};

enum { PART_ROLES, PART_DATABASES, PART_PRIVILEGES, PART_N };

static const char *const part_keys[PART_N] = {"roles", "databases", "privileges"};

/* The lists' items by server, and in the document's order within one: a document may have many
 * servers and many items. */
struct document_parts {
    struct part *items[PART_N];
    size_t counts[PART_N];
    struct document_files files;
};

/* What is carried from list to list. */
struct reading {
    struct document *d;
    struct target *target;
    enum settings_secrets how;
    struct problems *problems;
};

struct secret *document_secret(struct document *d, const json_t *reference, const char *path,
                               enum settings_secrets how, struct problems *problems)
{
    const char *text = secret_ref_text(reference);
    if (!text || how == SETTINGS_LEAVE_SECRETS) return NULL;
    struct err err = {0};
    struct secret *s = credential_read(text, &err);
    if (!s) {
        problems_add(problems, path, "%s", err.text);
        return NULL;
    }
    d->secrets = xreallocarray(d->secrets, d->secret_count + 1, sizeof(struct secret *));
    d->secrets[d->secret_count++] = s;
    return s;
}

static enum pg_flag document_flag_at(const json_t *item, const char *key)
{
    const json_t *value = json_object_get(item, key);
    if (!json_is_boolean(value)) return PG_UNSET;
    return json_is_true(value) ? PG_ON : PG_OFF;
}

static void document_read_settings(struct arena *arena, const json_t *map,
                                   const struct pg_want_setting **out, size_t *count)
{
    size_t n = 0;
    struct pg_want_setting *settings = arena_array(arena, json_object_size(map), sizeof(*settings));
    const char *name;
    json_t *value;
    json_each_member(map, name, value)
    {
        static const struct field plain = {.path = "", .kind = FIELD_ANY};
        settings[n].name = name;
        settings[n++].value = field_value_text(&plain, value, arena);
    }
    *out = settings;
    *count = n;
}

static const char *const *document_read_names(struct arena *arena, const json_t *list,
                                              size_t *count)
{
    const char **names = arena_array(arena, json_array_size(list), sizeof(*names));
    for (*count = 0; *count < json_array_size(list); (*count)++)
        names[*count] = json_string_value(json_array_get(list, *count));
    return names;
}

/* Where nothing is created, nothing is tried on what is not there. A document that only observes
 * says all that is missing. */
static bool document_may_create(const struct reading *r)
{
    const struct policy *p = &r->target->policy;
    return p->mode == POLICY_OBSERVE || p->allow_create;
}

static void document_read_role(const struct reading *r, const json_t *item, size_t index,
                               struct pg_want_role *out)
{
    static const char *const words[PG_ATTR_N] = {
#define X(name, sql, word, initial) [PG_ATTR_##name] = word,
        PG_ATTRIBUTES(X)
#undef X
    };
    struct arena *arena = r->d->arena;
    *out = (struct pg_want_role){
        .name = json_text_at(item, "name"),
        .create_allowed = document_may_create(r),
        .has_connection_limit = json_object_get(item, "connectionLimit") != NULL,
        .connection_limit = (int)json_int_at(item, "connectionLimit", -1),
        .valid_until = json_text_at(item, "validUntil"),
        .members_exact = json_object_get(item, "memberOf") != NULL,
        .comment = json_text_at(item, "comment"),
        .observe_only = document_observes(item),
    };
    for (size_t i = 0; i < PG_ATTR_N; i++) out->attributes[i] = document_flag_at(item, words[i]);
    document_read_settings(arena, json_object_get(item, "settings"), &out->settings,
                           &out->setting_count);
    out->member_of =
        document_read_names(arena, json_object_get(item, "memberOf"), &out->member_of_count);
    const char *secret_path = arena_printf(arena, "roles[%zu].password", index);
    out->password =
        document_secret(r->d, json_object_get(item, "password"), secret_path, r->how, r->problems);
}

static void document_read_schema_file(const struct reading *r, const json_t *database, size_t index,
                                      const char *path, struct schema_file *f)
{
    const json_t *item = json_array_get(json_object_get(database, "schemaFiles"), index);
    const char *name = json_text_at(item, "file");
    const struct document_file *file = document_file(r->d, &r->d->parts->files, name);
    f->path = file->path;
    f->name = name;
    f->database = json_text_at(database, "name");
    f->relation = json_text_at(item, "createsRelation");
    f->observe_only = document_observes(database);
    f->text = file->text;
    if (!file->text)
        problems_add(r->problems,
                     arena_printf(r->d->arena, "%s.schemaFiles[%zu].file", path, index),
                     "cannot read %s: %s", file->path, file->error);
}

/* The files of all databases of the target, in the document's order. */
static void document_read_schema_files(const struct reading *r, const struct part *databases,
                                       size_t count)
{
    size_t files = 0, n = 0;
    for (size_t i = 0; i < count; i++)
        files += json_array_size(json_object_get(databases[i].item, "schemaFiles"));
    struct schema_file *all = arena_array(r->d->arena, files, sizeof(*all));
    for (size_t i = 0; i < count; i++) {
        const json_t *item = databases[i].item;
        const char *path = arena_printf(r->d->arena, "databases[%zu]", databases[i].index);
        for (size_t k = 0; k < json_array_size(json_object_get(item, "schemaFiles")); k++)
            document_read_schema_file(r, item, k, path, &all[n++]);
    }
    r->target->schema_files = all;
    r->target->schema_file_count = n;
}

static void document_read_database(const struct reading *r, const json_t *item,
                                   struct pg_want_database *out)
{
    struct arena *arena = r->d->arena;
    *out = (struct pg_want_database){
        .name = json_text_at(item, "name"),
        .create_allowed = document_may_create(r),
        .owner = json_text_at(item, "owner"),
        .encoding = json_text_at(item, "encoding"),
        .collate = json_text_at(item, "lcCollate"),
        .ctype = json_text_at(item, "lcCtype"),
        .template_name = json_text_at(item, "template"),
        .has_connection_limit = json_object_get(item, "connectionLimit") != NULL,
        .connection_limit = (int)json_int_at(item, "connectionLimit", -1),
        .comment = json_text_at(item, "comment"),
        .revoke_public = json_bool_at(item, "revokeAllFromPublic", false),
        .observe_only = document_observes(item),
    };
    document_read_settings(arena, json_object_get(item, "settings"), &out->settings,
                           &out->setting_count);
    const json_t *list = json_object_get(item, "schemas");
    struct pg_want_schema *schemas = arena_array(arena, json_array_size(list), sizeof(*schemas));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *schema = json_array_get(list, i);
        schemas[i].name = json_text_at(schema, "name");
        schemas[i].owner = json_text_at(schema, "owner");
    }
    out->schemas = schemas;
    out->schema_count = json_array_size(list);
}

/* --- the lists by server --------------------------------------------------------------------- */

static int document_part_by_server(const void *left, const void *right)
{
    const struct part *a = left, *b = right;
    int order = strcmp(a->server ? a->server : "", b->server ? b->server : "");
    return order ? order : (a->index > b->index) - (a->index < b->index);
}

static struct part *document_parts_of(struct document *d, const char *key, size_t *count)
{
    const json_t *list = json_object_get(d->root, key);
    const json_t *servers = json_object_get(d->root, "servers");
    const char *only =
        json_array_size(servers) == 1 ? json_text_at(json_array_get(servers, 0), "name") : NULL;
    struct part *parts = arena_array(d->arena, json_array_size(list), sizeof(*parts));
    for (*count = 0; *count < json_array_size(list); (*count)++) {
        const json_t *item = json_array_get(list, *count);
        const char *server = json_text_at(item, "server");
        parts[*count] =
            (struct part){.server = server ? server : only, .item = item, .index = *count};
    }
    if (*count) qsort(parts, *count, sizeof(*parts), document_part_by_server);
    return parts;
}

void document_check_servers(struct document *d, struct problems *problems)
{
    relations_check(d->root, problems);
    d->parts = arena_alloc(d->arena, sizeof(*d->parts));
    for (size_t i = 0; i < PART_N; i++)
        d->parts->items[i] = document_parts_of(d, part_keys[i], &d->parts->counts[i]);
    document_files_read(d, &d->parts->files);
}

/* The parts of 'server' in a list; '*count' of them. */
static const struct part *document_parts_find(const struct document_parts *p, size_t list,
                                              const char *server, size_t *count)
{
    const struct part *items = p->items[list];
    const struct part wanted = {.server = server, .index = 0};
    size_t low = 0, high = p->counts[list], end;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (document_part_by_server(&items[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (end = low; end < p->counts[list]; end++)
        if (!items[end].server || strcmp(items[end].server, server) != 0) break;
    *count = end - low;
    return items + low;
}

/* --- what a server's lists are made into ------------------------------------------------------ */

/* lib/pg's own check of one item at a time, so that each problem is said where it is. What items
 * say about each other are the relations. */
static void document_check_alone(const struct reading *r, const struct pg_want *want, size_t list,
                                 size_t index)
{
    struct err err = {0};
    if (pg_want_check(want, r->target->sql_user, &err) == 0) return;
    problems_add(r->problems, arena_printf(r->d->arena, "%s[%zu]", part_keys[list], index), "%s",
                 err.text);
}

static void document_make_roles(const struct reading *r, struct pg_want *want)
{
    size_t count;
    const struct part *parts =
        document_parts_find(r->d->parts, PART_ROLES, r->target->name, &count);
    struct pg_want_role *roles = arena_array(r->d->arena, count, sizeof(*roles));
    for (size_t i = 0; i < count; i++) {
        document_read_role(r, parts[i].item, parts[i].index, &roles[i]);
        const struct pg_want alone = {.roles = &roles[i], .role_count = 1};
        document_check_alone(r, &alone, PART_ROLES, parts[i].index);
    }
    want->roles = roles;
    want->role_count = count;
}

static void document_make_databases(const struct reading *r, struct pg_want *want)
{
    size_t count;
    const struct part *parts =
        document_parts_find(r->d->parts, PART_DATABASES, r->target->name, &count);
    struct pg_want_database *databases = arena_array(r->d->arena, count, sizeof(*databases));
    for (size_t i = 0; i < count; i++) {
        document_read_database(r, parts[i].item, &databases[i]);
        const struct pg_want alone = {.databases = &databases[i], .database_count = 1};
        document_check_alone(r, &alone, PART_DATABASES, parts[i].index);
    }
    document_read_schema_files(r, parts, count);
    want->databases = databases;
    want->database_count = count;
}

static void document_make_grants(const struct reading *r, struct pg_want *want)
{
    size_t count;
    const struct part *parts =
        document_parts_find(r->d->parts, PART_PRIVILEGES, r->target->name, &count);
    struct pg_want_grant *grants = arena_array(r->d->arena, count, sizeof(*grants));
    for (size_t i = 0; i < count; i++) {
        document_privileges(r->d->arena, parts[i].item, &grants[i]);
        grants[i].observe_only = document_observes(parts[i].item);
        const struct pg_want alone = {.grants = &grants[i], .grant_count = 1};
        document_check_alone(r, &alone, PART_PRIVILEGES, parts[i].index);
    }
    want->grants = grants;
    want->grant_count = count;
}

/* policy.undeclared.KEY of something in PostgreSQL. */
static enum pg_undeclared document_undeclared(const json_t *root, const char *key)
{
    const char *word = json_string_value(json_object_get(json_at(root, "policy.undeclared"), key));
    if (word && strcmp(word, "ignore") == 0) return PG_UNDECLARED_IGNORE;
    if (word && strcmp(word, "remove") == 0) return PG_UNDECLARED_REMOVE;
    return PG_UNDECLARED_REPORT;
}

void document_sql(struct document *d, struct target *target, enum settings_secrets how,
                  struct problems *problems)
{
    const struct reading r = {.d = d, .target = target, .how = how, .problems = problems};
    struct pg_want *want = arena_alloc(d->arena, sizeof(*want));
    document_make_roles(&r, want);
    document_make_databases(&r, want);
    document_make_grants(&r, want);
    for (enum pg_undeclared_kind k = 0; k < PG_UNDECLARED_N; k++)
        want->undeclared[k] = document_undeclared(d->root, pg_undeclared_key(k));
    size_t count = want->role_count + want->database_count + want->grant_count;
    if (count) target->sql = want;
}
