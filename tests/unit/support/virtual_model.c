/* The virtual PostgreSQL's roles, databases and lists of rights: see virtual_model.h. */
#include "support/virtual_model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "pg/want.h"

#define SUPERUSER "azuresu"
#define ADMIN_GROUP "azure_pg_admin"

static const char model_letters[] = {
#define X(name, letter, word) [PG_BIT_##name] = letter,
    PG_PRIVILEGES(X)
#undef X
};

/* --- changing ----------------------------------------------------------------------------------
 */

void model_set(struct model_session *s, json_t *object, const char *key, json_t *value)
{
    if (!json_equal(json_object_get(object, key), value)) s->changed = true;
    json_object_set_new(object, key, value);
}

void model_delete(struct model_session *s, json_t *object, const char *key)
{
    if (json_object_del(object, key) == 0) s->changed = true;
}

int model_fail(struct model_session *s, const char *sqlstate, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(s->message, sizeof(s->message), format, args);
    va_end(args);
    snprintf(s->sqlstate, sizeof(s->sqlstate), "%s", sqlstate);
    return -1;
}

json_int_t model_oid(json_t *model)
{
    json_int_t oid = json_int_at(model, "oid", 20000) + 1;
    json_object_set_new(model, "oid", json_integer(oid));
    return oid;
}

/* --- looking -----------------------------------------------------------------------------------
 */

json_t *model_role(const json_t *model, const char *name)
{
    return json_object_get(json_object_get(model, "roles"), name);
}

json_t *model_database(const json_t *model, const char *name)
{
    return json_object_get(json_object_get(model, "databases"), name);
}

/* Is 'member' directly or indirectly a member of 'role'? Chains are short here. */
static bool model_is_member(const json_t *model, const char *member, const char *role, bool admin,
                            unsigned depth)
{
    size_t i;
    json_t *m;
    if (depth > 16) return false;
    json_array_foreach(json_object_get(model, "members"), i, m)
    {
        if (strcmp(json_text_at(m, "member"), member) != 0) continue;
        const char *in = json_text_at(m, "role");
        if (strcmp(in, role) == 0 && (!admin || json_bool_at(m, "admin", false))) return true;
        if (model_is_member(model, in, role, admin, depth + 1)) return true;
    }
    return false;
}

bool model_has_role(const json_t *model, const char *database, const char *user, const char *role)
{
    const char *owner = json_text_at(model_database(model, database ? database : ""), "owner");
    if (json_bool_at(model_role(model, user), "superuser", false)) return true;
    if (strcmp(user, role) == 0 || model_is_member(model, user, role, false, 0)) return true;
    if (strcmp(role, "pg_database_owner") != 0 || !owner) return false;
    return strcmp(owner, user) == 0 || model_is_member(model, user, owner, false, 0);
}

bool model_administers(const json_t *model, const char *user, const char *role)
{
    return json_bool_at(model_role(model, user), "superuser", false) ||
           model_is_member(model, user, role, true, 0);
}

/* --- rights ------------------------------------------------------------------------------------
 */

json_t *model_born_rights(enum pg_kind kind, const char *owner)
{
    json_t *rights = json_object();
    json_object_set_new(rights, owner, json_integer(pg_kind_all(kind, MODEL_VERSION)));
    if (pg_kind_public(kind)) json_object_set_new(rights, "", json_integer(pg_kind_public(kind)));
    return rights;
}

json_t *model_rights(struct model_session *s, json_t *object, enum pg_kind kind)
{
    (void)s; /* what was implicit becomes explicit: no change to what anybody may do */
    json_t *rights = json_object_get(object, "acl");
    if (json_is_object(rights)) return rights;
    rights = model_born_rights(kind, json_text_at(object, "owner"));
    json_object_set_new(object, "acl", rights);
    return rights;
}

static bool model_is_plain_name(const char *name)
{
    return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
           strlen(name);
}

/* Names as aclitem's output function writes them. */
static void model_rights_name(struct buf *b, const char *name)
{
    buf_printf(b, model_is_plain_name(name) ? "%s" : "\\\"%s\\\"", name);
}

void model_rights_text(struct buf *b, const json_t *rights, const char *owner)
{
    const char *grantee, *comma = "";
    json_t *held;
    buf_char(b, '{');
    json_each_member(rights, grantee, held)
    {
        json_int_t bits = json_integer_value(held);
        const char *quote = model_is_plain_name(grantee) && model_is_plain_name(owner) ? "" : "\"";
        buf_printf(b, "%s%s", comma, quote);
        model_rights_name(b, grantee);
        buf_char(b, '=');
        for (size_t i = 0; i < sizeof(model_letters); i++) {
            if (!(bits & (json_int_t)1 << i)) continue;
            buf_char(b, model_letters[i]);
            if (bits & (json_int_t)1 << (i + MODEL_OPTION)) buf_char(b, '*');
        }
        buf_char(b, '/');
        model_rights_name(b, owner);
        buf_str(b, quote);
        comma = ",";
    }
    buf_char(b, '}');
}

void model_new_owner(struct model_session *s, json_t *object, const char *owner)
{
    json_t *rights = json_object_get(object, "acl");
    const char *old = json_text_at(object, "owner");
    if (json_is_object(rights) && strcmp(old, owner) != 0) {
        json_int_t bits = json_integer_value(json_object_get(rights, old));
        bits |= json_integer_value(json_object_get(rights, owner));
        json_object_del(rights, old);
        json_object_set_new(rights, owner, json_integer(bits));
    }
    model_set(s, object, "owner", json_string(owner));
}

/* --- a new one ---------------------------------------------------------------------------------
 */

static json_t *model_new_role(json_int_t oid, bool login, bool superuser, bool creates)
{
    return json_pack("{s:I, s:b, s:b, s:b, s:b, s:b, s:b, s:b, s:i}", "oid", oid, "login", login,
                     "superuser", superuser, "createdb", creates, "createrole", creates,
                     "replication", superuser, "bypassrls", superuser, "inherit", 1, "limit", -1);
}

static json_t *model_new_public_schema(const char *owner)
{
    json_t *rights = model_born_rights(PG_KIND_SCHEMA, owner);
    json_object_set_new(rights, "", json_integer(PG_USAGE));
    return json_pack("{s:i, s:s, s:o, s:{}}", "oid", 2200, "owner", owner, "acl", rights,
                     "relations");
}

static json_t *model_new_database(json_int_t oid, const char *owner, bool template)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:s, s:b, s:b, s:i, s:n, s:i, s:{s:o}, s:{}}", "oid",
                     oid, "owner", owner, "encoding", "UTF8", "collate", "en_US.utf8", "ctype",
                     "en_US.utf8", "template", template, "connect", 1, "limit", -1, "acl", "writes",
                     0, "schemas", "public", model_new_public_schema(ADMIN_GROUP), "defaults");
}

/* As tests/azure/template.c makes it. */
json_t *virtual_model_new(const char *admin)
{
    static const char *const predefined[] = {"pg_database_owner", "pg_monitor",
                                             "pg_read_all_data",  "pg_read_all_settings",
                                             "pg_read_all_stats", "pg_signal_backend"};
    json_t *roles = json_object(), *members = json_array(), *databases = json_object();
    must(admin);
    json_object_set_new(roles, SUPERUSER, model_new_role(10, true, true, true));
    for (size_t i = 0; i < sizeof(predefined) / sizeof(predefined[0]); i++)
        json_object_set_new(roles, predefined[i],
                            model_new_role((json_int_t)(3370 + i), false, false, false));
    json_object_set_new(roles, ADMIN_GROUP, model_new_role(16384, false, false, false));
    json_object_set_new(roles, admin, model_new_role(16385, true, false, true));
    json_array_append_new(members, json_pack("{s:s, s:s, s:s, s:b}", "role", ADMIN_GROUP, "member",
                                             admin, "grantor", SUPERUSER, "admin", 0));
    json_array_append_new(members, json_pack("{s:s, s:s, s:s, s:b}", "role", "pg_monitor", "member",
                                             ADMIN_GROUP, "grantor", SUPERUSER, "admin", 1));
    json_object_set_new(databases, "template1", model_new_database(1, SUPERUSER, true));
    json_object_set_new(databases, "postgres", model_new_database(5, ADMIN_GROUP, false));
    json_object_set_new(databases, "azure_sys", model_new_database(16390, SUPERUSER, false));
    json_object_set_new(databases, "azure_maintenance",
                        model_new_database(16391, SUPERUSER, false));
    return json_pack("{s:s, s:i, s:i, s:o, s:o, s:o, s:{}}", "admin", admin, "writes", 1, "oid",
                     20000, "roles", roles, "members", members, "databases", databases, "settings");
}
