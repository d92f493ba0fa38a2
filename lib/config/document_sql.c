/* The SQL half of a document: see document_sql.h. The document has been checked by its rows. */
#include "config/document_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/secret_ref.h"
#include "config/credential.h"
#include "config/document_privileges.h"

enum { SCHEMA_FILE_MAX = 16 * 1024 * 1024 }; /* bytes */

/* What is carried from list to list. */
struct reading {
    struct document *d;
    struct target *target;
    bool only;
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

/* Does 'item' belong to the reading's server? Items of a document with several servers name theirs;
 * document_check_servers() has said where one does not. */
static bool is_ours(const struct reading *r, const json_t *item)
{
    const char *server = json_text_at(item, "server");
    return server ? strcmp(server, r->target->name) == 0 : r->only;
}

static enum pg_flag flag_at(const json_t *item, const char *key)
{
    const json_t *value = json_object_get(item, key);
    if (!json_is_boolean(value)) return PG_UNSET;
    return json_is_true(value) ? PG_ON : PG_OFF;
}

static void read_settings(struct arena *arena, const json_t *map,
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

static const char *const *read_names(struct arena *arena, const json_t *list, size_t *count)
{
    const char **names = arena_array(arena, json_array_size(list), sizeof(*names));
    for (*count = 0; *count < json_array_size(list); (*count)++)
        names[*count] = json_string_value(json_array_get(list, *count));
    return names;
}

/* Where nothing is created, nothing is tried on what is not there. A document that only observes
 * says all that is missing. */
static bool may_create(const struct reading *r)
{
    const struct policy *p = &r->target->policy;
    return p->mode == POLICY_OBSERVE || p->allow_create;
}

static void read_role(const struct reading *r, const json_t *item, const char *path,
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
        .create_allowed = may_create(r),
        .has_connection_limit = json_object_get(item, "connectionLimit") != NULL,
        .connection_limit = (int)json_int_at(item, "connectionLimit", -1),
        .valid_until = json_text_at(item, "validUntil"),
        .members_exact = json_object_get(item, "memberOf") != NULL,
        .comment = json_text_at(item, "comment"),
        .observe_only = document_observes(item),
    };
    for (size_t i = 0; i < PG_ATTR_N; i++) out->attributes[i] = flag_at(item, words[i]);
    read_settings(arena, json_object_get(item, "settings"), &out->settings, &out->setting_count);
    out->member_of = read_names(arena, json_object_get(item, "memberOf"), &out->member_of_count);
    const char *secret_path = arena_printf(arena, "%s.password", path);
    out->password =
        document_secret(r->d, json_object_get(item, "password"), secret_path, r->how, r->problems);
    if (out->attributes[PG_ATTR_SUPERUSER] == PG_ON)
        problems_add(
            r->problems, arena_printf(arena, "%s.superuser", path),
            "SEC-001: on Azure only Microsoft is superuser; membership in azure_pg_admin is "
            "the nearest");
}

static void read_schema_files(const struct reading *r, const json_t *database, const char *path)
{
    struct arena *arena = r->d->arena;
    struct target *t = r->target;
    const json_t *list = json_object_get(database, "schemaFiles");
    size_t more = json_array_size(list);
    if (!more) return;
    struct schema_file *files = arena_array(arena, t->schema_file_count + more, sizeof(*files));
    if (t->schema_file_count) memcpy(files, t->schema_files, t->schema_file_count * sizeof(*files));
    for (size_t i = 0; i < more; i++) {
        const json_t *item = json_array_get(list, i);
        struct schema_file *f = &files[t->schema_file_count];
        const char *name = json_text_at(item, "file");
        const char *slash = strrchr(r->d->file, '/');
        f->path = name[0] == '/' || !slash
                      ? name
                      : arena_printf(arena, "%.*s/%s", (int)(slash - r->d->file), r->d->file, name);
        f->name = name;
        f->database = json_text_at(database, "name");
        f->relation = json_text_at(item, "createsRelation");
        f->observe_only = document_observes(database);
        struct err err = {0};
        size_t length = 0;
        char *text = file_read(f->path, SCHEMA_FILE_MAX, &length, &err);
        if (!text) {
            problems_add(r->problems, arena_printf(arena, "%s.schemaFiles[%zu].file", path, i),
                         "cannot read %s: %s", f->path, err.text);
            continue;
        }
        f->text = arena_strndup(arena, text, length);
        free(text);
        t->schema_file_count++;
    }
    t->schema_files = files;
}

static void read_database(const struct reading *r, const json_t *item, const char *path,
                          struct pg_want_database *out)
{
    struct arena *arena = r->d->arena;
    *out = (struct pg_want_database){
        .name = json_text_at(item, "name"),
        .create_allowed = may_create(r),
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
    read_settings(arena, json_object_get(item, "settings"), &out->settings, &out->setting_count);
    const json_t *list = json_object_get(item, "schemas");
    struct pg_want_schema *schemas = arena_array(arena, json_array_size(list), sizeof(*schemas));
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *schema = json_array_get(list, i);
        schemas[i].name = json_text_at(schema, "name");
        schemas[i].owner = json_text_at(schema, "owner");
    }
    out->schemas = schemas;
    out->schema_count = json_array_size(list);
    read_schema_files(r, item, path);
}

/* Turns one of the document's lists into an array of 'size' bytes an item by 'read_NAME'. */
#define READ_LIST(r, key, type, reader, items, count)                                              \
    do {                                                                                           \
        const json_t *list_ = json_object_get((r)->d->root, key);                                  \
        struct type *all_ = arena_array((r)->d->arena, json_array_size(list_), sizeof(*all_));     \
        size_t n_ = 0;                                                                             \
        for (size_t i_ = 0; i_ < json_array_size(list_); i_++) {                                   \
            const json_t *item_ = json_array_get(list_, i_);                                       \
            const char *path_ = arena_printf((r)->d->arena, key "[%zu]", i_);                      \
            if (is_ours(r, item_)) reader(r, item_, path_, &all_[n_++]);                           \
        }                                                                                          \
        (items) = all_;                                                                            \
        (count) = n_;                                                                              \
    } while (0)

static void read_grant(const struct reading *r, const json_t *item, const char *path,
                       struct pg_want_grant *out)
{
    (void)path;
    document_privileges(r->d->arena, item, out);
    out->observe_only = document_observes(item);
}

/* Privileges are looked at in the declared databases only. */
static void check_grants(const struct reading *r, const struct pg_want *want)
{
    size_t i;
    const json_t *item;
    json_array_foreach(json_object_get(r->d->root, "privileges"), i, item)
    {
        const char *database = json_text_at(item, "database");
        bool declared = !is_ours(r, item);
        for (size_t k = 0; k < want->database_count; k++)
            declared |= strcmp(database, want->databases[k].name) == 0;
        if (!declared)
            problems_add(r->problems, arena_printf(r->d->arena, "privileges[%zu].database", i),
                         "database %s is not declared", database);
    }
}

/* A database that takes everything from PUBLIC and a grant that gives PUBLIC something are compared
 * together or not at all: one of them alone would undo the other. */
static void check_public(const struct reading *r, const struct pg_want *want)
{
    for (size_t i = 0; i < want->grant_count; i++)
        for (size_t k = 0; k < want->database_count; k++) {
            const struct pg_want_grant *g = &want->grants[i];
            const struct pg_want_database *d = &want->databases[k];
            if (!g->grantee && d->revoke_public && strcmp(g->database, d->name) == 0 &&
                g->observe_only != d->observe_only)
                problems_add(r->problems, "privileges",
                             "PUBLIC in database %s needs the mode of the database, because of "
                             "revokeAllFromPublic",
                             d->name);
        }
}

static bool has_server(const json_t *servers, const char *name)
{
    size_t i;
    const json_t *server;
    json_array_foreach(servers, i, server)
    {
        const char *other = json_text_at(server, "name");
        if (other && strcmp(other, name) == 0) return true;
    }
    return false;
}

void document_check_servers(struct document *d, struct problems *problems)
{
    static const char *const lists[] = {"roles", "databases", "privileges"};
    const json_t *servers = json_object_get(d->root, "servers");
    for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
        size_t i;
        const json_t *item;
        json_array_foreach(json_object_get(d->root, lists[k]), i, item)
        {
            const char *path = arena_printf(d->arena, "%s[%zu]", lists[k], i);
            const char *server = json_text_at(item, "server");
            if (server && !has_server(servers, server))
                problems_add(problems, path, "server %s is not declared", server);
            else if (!server && json_array_size(servers) != 1)
                problems_add(problems, path,
                             "the document does not have one server: say which, \"server\"");
        }
    }
}

void document_sql(struct document *d, struct target *target, bool only, enum settings_secrets how,
                  struct problems *problems)
{
    const struct reading r = {
        .d = d, .target = target, .only = only, .how = how, .problems = problems};
    struct pg_want *want = arena_alloc(d->arena, sizeof(*want));
    READ_LIST(&r, "roles", pg_want_role, read_role, want->roles, want->role_count);
    READ_LIST(&r, "databases", pg_want_database, read_database, want->databases,
              want->database_count);
    READ_LIST(&r, "privileges", pg_want_grant, read_grant, want->grants, want->grant_count);
    if (!want->role_count && !want->database_count && !want->grant_count) return;
    check_grants(&r, want);
    check_public(&r, want);
    struct err err = {0};
    if (pg_want_check(want, target->sql_user, &err)) problems_add(problems, "", "%s", err.text);
    target->sql = want;
    d->item_count += want->role_count + want->database_count + want->grant_count;
}
