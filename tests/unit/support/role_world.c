/* See role_world.h. */
#include "support/role_world.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "pg/ident.h"
#include "support/pg_world_inside.h"

/* A role may be called like an oid or a keyword, and have everything in it that quoting is for. The
 * last two are bystanders. */
const char *const role_world_roles[ROLE_WORLD_ROLES] = {
    "app",
    "App",
    "o'brien \"x\", y",
    "16390",
    "select",
    "back\\slash {a}",
    "역할 이름",
    "a name of sixty-three bytes, which is as long as names can be..",
    "by stander",
    "Zoë;--",
};
const char role_world_root[] = "Root \"0\"";
const char *const role_world_databases[ROLE_WORLD_DATABASES] = {ROLE_WORLD_HOME, "둘", "bystander"};
const char role_world_new_database[] = "New 'db'";
const char *const role_world_schemas[ROLE_WORLD_SCHEMAS] = {"s1", "S \"2\""};

/* clang-format off */
#define PLAIN(name, value) {name, value, value, false, false}
#define LIST(name, value, stored) {name, value, stored, true, false}
#define RESERVED(name, value) {name, value, value, false, true}
/* clang-format on */

/* Those of one name stand together. */
const struct role_world_value role_world_values[ROLE_WORLD_VALUES] = {
    LIST("search_path", "\"$user\", public", "\"$user\", public"),
    LIST("search_path", "Public,\"Odd Schema\" , \"q\"\"q\"", "public, \"Odd Schema\", \"q\"\"q\""),
    LIST("search_path", "", "\"\""),
    LIST("search_path", "\"\"", "\"\""),
    LIST("search_path", "select, 역할", "\"select\", \"역할\""),
    PLAIN("work_mem", "8MB"),
    PLAIN("work_mem", "8192"),
    PLAIN("statement_timeout", "5s"),
    PLAIN("statement_timeout", "0"),
    PLAIN("timezone", "Asia/Seoul"),
    PLAIN("TimeZone", "UTC"),
    PLAIN("datestyle", "ISO, DMY"),
    PLAIN("application_name", "it's \\ \"odd\" {a,b}=c"),
    PLAIN("application_name", "two\nlines"),
    PLAIN("application_name", ""),
    LIST("temp_tablespaces", "", "\"\""),
    RESERVED("log_statement", "ddl"),
    RESERVED("log_statement", "none"),
    RESERVED("my.tag", "a b"),
    RESERVED("my.tag", "O'x"),
    RESERVED("My.Other", "1"), /* in one letter case: a session mixes up several */
    RESERVED("My.Other", "2"),
};

const struct role_world_moment role_world_moments[ROLE_WORLD_MOMENTS] = {
    {"infinity", "Infinity"},
    {"2031-01-01T00:00:00Z", "1924992000"},
    {"2030-07-01T09:00:00+09:00", "1909094400"},
    {"1969-12-31T23:59:59Z", "-1"},
};

/* --- sending ---------------------------------------------------------------------------------- */

static int must(struct pg_session *s, struct buf *b)
{
    int result = pg_session_run(s, buf_text(b));
    if (result < 0) fprintf(stderr, "world: %s\n  %s\n", s->message, buf_text(b));
    buf_reset(b);
    return result;
}

/* Runs what is in 'b' and empties it; a refusal is no failure. */
static void attempt(struct pg_session *s, struct buf *b)
{
    pg_session_run(s, buf_text(b));
    buf_reset(b);
}

int role_world_prepare(struct pg_session *s)
{
    struct buf b;
    int result = 0;
    buf_init(&b, 1024);
    for (size_t i = 0; i < ROLE_WORLD_DATABASES && result == 0; i++) {
        buf_str(&b, "CREATE DATABASE ");
        pg_ident(&b, role_world_databases[i]);
        result = must(s, &b);
    }
    buf_done(&b);
    return result;
}

/* --- the empty world -------------------------------------------------------------------------- */

static void clear_databases(struct buf *b)
{
    for (size_t i = 0; i < ROLE_WORLD_DATABASES; i++) {
        buf_str(b, "ALTER DATABASE ");
        pg_ident(b, role_world_databases[i]);
        buf_str(b, " OWNER TO CURRENT_USER; ALTER DATABASE ");
        pg_ident(b, role_world_databases[i]);
        buf_str(b, " CONNECTION LIMIT -1; COMMENT ON DATABASE ");
        pg_ident(b, role_world_databases[i]);
        buf_str(b, " IS NULL;");
    }
    for (size_t i = 0; i < ROLE_WORLD_SCHEMAS; i++) {
        buf_str(b, "DROP SCHEMA IF EXISTS ");
        pg_ident(b, role_world_schemas[i]);
        buf_char(b, ';');
    }
}

static int clear(struct pg_session *s, struct buf *b)
{
    buf_str(b, "RESET SESSION AUTHORIZATION; SET client_min_messages = error");
    if (must(s, b) < 0) return -1;
    buf_str(b, "DROP DATABASE IF EXISTS ");
    pg_ident(b, role_world_new_database);
    if (must(s, b) < 0) return -1;
    clear_databases(b);
    buf_str(b, "DELETE FROM pg_catalog.pg_db_role_setting; DROP ROLE IF EXISTS ");
    pg_ident(b, WORLD_ADMIN);
    buf_str(b, ", gone, ");
    pg_ident(b, role_world_root);
    for (size_t i = 0; i < ROLE_WORLD_ROLES; i++) {
        buf_str(b, ", ");
        pg_ident(b, role_world_roles[i]);
    }
    return must(s, b);
}

/* --- roles ------------------------------------------------------------------------------------ */

static const char *any_role(struct world_random *r)
{
    unsigned n = world_below(r, ROLE_WORLD_ROLES + 3);
    if (n < ROLE_WORLD_ROLES) return role_world_roles[n];
    return n == ROLE_WORLD_ROLES ? role_world_root : WORLD_ADMIN;
}

static void attribute(struct buf *b, struct world_random *r, unsigned percent, const char *word)
{
    if (world_chance(r, percent)) buf_printf(b, " %s", word);
}

static void create_role(struct buf *b, struct world_random *r, const char *name)
{
    static const char *const ends[] = {"infinity", "-infinity", "2031-01-01 00:00:00+00",
                                       "1969-12-31 23:59:59+00", "2031-01-01 00:00:00.25+00"};
    buf_str(b, "CREATE ROLE ");
    pg_ident(b, name);
    attribute(b, r, 50, "LOGIN");
    attribute(b, r, 20, "CREATEDB");
    attribute(b, r, 20, "CREATEROLE");
    attribute(b, r, 25, "NOINHERIT");
    attribute(b, r, 6, "REPLICATION");
    attribute(b, r, 6, "BYPASSRLS");
    if (name == role_world_root) buf_str(b, " SUPERUSER");
    if (world_chance(r, 30)) buf_printf(b, " CONNECTION LIMIT %u", world_below(r, 3) * 5);
    if (world_chance(r, 40)) buf_printf(b, " VALID UNTIL '%s'", PICK(r, ends));
    attribute(b, r, 30, "PASSWORD 'md5aaaaaaaabbbbbbbbccccccccdddddddd'");
    buf_char(b, ';');
    if (!world_chance(r, 30)) return;
    buf_str(b, "COMMENT ON ROLE ");
    pg_ident(b, name);
    buf_str(b, world_chance(r, 50) ? " IS 'it''s'; " : " IS E'two\\nlines \\\\'; ");
}

static void create_roles(struct buf *b, struct world_random *r)
{
    for (size_t i = 0; i < ROLE_WORLD_ROLES; i++) {
        if (i >= ROLE_WORLD_MANAGED || world_chance(r, 75)) create_role(b, r, role_world_roles[i]);
    }
    create_role(b, r, role_world_root);
    buf_str(b, "CREATE ROLE ");
    pg_ident(b, WORLD_ADMIN);
    buf_str(b, " LOGIN CREATEDB CREATEROLE; CREATE ROLE gone");
}

static void random_membership(struct pg_session *s, struct buf *b, struct world_random *r)
{
    unsigned grantor = world_below(r, 10);
    buf_str(b, "GRANT ");
    pg_ident(b, world_chance(r, 92) ? any_role(r) : "pg_monitor");
    buf_str(b, " TO ");
    pg_ident(b, any_role(r));
    if (world_chance(r, 25)) buf_str(b, " WITH ADMIN OPTION");
    if (grantor < 4) {
        buf_str(b, " GRANTED BY ");
        pg_ident(b, grantor == 0 ? "gone" : any_role(r));
    }
    attempt(s, b);
}

/* --- settings and databases ------------------------------------------------------------------- */

/* Quoted, so that those which no module knows keep their letter case. */
static void setting_name(struct buf *b, const char *name)
{
    char prefix[16];
    const char *dot = strchr(name, '.');
    if (dot) {
        snprintf(prefix, sizeof(prefix), "%.*s", (int)(dot - name), name);
        pg_ident2(b, prefix, dot + 1);
    } else {
        pg_ident(b, name);
    }
}

static void random_setting(struct pg_session *s, struct buf *b, struct world_random *r,
                           bool reserved)
{
    const struct role_world_value *value = &role_world_values[world_below(r, ROLE_WORLD_VALUES)];
    unsigned whose = world_below(r, 20);
    if (value->reserved && !reserved) return;
    if (whose < 4) {
        buf_str(b, "ALTER DATABASE ");
        pg_ident(b, PICK(r, role_world_databases));
    } else {
        buf_str(b, "ALTER ROLE ");
        if (whose == 4) {
            buf_str(b, "ALL");
        } else {
            pg_ident(b, any_role(r));
        }
        if (world_chance(r, 30)) {
            buf_str(b, " IN DATABASE ");
            pg_ident(b, PICK(r, role_world_databases));
        }
    }
    /* A list's stored form is one that the server reads as that list. */
    buf_str(b, " SET ");
    setting_name(b, value->name);
    buf_str(b, " TO ");
    if (!value->list) {
        pg_literal(b, value->stored);
    } else {
        buf_str(b, strcmp(value->stored, "\"\"") == 0 ? "''" : value->stored);
    }
    attempt(s, b);
}

static void random_database(struct pg_session *s, struct buf *b, struct world_random *r,
                            const char *name)
{
    buf_str(b, "ALTER DATABASE ");
    pg_ident(b, name);
    buf_printf(b, " CONNECTION LIMIT %d", (int)world_below(r, 3) * 20 - 1);
    attempt(s, b);
    if (world_chance(r, 30)) {
        buf_str(b, "COMMENT ON DATABASE ");
        pg_ident(b, name);
        buf_str(b, " IS 'a ''database'''");
        attempt(s, b);
    }
    if (world_chance(r, 80)) {
        buf_str(b, "ALTER DATABASE ");
        pg_ident(b, name);
        buf_str(b, " OWNER TO ");
        pg_ident(b, any_role(r));
        attempt(s, b);
    }
}

static void random_schema(struct pg_session *s, struct buf *b, struct world_random *r,
                          const char *name)
{
    if (world_chance(r, 40)) return;
    buf_str(b, "CREATE SCHEMA ");
    pg_ident(b, name);
    buf_str(b, " AUTHORIZATION ");
    pg_ident(b, any_role(r));
    attempt(s, b);
}

int role_world_make(struct pg_session *s, struct world_random *r, bool reserved)
{
    struct buf b;
    buf_init(&b, 64 * 1024);
    int result = clear(s, &b);
    create_roles(&b, r);
    if (result == 0) result = must(s, &b);
    for (unsigned i = world_below(r, 25); result == 0 && i > 0; i--) random_membership(s, &b, r);
    for (unsigned i = world_below(r, 40); result == 0 && i > 0; i--) {
        random_setting(s, &b, r, reserved);
    }
    for (size_t i = 0; result == 0 && i < ROLE_WORLD_DATABASES; i++) {
        random_database(s, &b, r, role_world_databases[i]);
    }
    for (size_t i = 0; result == 0 && i < ROLE_WORLD_SCHEMAS; i++) {
        random_schema(s, &b, r, role_world_schemas[i]);
    }
    /* Who gave a membership may be gone. */
    buf_str(&b, "DROP ROLE gone");
    if (result == 0) result = must(s, &b);
    buf_done(&b);
    return result;
}
