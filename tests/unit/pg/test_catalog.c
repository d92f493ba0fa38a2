/* Rows to structs: what is read, what is refused, and that nothing points back into the reply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "pg/catalog.h"
#include "support/pg_fixture.h"

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void test_cluster(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .roles = "10|postgres|t|t|t|t|t|t|t|-1|Infinity|\\N|f|f\n"
                 "11|admin|t|f|t|t|f|f|f|-1|\\N|the boss|t|f\n"
                 "12|owner|f|f|f|f|f|f|t|7|1798675200.250000|\\N|t|t",
        .members = "12|11|10|t|false|true",
        .settings = "0|12|{search_path=app,\"my.x=a, \\\"b\\\"\"}\n100|0|{TimeZone=Asia/Seoul}",
        .session = "160002|11|f|t|on|off|pgaudit,pg_cron|7000000000000000001|pg_catalog",
    };
    struct pg_cluster *c = pg_fixture_cluster(&f, arena);
    assert_int_equal(c->server_version, 160002);
    assert_true(c->in_recovery && c->read_only && !c->track_counts && !c->superuser);
    assert_string_equal(c->allowed_extensions, "pgaudit,pg_cron");
    const struct pg_role *owner = pg_cluster_role(c, "owner");
    assert_int_equal(owner->connection_limit, 7);
    assert_true(owner->expires && owner->administered);
    assert_int_equal(owner->valid_until, 1798675200);
    assert_false(pg_cluster_role(c, "postgres")->expires);
    assert_string_equal(pg_cluster_role_by_oid(c, 11)->comment, "the boss");
    assert_null(pg_cluster_role(c, "own"));
    assert_int_equal(c->setting_count, 3);
    assert_string_equal(c->settings[1].name, "my.x");
    assert_string_equal(c->settings[1].value, "a, \"b\"");
    assert_int_equal(c->settings[2].database, 100);
    assert_true(c->members[0].admin && c->members[0].set && !c->members[0].inherit);
    assert_true(pg_cluster_is_member(c, 11, 12));
    assert_false(pg_cluster_inherits(c, 11, 12));
    assert_true(pg_cluster_inherits(c, 10, 12));
    assert_int_equal(pg_cluster_database(c, "db")->acl.count, 2);
    assert_null(pg_cluster_database(c, "d"));
}

/* Before PostgreSQL 16 the member's own attribute says whether it inherits. */
static void test_memberships_before_16(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .roles = "10|postgres|t|t|t|t|t|t|t|-1|\\N|\\N|f|f\n"
                 "11|admin|t|f|t|t|f|f|f|-1|\\N|\\N|t|f\n"
                 "12|owner|f|f|f|f|f|f|t|-1|\\N|\\N|t|f\n"
                 "13|group|f|f|f|f|f|f|t|-1|\\N|\\N|t|f",
        .members = "12|11|10|f|\\N|\\N\n13|12|10|f|\\N|\\N",
    };
    struct pg_cluster *c = pg_fixture_cluster(&f, arena);
    assert_true(pg_cluster_is_member(c, 11, 13));
    assert_false(pg_cluster_inherits(c, 11, 12));
    assert_true(pg_cluster_inherits(c, 12, 13));
    assert_false(pg_cluster_is_member(c, 13, 12));
}

static void test_database(void **state)
{
    (void)state;
    const struct pg_fixture f = {
        .schemas = "2200|public|12|{owner=UC/owner,=U/owner}|f\n300|Odd one|11|{}|t",
        .relations = "2200|r|12|\\N|{owner=arwdDxt/owner}|f|{a,\"b,c\",\"d\\\"e\\\\\"}\n"
                     "2200|s|12|{owner=rwU/owner,app=U/owner}|{owner=rwU/owner}|f|{q}\n"
                     "2200|r|12|{}|{owner=arwdDxt/owner}|t|{x}",
        .columns = "2200|b|y|{app=r/owner}\n2200|a|z|{app=r/owner}\n2200|a|x|{=r/owner}",
        .routines = "2200|f|12|\\N|{=X/owner,owner=X/owner}|f|{\"f(integer, text)\",f()}",
        .defaults = "12|0|r|{owner=arwdDxt/owner}\n12|2200|S|{app=U/owner}\n12|0|?|{}",
        .extensions = "pgaudit|1.7|public",
    };
    struct pg_database *d = pg_fixture_database(&f, arena);
    assert_string_equal(d->name, "db");
    assert_int_equal(d->group_count, 4);
    assert_int_equal(d->object_count, 7);
    assert_int_equal(d->groups[0].kind, PG_KIND_TABLE);
    assert_int_equal(d->groups[0].count, 3);
    assert_string_equal(d->groups[0].names[1], "b,c");
    assert_string_equal(d->groups[0].names[2], "d\"e\\");
    assert_int_equal(pg_acl_held(&d->groups[0].acl, 12).mask, pg_kind_all(PG_KIND_TABLE, 150000));
    assert_int_equal(d->groups[1].kind, PG_KIND_SEQUENCE);
    assert_true(d->groups[2].extension);
    /* An empty list is nobody, not the default. */
    assert_int_equal(d->groups[2].acl.count, 0);
    assert_int_equal(d->groups[3].kind, PG_KIND_ROUTINE);
    assert_string_equal(d->groups[3].names[0], "f(integer, text)");
    assert_string_equal(d->columns[0].name, "x");
    assert_string_equal(d->columns[2].table, "b");
    assert_int_equal(d->default_count, 2);
    assert_int_equal(d->defaults[1].kind, PG_KIND_SEQUENCE);
    assert_string_equal(d->extensions[0].version, "1.7");
    assert_true(pg_database_schema(d, "Odd one")->extension);
    assert_ptr_equal(pg_database_schema_by_oid(d, 2200), pg_database_schema(d, "public"));
}

/* Everything is copied: the executor frees the reply. */
static void test_nothing_borrowed(void **state)
{
    (void)state;
    struct arena *reply_arena = arena_new();
    struct err err;
    const struct pg_fixture f = {.relations =
                                     "2200|r|12|{owner=r/owner}|{owner=arwdDxt/owner}|f|{a,b}"};
    struct sql_reply reply = pg_fixture_database_reply(&f, reply_arena);
    struct pg_database *d = pg_database_decode(&reply, arena, &err);
    arena_free(reply_arena);
    assert_non_null(d);
    assert_string_equal(d->groups[0].names[1], "b");
    assert_string_equal(pg_names_by_oid(&d->names, 12)->name, "owner");
    assert_string_equal(d->schemas[0].name, "public");
}

static const struct {
    struct pg_fixture f;
    const char *error;
} bad[] = {
    {{.roles = "x|postgres|t|t|t|t|t|t|t|-1|\\N|\\N|f|f"},
     "catalog row with text where a number should be"},
    {{.roles = "99999999999|postgres|t|t|t|t|t|t|t|-1|\\N|\\N|f|f"},
     "catalog row with an oid out of range"},
    {{.roles = "10|\\N|t|t|t|t|t|t|t|-1|\\N|\\N|f|f"},
     "catalog row with NULL where a name should be"},
    {{.roles = "10|postgres|?|t|t|t|t|t|t|-1|\\N|\\N|f|f"},
     "catalog row with something else than true or false"},
    {{.roles = "10|postgres|t"}, "catalog query 2 gave 3 columns instead of 14"},
    {{.session = ""}, "catalog row with no session"},
    {{.settings = "0|12|{work_mem}"}, "catalog row with a setting without a value"},
    {{.settings = "0|12|work_mem=1"}, "catalog row with something else than an array"},
    {{.databases = "100|db|12|UTF8|C|C|f|t|-1|{ghost=C/owner}|\\N"},
     "an access list names role \"ghost\", which the snapshot does not have: read again"},
};

static void test_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct err err = {0};
        struct sql_reply reply = pg_fixture_cluster_reply(&bad[i].f, arena);
        assert_null(pg_cluster_decode(&reply, arena, &err));
        assert_int_equal(err.kind, ERR_PROTOCOL);
        assert_string_equal(err.text, bad[i].error);
    }
}

static void test_failed_replies(void **state)
{
    (void)state;
    struct err err;
    struct sql_reply reply = pg_fixture_cluster_reply(&(struct pg_fixture){0}, arena);
    reply.count--;
    assert_null(pg_cluster_decode(&reply, arena, &err));
    assert_string_equal(err.text, "5 results for 6 catalog queries");
    memcpy(reply.sqlstate, "57P01", 6);
    assert_null(pg_cluster_decode(&reply, arena, &err));
    assert_int_equal(err.kind, ERR_TRANSIENT);
    assert_string_equal(err.code, "57P01");
}

static void test_counters(void **state)
{
    (void)state;
    struct err err;
    struct pg_counters a = {0};
    struct pg_counters b;
    struct sql_rows rows = pg_fixture_rows("1260|1|2|3\n1261|4|0|0\n0|1700000000|0|0", arena);
    assert_int_equal(pg_counters_decode(&b, &rows, &err), 0);
    assert_int_equal(b.count, 2);
    assert_int_equal(b.items[0].writes, 6);
    assert_int_equal(b.started, 1700000000);
    assert_false(pg_counters_equal(&a, &a));
    assert_false(pg_counters_equal(&a, &b));
    a = b;
    assert_true(pg_counters_equal(&a, &b));
    a.items[1].writes--;
    assert_false(pg_counters_equal(&a, &b));
    /* After a crash everything counts from zero: another start, whatever the numbers. */
    a = b;
    a.started++;
    assert_false(pg_counters_equal(&a, &b));
    rows = pg_fixture_rows("0|1|0|0", arena);
    assert_int_equal(pg_counters_decode(&a, &rows, &err), -1);
    assert_string_equal(err.text, "the change probe gave 1 rows");
}

/* A hundred thousand tables with one list stay small, and parse their list once. */
static void test_many_tables(void **state)
{
    (void)state;
    enum { TABLES = 100000 };
    struct buf names;
    struct err err;
    buf_init(&names, 4 * 1024 * 1024);
    for (int i = 0; i < TABLES; i++) buf_printf(&names, "%ctable_%d", i ? ',' : '{', i);
    buf_char(&names, '}');
    const char *cells[] = {"2200", "r", "12", NULL, "{owner=arwdDxt/owner}", "f", buf_text(&names)};
    struct sql_reply reply = pg_fixture_database_reply(&(struct pg_fixture){0}, arena);
    struct sql_rows results[16];
    memcpy(results, reply.results, reply.count * sizeof(*results));
    results[4] = (struct sql_rows){.rows = 1, .columns = 7, .values = cells};
    reply.results = results;
    struct arena *own = arena_new();
    struct pg_database *d = pg_database_decode(&reply, own, &err);
    assert_non_null(d);
    assert_int_equal(d->object_count, TABLES);
    assert_string_equal(d->groups[0].names[TABLES - 1], "table_99999");
    assert_true(arena_used(own) < 4 * 1024 * 1024);
    arena_free(own);
    buf_done(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cluster),  cmocka_unit_test(test_memberships_before_16),
        cmocka_unit_test(test_database), cmocka_unit_test(test_nothing_borrowed),
        cmocka_unit_test(test_refuses),  cmocka_unit_test(test_failed_replies),
        cmocka_unit_test(test_counters), cmocka_unit_test(test_many_tables),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
