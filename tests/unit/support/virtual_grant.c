/* GRANT and REVOKE of memberships and of rights, default privileges: see virtual_model.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "support/virtual_model.h"

static int grant_fail(struct model_session *s, const struct words *w)
{
    return model_fail(s, "42601", "not understood at \"%s\"", w->word);
}

/* --- memberships -------------------------------------------------------------------------------
 */

static json_t *grant_find_membership(const json_t *model, const char *role, const char *member,
                                     size_t *at)
{
    size_t i;
    json_t *m;
    json_array_foreach(json_object_get(model, "members"), i, m)
    {
        if (strcmp(json_text_at(m, "role"), role) != 0) continue;
        if (strcmp(json_text_at(m, "member"), member) != 0) continue;
        *at = i;
        return m;
    }
    return NULL;
}

/* GRANT role TO member [WITH ...], REVOKE role FROM member [GRANTED BY ...]. */
static int grant_membership(struct model_session *s, struct words *w, bool grants)
{
    char role[MODEL_WORD], member[MODEL_WORD];
    size_t at = 0;
    if (!words_name(w, role) || !words_take(w, grants ? "TO" : "FROM") || !words_name(w, member))
        return grant_fail(s, w);
    if (!model_role(s->model, role)) return model_fail(s, "42704", "no such role: %s", role);
    if (!model_role(s->model, member)) return model_fail(s, "42704", "no such role: %s", member);
    json_t *found = grant_find_membership(s->model, role, member, &at);
    json_t *members = json_object_get(s->model, "members");
    bool admin = words_take(w, "WITH ADMIN OPTION");
    if (words_is(w, "WITH") || words_is(w, "GRANTED"))
        while (!words_end(w)) words_next(w);
    if (grants && found && json_bool_at(found, "admin", false) == admin) return 0;
    if (grants && !found)
        json_array_append_new(members, json_pack("{s:s, s:s, s:s, s:b}", "role", role, "member",
                                                 member, "grantor", s->user, "admin", (int)admin));
    else if (grants)
        json_object_set_new(found, "admin", json_boolean(admin));
    else if (found)
        json_array_remove(members, at);
    s->changed = s->changed || grants || found;
    return 0;
}

/* --- rights ------------------------------------------------------------------------------------
 */

struct rights {
    bool grants;
    bool option_only; /* REVOKE GRANT OPTION FOR */
    bool with_option;
    uint32_t mask;
    char grantee[MODEL_WORD];
};

/* SELECT, INSERT, ... up to ON. */
static int grant_rights_words(struct model_session *s, struct words *w, struct rights *r)
{
    r->option_only = !r->grants && words_take(w, "GRANT OPTION FOR");
    do {
        uint32_t bit = w->token == TOKEN_WORD ? pg_privilege_parse(w->word) : 0;
        if (!bit) return grant_fail(s, w);
        r->mask |= bit;
        words_next(w);
        words_take(w, "PRIVILEGES");
    } while (words_take(w, ","));
    return words_take(w, "ON") ? 0 : grant_fail(s, w);
}

static int grant_rights_grantee(struct model_session *s, struct words *w, struct rights *r)
{
    if (!words_take(w, r->grants ? "TO" : "FROM")) return grant_fail(s, w);
    if (words_take(w, "PUBLIC")) {
        r->grantee[0] = '\0';
    } else if (!words_name(w, r->grantee)) {
        return grant_fail(s, w);
    } else if (!model_role(s->model, r->grantee)) {
        return model_fail(s, "42704", "no such role: %s", r->grantee);
    }
    r->with_option = words_take(w, "WITH GRANT OPTION");
    words_take(w, "CASCADE");
    return 0;
}

static void grant_rights_apply(struct model_session *s, json_t *list, enum pg_kind kind,
                               const struct rights *r)
{
    uint32_t all = pg_kind_all(kind, MODEL_VERSION);
    json_int_t bits = r->mask & PG_ALL ? all : r->mask & all, options = bits << MODEL_OPTION;
    json_int_t have = json_integer_value(json_object_get(list, r->grantee));
    json_int_t next = have;
    if (r->grants)
        next |= bits | (r->with_option ? options : 0);
    else
        next &= ~(options | (r->option_only ? 0 : bits));
    if (next)
        model_set(s, list, r->grantee, json_integer(next));
    else
        model_delete(s, list, r->grantee);
}

/* The statement's end is read before its objects are changed. */
static int grant_rights_objects(struct model_session *s, struct words *w, enum pg_kind kind,
                                struct rights *r)
{
    struct words objects = *w;
    char name[MODEL_WORD], schema[MODEL_WORD];
    do {
        if (!words_name(w, name)) return grant_fail(s, w);
        if (words_take(w, ".") && !words_name(w, name)) return grant_fail(s, w);
    } while (words_take(w, ","));
    if (grant_rights_grantee(s, w, r) < 0) return -1;
    do {
        json_t *object = NULL;
        json_t *db = model_database(s->model, s->database);
        words_name(&objects, name);
        if (words_take(&objects, ".")) {
            memcpy(schema, name, MODEL_WORD);
            words_name(&objects, name);
            json_t *in = json_object_get(json_object_get(db, "schemas"), schema);
            object = json_object_get(json_object_get(in, "relations"), name);
        } else if (kind == PG_KIND_DATABASE) {
            object = model_database(s->model, name);
        } else if (kind == PG_KIND_SCHEMA) {
            object = json_object_get(json_object_get(db, "schemas"), name);
        }
        if (!object) return model_fail(s, "42P01", "no such object: %s", name);
        grant_rights_apply(s, model_rights(s, object, kind), kind, r);
    } while (words_take(&objects, ","));
    return 0;
}

static const struct {
    const char *word, *words, *letter;
    enum pg_kind kind;
} grant_kinds[] = {
    {"DATABASE", "DATABASES", "d", PG_KIND_DATABASE},
    {"SCHEMA", "SCHEMAS", "n", PG_KIND_SCHEMA},
    {"TABLE", "TABLES", "r", PG_KIND_TABLE},
    {"SEQUENCE", "SEQUENCES", "S", PG_KIND_SEQUENCE},
    {"FUNCTION", "FUNCTIONS", "f", PG_KIND_ROUTINE},
    {"ROUTINE", "ROUTINES", "f", PG_KIND_ROUTINE},
    {"TYPE", "TYPES", "T", PG_KIND_TYPE},
};

/* ON comes only in grants of rights. */
static bool grant_is_about_rights(const struct words *w)
{
    struct words at = *w;
    for (; !words_end(&at); words_next(&at)) {
        if (at.token != TOKEN_WORD) continue;
        if (words_is(&at, "ON")) return true;
        if (words_is(&at, "TO") || words_is(&at, "FROM")) return false;
    }
    return false;
}

int model_grant(struct model_session *s, struct words *w, bool grants)
{
    struct rights r = {.grants = grants};
    if (!grant_is_about_rights(w)) return grant_membership(s, w, grants);
    if (grant_rights_words(s, w, &r) < 0) return -1;
    for (size_t i = 0; i < sizeof(grant_kinds) / sizeof(grant_kinds[0]); i++)
        if (words_take(w, grant_kinds[i].word))
            return grant_rights_objects(s, w, grant_kinds[i].kind, &r);
    return grant_fail(s, w);
}

/* --- default privileges ------------------------------------------------------------------------
 */

/* An entry that says what is so without it is none. */
static void grant_default_apply(struct model_session *s, const char *role, const char *schema,
                                size_t kind, const struct rights *r)
{
    json_t *all = json_object_get(model_database(s->model, s->database), "defaults");
    char *key = xasprintf("%s|%s|%s", role, schema, grant_kinds[kind].letter);
    json_t *born = *schema ? json_object() : model_born_rights(grant_kinds[kind].kind, role);
    json_t *entry = json_object_get(all, key);
    if (!entry) {
        entry = json_pack("{s:s, s:s, s:s, s:O}", "role", role, "schema", schema, "letter",
                          grant_kinds[kind].letter, "acl", born);
        json_object_set_new(entry, "acl", json_deep_copy(born));
        json_object_set_new(all, key, entry);
    }
    grant_rights_apply(s, json_object_get(entry, "acl"), grant_kinds[kind].kind, r);
    if (json_equal(json_object_get(entry, "acl"), born)) json_object_del(all, key);
    json_decref(born);
    free(key);
}

int model_default_privileges(struct model_session *s, struct words *w)
{
    char role[MODEL_WORD], schema[MODEL_WORD] = "";
    struct rights r = {.grants = false};
    snprintf(role, sizeof(role), "%s", s->user);
    if (words_take(w, "FOR ROLE") && !words_name(w, role)) return grant_fail(s, w);
    if (words_take(w, "IN SCHEMA") && !words_name(w, schema)) return grant_fail(s, w);
    if (!model_role(s->model, role)) return model_fail(s, "42704", "no such role: %s", role);
    r.grants = words_take(w, "GRANT");
    if (!r.grants && !words_take(w, "REVOKE")) return grant_fail(s, w);
    if (grant_rights_words(s, w, &r) < 0) return -1;
    for (size_t i = 0; i < sizeof(grant_kinds) / sizeof(grant_kinds[0]); i++) {
        if (!words_take(w, grant_kinds[i].words)) continue;
        if (grant_rights_grantee(s, w, &r) < 0) return -1;
        grant_default_apply(s, role, schema, i, &r);
        return 0;
    }
    return grant_fail(s, w);
}

/* The entry of the role, adding what a schema's adds. */
static void grant_default_add(const json_t *defaults, const char *owner, const char *schema,
                              const char *kind, json_t **rights, bool whole)
{
    char *key = xasprintf("%s|%s|%s", owner, schema, kind);
    const json_t *entry = json_object_get(defaults, key);
    const char *grantee;
    json_t *held;
    free(key);
    if (!entry) return;
    if (whole) {
        json_decref(*rights);
        *rights = json_deep_copy(json_object_get(entry, "acl"));
        return;
    }
    json_each_member(json_object_get(entry, "acl"), grantee, held)
    {
        json_int_t have = json_integer_value(json_object_get(*rights, grantee));
        json_object_set_new(*rights, grantee, json_integer(have | json_integer_value(held)));
    }
}

void model_relation(struct model_session *s, json_t *schema, const char *schema_name,
                    const char *name, const char *kind, const char *owner)
{
    enum pg_kind of = *kind == 'S' ? PG_KIND_SEQUENCE : PG_KIND_TABLE;
    const json_t *defaults = json_object_get(model_database(s->model, s->database), "defaults");
    json_t *born = model_born_rights(of, owner), *rights = json_deep_copy(born);
    grant_default_add(defaults, owner, "", kind, &rights, true);
    grant_default_add(defaults, owner, schema_name, kind, &rights, false);
    bool as_born = json_equal(rights, born);
    json_t *relation = json_pack("{s:s, s:s, s:o}", "kind", kind, "owner", owner, "acl",
                                 as_born ? json_null() : json_incref(rights));
    json_decref(born);
    json_decref(rights);
    model_set(s, json_object_get(schema, "relations"), name, relation);
}
