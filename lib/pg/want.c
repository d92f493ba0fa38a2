#include "pg/want.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pg/settings.h"
#include "pg/time.h"

/* The server cuts longer names off silently, and would then be asked for another object for ever.
 */
enum { NAME_MAX_BYTES = 63 };

static const char *const protected_databases[] = {"azure_maintenance", "azure_sys", "template0",
                                                  "template1"};
/* "public" and "none" are keywords where a role is expected, also in quotes. */
static const char *const protected_roles[] = {"public", "none", "azuresu", "replication"};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define COLUMN_MASK ((uint32_t)(PG_SELECT | PG_INSERT | PG_UPDATE | PG_REFERENCES | PG_ALL))
#define NEWEST 180000

static bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool pg_name_is_protected(const char *name)
{
    return starts_with(name, "pg_") || starts_with(name, "azure");
}

static bool is_one_of(const char *name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, words[i]) == 0) return true;
    }
    return false;
}

bool pg_role_is_protected(const char *name)
{
    return pg_name_is_protected(name) || is_one_of(name, protected_roles, COUNT(protected_roles));
}

bool pg_database_is_protected(const char *name)
{
    return pg_name_is_protected(name) ||
           is_one_of(name, protected_databases, COUNT(protected_databases));
}

static int check_name(const char *what, const char *name, struct err *err)
{
    if (!name || !*name) return err_set(err, ERR_CONFIG, "a %s without a name", what);
    if (strlen(name) > NAME_MAX_BYTES) {
        return err_set(err, ERR_CONFIG, "%s \"%.70s\": names have at most %d bytes", what, name,
                       NAME_MAX_BYTES);
    }
    return 0;
}

static int check_role_name(const char *what, const char *name, struct err *err)
{
    if (check_name(what, name, err) < 0) return -1;
    if (pg_role_is_protected(name)) {
        return err_set(err, ERR_CONFIG, "%s \"%s\" is PostgreSQL's or Azure's own", what, name);
    }
    return 0;
}

static int check_database_name(const char *name, struct err *err)
{
    if (check_name("database", name, err) < 0) return -1;
    if (pg_database_is_protected(name)) {
        return err_set(err, ERR_CONFIG, "database \"%s\" is PostgreSQL's or Azure's own", name);
    }
    return 0;
}

static int check_schema_name(const char *name, struct err *err)
{
    if (check_name("schema", name, err) < 0) return -1;
    if (starts_with(name, "pg_") || strcmp(name, "information_schema") == 0) {
        return err_set(err, ERR_CONFIG, "schema \"%s\" is PostgreSQL's own", name);
    }
    return 0;
}

static int check_mask(uint32_t mask, uint32_t allowed, const char *what, struct err *err)
{
    uint32_t wrong = mask & ~allowed & ~(uint32_t)PG_ALL;
    if (!wrong) return 0;
    struct buf words;
    buf_init(&words, 256);
    pg_privilege_words(&words, wrong, NULL);
    err_set(err, ERR_CONFIG, "%s have no privilege %s", what, buf_text(&words));
    buf_done(&words);
    return -1;
}

static int check_kind(uint32_t mask, enum pg_kind kind, struct err *err)
{
    return check_mask(mask, pg_kind_all(kind, NEWEST), pg_kind_word(kind, true), err);
}

/* What names a declared thing; either may be NULL. */
struct want_key {
    const char *name;
    const char *of;
    size_t at; /* its place in the document */
};

static int want_compare_texts(const char *a, const char *b)
{
    if (!a || !b) return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static int want_by_key(const void *left, const void *right)
{
    const struct want_key *a = left, *b = right;
    int order = want_compare_texts(a->name, b->name);
    return order ? order : want_compare_texts(a->of, b->of);
}

/* Names of settings have no case. */
static int want_by_setting(const void *left, const void *right)
{
    const struct want_key *a = left, *b = right;
    int order = strcasecmp(a->name, b->name);
    return order ? order : want_compare_texts(a->of, b->of);
}

/* The later one of two equal keys; NULL where all differ. Sorts them. */
static const struct want_key *want_repeated(struct want_key *keys, size_t count,
                                            int (*compare)(const void *, const void *))
{
    if (count) qsort(keys, count, sizeof(*keys), compare);
    for (size_t i = 1; i < count; i++)
        if (compare(&keys[i - 1], &keys[i]) == 0)
            return keys[i].at > keys[i - 1].at ? &keys[i] : &keys[i - 1];
    return NULL;
}

static int check_settings(const struct pg_want_setting *settings, size_t count, struct err *err)
{
    struct want_key *keys = count ? xcalloc(count, sizeof(*keys)) : NULL;
    int result = 0;
    for (size_t i = 0; i < count && !result; i++) {
        keys[i] = (struct want_key){settings[i].name, settings[i].database, i};
        if (!pg_setting_name_is_valid(settings[i].name))
            result = err_set(err, ERR_CONFIG, "\"%s\" cannot be the name of a setting",
                             settings[i].name);
    }
    const struct want_key *twice = result ? NULL : want_repeated(keys, count, want_by_setting);
    if (twice) result = err_set(err, ERR_CONFIG, "setting \"%s\" is declared twice", twice->name);
    free(keys);
    return result;
}

static int check_role(const struct pg_want_role *role, const char *admin, struct err *err)
{
    int64_t seconds;
    if (check_role_name("role", role->name, err) < 0) return -1;
    if (role->has_connection_limit && role->connection_limit < -1) {
        return err_set(err, ERR_CONFIG, "a connection limit is -1 (none) or more");
    }
    if (role->valid_until && strcmp(role->valid_until, "infinity") != 0 &&
        pg_time_parse(role->valid_until, &seconds) < 0) {
        return err_set(err, ERR_CONFIG, "\"%s\" is no time: write 2026-12-31T00:00:00Z or infinity",
                       role->valid_until);
    }
    if (role->password && admin && strcmp(role->name, admin) == 0) {
        return err_set(
            err, ERR_CONFIG,
            "it is the connected administrator, whose password is the server resource's");
    }
    for (size_t i = 0; i < role->member_of_count; i++) {
        if (check_name("role", role->member_of[i], err) < 0) return -1;
        if (strcmp(role->member_of[i], role->name) == 0) {
            return err_set(err, ERR_CONFIG, "a role cannot be a member of itself");
        }
    }
    return check_settings(role->settings, role->setting_count, err);
}

static int check_schemas(const struct pg_want_database *database, struct err *err)
{
    struct want_key *keys = xcalloc(database->schema_count + 1, sizeof(*keys));
    int result = 0;
    for (size_t i = 0; i < database->schema_count && !result; i++) {
        const struct pg_want_schema *schema = &database->schemas[i];
        keys[i] = (struct want_key){schema->name, NULL, i};
        result = check_schema_name(schema->name, err);
        if (!result && schema->owner) result = check_name("owner", schema->owner, err);
    }
    const struct want_key *twice =
        result ? NULL : want_repeated(keys, database->schema_count, want_by_key);
    if (twice) result = err_set(err, ERR_CONFIG, "schema \"%s\" is declared twice", twice->name);
    free(keys);
    return result;
}

static int check_database(const struct pg_want_database *database, struct err *err)
{
    if (check_database_name(database->name, err) < 0) return -1;
    if (database->owner && check_name("owner", database->owner, err) < 0) return -1;
    if (database->has_connection_limit && database->connection_limit < -1) {
        return err_set(err, ERR_CONFIG, "a connection limit is -1 (none) or more");
    }
    if (check_schemas(database, err) < 0) return -1;
    return check_settings(database->settings, database->setting_count, err);
}

static int check_table(const struct pg_want_table *table, struct err *err)
{
    if (check_name("table", table->name, err) < 0) return -1;
    if (check_kind(table->mask, PG_KIND_TABLE, err) < 0) return -1;
    for (size_t i = 0; i < table->column_count; i++) {
        if (check_name("column", table->columns[i].name, err) < 0) return -1;
        if (check_mask(table->columns[i].mask, COLUMN_MASK, "columns", err) < 0) return -1;
    }
    return 0;
}

static int check_schema_grant(const struct pg_want_schema_grant *schema, struct err *err)
{
    if (check_schema_name(schema->name, err) < 0) return -1;
    if (check_kind(schema->schema, PG_KIND_SCHEMA, err) < 0 ||
        check_kind(schema->tables, PG_KIND_TABLE, err) < 0 ||
        check_kind(schema->sequences, PG_KIND_SEQUENCE, err) < 0 ||
        check_kind(schema->routines, PG_KIND_ROUTINE, err) < 0) {
        return -1;
    }
    for (size_t i = 0; i < schema->table_count; i++) {
        if (check_table(&schema->table_list[i], err) < 0) {
            return err_prefix(err, "schema %s", schema->name);
        }
    }
    return 0;
}

static int check_default(const struct pg_want_default *d, struct err *err)
{
    if (check_role_name("role", d->for_role, err) < 0) return -1;
    if (d->schema && check_schema_name(d->schema, err) < 0) return -1;
    if (d->schema && (d->kind == PG_KIND_SCHEMA || d->kind == PG_KIND_LARGE_OBJECT)) {
        return err_set(err, ERR_CONFIG, "default privileges on %s cannot be limited to a schema",
                       pg_kind_word(d->kind, true));
    }
    return check_kind(d->mask, d->kind, err);
}

static int check_grant(const struct pg_want_grant *grant, struct err *err)
{
    if (check_database_name(grant->database, err) < 0) return -1;
    if (grant->grantee && check_role_name("grantee", grant->grantee, err) < 0) return -1;
    if (!grant->grantee && grant->with_grant_option) {
        return err_set(err, ERR_CONFIG, "PUBLIC cannot hold a grant option");
    }
    if (check_kind(grant->database_mask, PG_KIND_DATABASE, err) < 0) return -1;
    for (size_t i = 0; i < grant->schema_count; i++) {
        if (check_schema_grant(&grant->schemas[i], err) < 0) return -1;
    }
    for (size_t i = 0; i < grant->default_count; i++) {
        if (check_default(&grant->defaults[i], err) < 0) {
            return err_prefix(err, "default privileges");
        }
    }
    return 0;
}

static int check_repeated(const struct pg_want *want, struct err *err)
{
    size_t most = want->role_count + want->database_count + want->grant_count;
    struct want_key *keys = xcalloc(most + 1, sizeof(*keys));
    int result = 0;
    for (size_t i = 0; i < want->role_count; i++)
        keys[i] = (struct want_key){want->roles[i].name, NULL, i};
    const struct want_key *twice = want_repeated(keys, want->role_count, want_by_key);
    if (twice) result = err_set(err, ERR_CONFIG, "role \"%s\" is declared twice", twice->name);
    for (size_t i = 0; i < want->database_count; i++)
        keys[i] = (struct want_key){want->databases[i].name, NULL, i};
    twice = result ? NULL : want_repeated(keys, want->database_count, want_by_key);
    if (twice) result = err_set(err, ERR_CONFIG, "database \"%s\" is declared twice", twice->name);
    for (size_t i = 0; i < want->grant_count; i++)
        keys[i] = (struct want_key){want->grants[i].grantee, want->grants[i].database, i};
    twice = result ? NULL : want_repeated(keys, want->grant_count, want_by_key);
    if (twice)
        result = err_set(err, ERR_CONFIG, "privileges of %s in %s are declared twice",
                         twice->name ? twice->name : "PUBLIC", twice->of);
    free(keys);
    return result;
}

int pg_want_check(const struct pg_want *want, const char *admin, struct err *err)
{
    for (size_t i = 0; i < want->role_count; i++) {
        if (check_role(&want->roles[i], admin, err) < 0) {
            return err_prefix(err, "role %s", want->roles[i].name ? want->roles[i].name : "?");
        }
    }
    for (size_t i = 0; i < want->database_count; i++) {
        if (check_database(&want->databases[i], err) < 0) {
            const char *name = want->databases[i].name;
            return err_prefix(err, "database %s", name ? name : "?");
        }
    }
    for (size_t i = 0; i < want->grant_count; i++) {
        const struct pg_want_grant *grant = &want->grants[i];
        if (check_grant(grant, err) < 0) {
            return err_prefix(err, "privileges of %s in %s",
                              grant->grantee ? grant->grantee : "PUBLIC",
                              grant->database ? grant->database : "?");
        }
    }
    return check_repeated(want, err);
}
