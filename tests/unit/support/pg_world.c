/* See pg_world.h. */
#include "support/pg_world.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "pg/ident.h"
#include "support/pg_world_inside.h"

const char *const world_owners[WORLD_OWNERS] = {"own a", "Own\"B\""};
/* A role may be called like an oid, a keyword, or have everything in it that ACL text quotes. */
const char *const world_managed[WORLD_MANAGED] = {"m_plain", "Mana \"q\", x", "16400", "select"};
static const char *const unmanaged[] = {"u{1}", "u\\2='x'"};
const char *const world_schemas[WORLD_SCHEMAS] = {"s1", "S 2"};
const char *const world_tables[WORLD_TABLES] = {"t1", "t\"2\"", "T,3", "v4"};
const char *const world_columns[WORLD_COLUMNS] = {"a", "B c"};
static const char *const sequences[] = {"q1", "q 2"};
static const char *const routines[] = {"f1()", "f1(integer)", "\"F 2\"(text)"};

unsigned world_below(struct world_random *r, unsigned n)
{
    /* splitmix64 */
    uint64_t z = (r->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ (z >> 31)) % n);
}

bool world_chance(struct world_random *r, unsigned percent)
{
    return world_below(r, 100) < percent;
}

/* --- making ----------------------------------------------------------------------------------- */

/* Runs what is in 'b' and empties it; a refusal is no failure. */
static void attempt(struct pg_session *s, struct buf *b)
{
    pg_session_run(s, buf_text(b));
    buf_reset(b);
}

static int must(struct pg_session *s, struct buf *b)
{
    int result = pg_session_run(s, buf_text(b));
    if (result < 0) fprintf(stderr, "world: %s\n  %s\n", s->message, buf_text(b));
    buf_reset(b);
    return result;
}

static void create_role(struct buf *b, const char *name, const char *attributes)
{
    buf_str(b, "CREATE ROLE ");
    pg_ident(b, name);
    buf_printf(b, " %s;", attributes);
}

int world_prepare(struct pg_session *s)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    for (size_t i = 0; i < COUNT(world_owners); i++) create_role(&b, world_owners[i], "");
    for (size_t i = 0; i < COUNT(world_managed); i++) create_role(&b, world_managed[i], "");
    for (size_t i = 0; i < COUNT(unmanaged); i++) create_role(&b, unmanaged[i], "");
    create_role(&b, WORLD_ADMIN, "CREATEROLE CREATEDB");
    int result = must(s, &b);
    buf_str(&b, "CREATE DATABASE " WORLD_DATABASE " OWNER ");
    pg_ident(&b, world_owners[0]);
    if (result == 0) result = must(s, &b);
    buf_done(&b);
    return result;
}

static const char *any_role(struct world_random *r)
{
    unsigned n = world_below(r, 20);
    if (n < 2) return NULL; /* PUBLIC */
    if (n < 4) return PICK(r, world_owners);
    if (n < 8) return PICK(r, unmanaged);
    return PICK(r, world_managed);
}

static void role_or_public(struct buf *b, const char *role)
{
    if (role) {
        pg_ident(b, role);
    } else {
        buf_str(b, "PUBLIC");
    }
}

static void clear(struct buf *b)
{
    static const char *const everybody[] = {"own a",         "Own\"B\"", "m_plain",
                                            "Mana \"q\", x", "16400",    "select",
                                            "u{1}",          "u\\2='x'", WORLD_ADMIN};
    buf_str(b, "RESET SESSION AUTHORIZATION; SET client_min_messages = error;");
    for (size_t i = 0; i < COUNT(world_schemas); i++) {
        buf_str(b, "DROP SCHEMA IF EXISTS ");
        pg_ident(b, world_schemas[i]);
        buf_str(b, " CASCADE;");
    }
    buf_str(b, "DROP SCHEMA IF EXISTS made CASCADE;");
    /* What is left hangs on the database and in default privileges. */
    buf_str(b, "DELETE FROM pg_catalog.pg_default_acl; DELETE FROM pg_catalog.pg_shdepend WHERE "
               "classid = 'pg_default_acl'::regclass; ");
    for (size_t i = 0; i < COUNT(everybody); i++) {
        for (size_t k = 0; k < COUNT(everybody); k++) {
            if (i == k) continue;
            buf_str(b, "REVOKE ");
            pg_ident(b, everybody[i]);
            buf_str(b, " FROM ");
            pg_ident(b, everybody[k]);
            buf_char(b, ';');
        }
    }
    buf_str(b, "UPDATE pg_catalog.pg_database SET datacl = NULL WHERE datname = '" WORLD_DATABASE
               "'; DELETE FROM pg_catalog.pg_shdepend WHERE classid = 'pg_database'::regclass "
               "AND deptype = 'a'; ALTER DATABASE " WORLD_DATABASE " OWNER TO ");
    pg_ident(b, world_owners[0]);
    buf_char(b, ';');
}

static void create_schema(struct buf *b, struct world_random *r, const char *schema)
{
    buf_str(b, "CREATE SCHEMA ");
    pg_ident(b, schema);
    buf_str(b, " AUTHORIZATION ");
    pg_ident(b, PICK(r, world_owners));
    buf_char(b, ';');
    if (!world_chance(r, 75)) return;
    buf_str(b, "GRANT USAGE ON SCHEMA ");
    pg_ident(b, schema);
    buf_str(b, " TO PUBLIC;");
}

static void own(struct buf *b, struct world_random *r, const char *kind, const char *schema,
                const char *name, bool signature)
{
    buf_printf(b, "ALTER %s ", kind);
    pg_ident(b, schema);
    buf_char(b, '.');
    if (signature) {
        buf_str(b, name);
    } else {
        pg_ident(b, name);
    }
    buf_str(b, " OWNER TO ");
    pg_ident(b, PICK(r, world_owners));
    buf_char(b, ';');
}

static void create_objects(struct buf *b, struct world_random *r, const char *schema)
{
    for (size_t i = 0; i < COUNT(world_tables); i++) {
        bool view = world_tables[i][0] == 'v';
        buf_str(b, view ? "CREATE VIEW " : "CREATE TABLE ");
        pg_ident2(b, schema, world_tables[i]);
        buf_str(b, view ? " AS SELECT 1 AS a, 2 AS \"B c\";" : " (a int, \"B c\" int);");
        own(b, r, view ? "VIEW" : "TABLE", schema, world_tables[i], false);
    }
    for (size_t i = 0; i < COUNT(sequences); i++) {
        buf_str(b, "CREATE SEQUENCE ");
        pg_ident2(b, schema, sequences[i]);
        buf_char(b, ';');
        own(b, r, "SEQUENCE", schema, sequences[i], false);
    }
    for (size_t i = 0; i < COUNT(routines); i++) {
        buf_str(b, "CREATE FUNCTION ");
        pg_ident(b, schema);
        buf_printf(b, ".%s RETURNS int LANGUAGE sql AS 'SELECT 1';", routines[i]);
        own(b, r, "FUNCTION", schema, routines[i], true);
    }
}

/* --- random grants ---------------------------------------------------------------------------- */

static const char *const table_words[] = {"SELECT",   "SELECT",     "INSERT", "UPDATE",
                                          "TRUNCATE", "REFERENCES", "DELETE"};
static const char *const column_words[] = {"SELECT", "SELECT", "UPDATE", "INSERT"};
static const char *const sequence_words[] = {"USAGE", "SELECT", "UPDATE"};
static const char *const schema_words[] = {"USAGE", "CREATE"};
static const char *const database_words[] = {"CONNECT", "TEMPORARY", "CREATE"};

/* "SELECT ON TABLE ..."; few objects get most of it, so that grants meet. */
static void random_object(struct buf *b, struct world_random *r)
{
    const char *schema = world_schemas[world_chance(r, 70) ? 0 : 1];
    unsigned kind = world_below(r, 20);
    if (kind < 6) {
        buf_printf(b, "%s ON TABLE ", PICK(r, table_words));
        pg_ident2(b, schema,
                  world_tables[world_chance(r, 60) ? 0 : world_below(r, COUNT(world_tables))]);
    } else if (kind < 12) {
        buf_printf(b, "%s (", PICK(r, column_words));
        pg_ident(b, PICK(r, world_columns));
        buf_str(b, ") ON TABLE ");
        pg_ident2(b, schema,
                  world_tables[world_chance(r, 60) ? 0 : world_below(r, COUNT(world_tables))]);
    } else if (kind < 14) {
        buf_printf(b, "%s ON SEQUENCE ", PICK(r, sequence_words));
        pg_ident2(b, schema, PICK(r, sequences));
    } else if (kind < 16) {
        buf_str(b, "EXECUTE ON FUNCTION ");
        pg_ident(b, schema);
        buf_printf(b, ".%s", PICK(r, routines));
    } else if (kind < 18) {
        buf_printf(b, "%s ON SCHEMA ", PICK(r, schema_words));
        pg_ident(b, schema);
    } else {
        buf_printf(b, "%s ON DATABASE " WORLD_DATABASE, PICK(r, database_words));
    }
}

static void random_grant(struct pg_session *s, struct buf *b, struct world_random *r)
{
    bool grant = world_chance(r, 80);
    const char *grantee = any_role(r);
    const char *actor = world_chance(r, 45) ? any_role(r) : NULL;
    if (actor) {
        buf_str(b, "SET SESSION AUTHORIZATION ");
        pg_ident(b, actor);
        attempt(s, b);
    }
    buf_str(b, grant ? "GRANT " : "REVOKE ");
    random_object(b, r);
    buf_str(b, grant ? " TO " : " FROM ");
    role_or_public(b, grantee);
    if (grant && grantee && world_chance(r, 60)) buf_str(b, " WITH GRANT OPTION");
    if (!grant && world_chance(r, 30)) buf_str(b, " CASCADE");
    attempt(s, b);
    if (actor) {
        buf_str(b, "RESET SESSION AUTHORIZATION");
        attempt(s, b);
    }
}

/* Two or three who hold the option from the owner, and grant it to each other. */
static void random_circle(struct pg_session *s, struct buf *b, struct world_random *r)
{
    const char *members[3];
    unsigned count = 2 + world_below(r, 2);
    const char *table = PICK(r, world_tables);
    for (unsigned i = 0; i < count; i++)
        members[i] = world_managed[(i + count) % COUNT(world_managed)];
    for (unsigned i = 0; i < 2 * count; i++) {
        const char *to = i < count ? members[i] : members[(i + 1) % count];
        if (i >= count) {
            buf_str(b, "SET SESSION AUTHORIZATION ");
            pg_ident(b, members[i % count]);
            attempt(s, b);
        }
        buf_str(b, "GRANT SELECT ON ");
        pg_ident2(b, world_schemas[0], table);
        buf_str(b, " TO ");
        pg_ident(b, to);
        buf_str(b, " WITH GRANT OPTION");
        attempt(s, b);
    }
    buf_str(b, "RESET SESSION AUTHORIZATION");
    attempt(s, b);
}

static void random_default(struct pg_session *s, struct buf *b, struct world_random *r)
{
    static const char *const what[] = {"SELECT ON TABLES", "INSERT ON TABLES", "USAGE ON SEQUENCES",
                                       "EXECUTE ON FUNCTIONS", "USAGE ON TYPES"};
    bool grant = world_chance(r, 75);
    const char *grantee = any_role(r);
    buf_str(b, "ALTER DEFAULT PRIVILEGES FOR ROLE ");
    pg_ident(b, PICK(r, world_owners));
    if (world_chance(r, 60)) {
        buf_str(b, " IN SCHEMA ");
        pg_ident(b, PICK(r, world_schemas));
    }
    buf_printf(b, " %s %s %s ", grant ? "GRANT" : "REVOKE", PICK(r, what), grant ? "TO" : "FROM");
    role_or_public(b, grantee);
    if (grant && grantee && world_chance(r, 30)) buf_str(b, " WITH GRANT OPTION");
    attempt(s, b);
}

static void random_owner(struct pg_session *s, struct buf *b, struct world_random *r)
{
    /* Arguments have no order, and the same seed shall be the same world. */
    const char *schema = PICK(r, world_schemas);
    const char *table = world_tables[world_below(r, 3)];
    own(b, r, "TABLE", schema, table, false);
    attempt(s, b);
}

static void random_membership(struct pg_session *s, struct buf *b, struct world_random *r)
{
    buf_str(b, "GRANT ");
    pg_ident(b, world_chance(r, 70) ? PICK(r, world_managed) : PICK(r, unmanaged));
    buf_str(b, " TO ");
    pg_ident(b, world_chance(r, 70) ? PICK(r, world_managed) : PICK(r, unmanaged));
    attempt(s, b);
}

int world_make(struct pg_session *s, struct world_random *r)
{
    struct buf b;
    unsigned steps = 20 + world_below(r, 60);
    buf_init(&b, 256 * 1024);
    clear(&b);
    for (size_t i = 0; i < COUNT(world_schemas); i++) create_schema(&b, r, world_schemas[i]);
    for (size_t i = 0; i < COUNT(world_schemas); i++) create_objects(&b, r, world_schemas[i]);
    /* The administrator acts for all owners, or has to join one of them first. */
    for (size_t i = 0; i < COUNT(world_owners); i++) {
        if (i > 0 && world_chance(r, 30)) continue;
        buf_str(&b, "GRANT ");
        pg_ident(&b, world_owners[i]);
        buf_str(&b, " TO ");
        pg_ident(&b, WORLD_ADMIN);
        buf_char(&b, ';');
    }
    int result = must(s, &b);
    for (unsigned i = 0; result == 0 && i < steps; i++) {
        unsigned kind = world_below(r, 100);
        if (kind < 83) {
            random_grant(s, &b, r);
        } else if (kind < 84) {
            random_circle(s, &b, r);
        } else if (kind < 92) {
            random_default(s, &b, r);
        } else if (kind < 95) {
            random_owner(s, &b, r);
        } else {
            random_membership(s, &b, r);
        }
    }
    /* Owners who locked themselves out of their schemas would be nobody's fault but theirs. */
    buf_str(&b,
            "DO $$ DECLARE t text; BEGIN FOR t IN "
            "SELECT format('GRANT USAGE ON SCHEMA %I TO %I', nspname, rolname) "
            "FROM pg_namespace, pg_roles WHERE nspname IN ('s1', 'S 2') AND rolname ILIKE 'own%' "
            "UNION ALL "
            "SELECT format('GRANT CREATE ON DATABASE %I TO %I', datname, pg_get_userbyid(datdba)) "
            "FROM pg_database WHERE datname = '" WORLD_DATABASE "' "
            "LOOP EXECUTE t; END LOOP; END $$");
    if (result == 0) result = must(s, &b);
    buf_done(&b);
    return result;
}
