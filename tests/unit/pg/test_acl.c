/* Access lists: the traps of their text form, and the sets made of them. Texts as PostgreSQL 15 to
 * 18 print them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "pg/acl.h"

static struct arena *arena;
static struct pg_names names;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new();
    pg_names_init(&names, arena, 0);
    pg_names_add(&names, 10, "postgres", false);
    pg_names_add(&names, 11, "a", false);
    pg_names_add(&names, 12, "b", false);
    pg_names_add(&names, 13, "Tr \"q\", x", false);
    pg_names_add(&names, 14, "back\\slash", false);
    pg_names_add(&names, 15, "{br}=/*", false);
    pg_names_add(&names, 16, "777", false);
    pg_names_add(&names, 17, "\xed\x95\x9c\xea\xb8\x80", false);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct {
    const char *text;
    struct pg_acl_item items[3];
    size_t count;
} good[] = {
    {"{}", {{0}}, 0},
    {"{a=r/a}", {{11, 11, PG_SELECT, 0}}, 1},
    {"{=r/a}", {{PG_PUBLIC, 11, PG_SELECT, 0}}, 1},
    {"{a=/a}", {{11, 11, 0, 0}}, 1},
    {"{a=r*w/b,b=arwdDxtm/b}",
     {{11, 12, PG_SELECT | PG_UPDATE, PG_SELECT},
      {12, 12,
       PG_INSERT | PG_SELECT | PG_UPDATE | PG_DELETE | PG_TRUNCATE | PG_REFERENCES | PG_TRIGGER |
           PG_MAINTAIN,
       0}},
     2},
    {"{=Tc/a,a=C*T*c*/a}",
     {{PG_PUBLIC, 11, PG_TEMPORARY | PG_CONNECT, 0},
      {11, 11, PG_CREATE | PG_TEMPORARY | PG_CONNECT, PG_CREATE | PG_TEMPORARY | PG_CONNECT}},
     2},
    {"{\"\\\"Tr \\\"\\\"q\\\"\\\", x\\\"=r*/postgres\"}", {{13, 10, PG_SELECT, PG_SELECT}}, 1},
    {"{\"a=r/\\\"Tr \\\"\\\"q\\\"\\\", x\\\"\"}", {{11, 13, PG_SELECT, 0}}, 1},
    {"{\"\\\"back\\\\slash\\\"=X/a\"}", {{14, 11, PG_EXECUTE, 0}}, 1},
    {"{\"\\\"{br}=/*\\\"=U/a\",=U/a}", {{15, 11, PG_USAGE, 0}, {PG_PUBLIC, 11, PG_USAGE, 0}}, 2},
    {"{a=sA/a}", {{11, 11, PG_SET | PG_ALTER_SYSTEM, 0}}, 1},
    /* A role that is called like an oid, and the oid of a dropped one. */
    {"{777=r/a,778=r/a}", {{16, 11, PG_SELECT, 0}, {778, 11, PG_SELECT, 0}}, 2},
    {"{\xed\x95\x9c\xea\xb8\x80=r/a}", {{17, 11, PG_SELECT, 0}}, 1},
};

static void test_parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
        struct pg_acl acl;
        struct err err;
        if (pg_acl_parse(&acl, good[i].text, &names, arena, &err) < 0) {
            fail_msg("%s: %s", good[i].text, err.text);
        }
        assert_int_equal(acl.count, good[i].count);
        if (acl.count)
            assert_memory_equal(acl.items, good[i].items, acl.count * sizeof(*acl.items));
    }
}

static const struct {
    const char *text;
    const char *error;
} bad[] = {
    {"", "an access list is no array"},
    {"a=r/a", "an access list is no array"},
    {"{a=r/a", "an access list is no array"},
    {"{a}", "malformed access list item"},
    {"{a=r}", "access list item without grantor"},
    {"{a=q/a}", "unknown privilege 'q' in an access list"},
    {"{\"a=r/a}", "malformed access list"},
    {"{\"\\\"a=r/a\"}", "malformed access list item"},
    {"{a=r/\"\"b}", "malformed grantor in an access list"},
    {"{nobody=r/a}",
     "an access list names role \"nobody\", which the snapshot does not have: read again"},
    {"{a=r/nobody}",
     "an access list names role \"nobody\", which the snapshot does not have: read again"},
    {"{99999999999=r/a}",
     "an access list names role \"99999999999\", which the snapshot does not have: read again"},
};

static void test_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        struct pg_acl acl = {.count = 42};
        struct err err = {0};
        assert_int_equal(pg_acl_parse(&acl, bad[i].text, &names, arena, &err), -1);
        assert_int_equal(err.kind, ERR_PROTOCOL);
        assert_string_equal(err.text, bad[i].error);
        assert_int_equal(acl.count, 42);
    }
}

static struct pg_acl parse(const char *text)
{
    struct pg_acl acl;
    struct err err;
    if (pg_acl_parse(&acl, text, &names, arena, &err) < 0) fail_msg("%s", err.text);
    return acl;
}

static void test_held_over_all_grantors(void **state)
{
    (void)state;
    struct pg_acl acl = parse("{a=arw/a,b=r/a,b=w*/postgres,=d/a}");
    assert_int_equal(pg_acl_held(&acl, 12).mask, PG_SELECT | PG_UPDATE);
    assert_int_equal(pg_acl_held(&acl, 12).option, PG_UPDATE);
    assert_int_equal(pg_acl_held(&acl, PG_PUBLIC).mask, PG_DELETE);
    assert_int_equal(pg_acl_held(&acl, 13).mask, 0);
    assert_int_equal(pg_acl_foreign(&acl, 11), PG_UPDATE);
}

/* Measured on PostgreSQL 15: old owner becomes new as grantee and grantor, equal pairs merge. */
static void test_new_owner_merges(void **state)
{
    (void)state;
    struct pg_acl acl = parse("{a=arw/a,b=r/a,postgres=w/b}");
    struct pg_acl moved = pg_acl_new_owner(&acl, 11, 12, arena);
    assert_int_equal(moved.count, 2);
    assert_int_equal(moved.items[0].grantee, 12);
    assert_int_equal(moved.items[0].grantor, 12);
    assert_int_equal(moved.items[0].mask, PG_INSERT | PG_SELECT | PG_UPDATE);
    assert_int_equal(moved.items[1].grantee, 10);
    assert_int_equal(moved.items[1].grantor, 12);
}

static void test_kinds(void **state)
{
    (void)state;
    assert_int_equal(pg_kind_all(PG_KIND_TABLE, 160000) & PG_MAINTAIN, 0);
    assert_int_equal(pg_kind_all(PG_KIND_TABLE, 170000) & PG_MAINTAIN, PG_MAINTAIN);
    assert_int_equal(pg_kind_public(PG_KIND_DATABASE), PG_CONNECT | PG_TEMPORARY);
    assert_int_equal(pg_kind_public(PG_KIND_ROUTINE), PG_EXECUTE);
    assert_int_equal(pg_kind_public(PG_KIND_TABLE), 0);
    assert_string_equal(pg_kind_word(PG_KIND_SEQUENCE, true), "sequences");
    assert_string_equal(pg_kind_sql(PG_KIND_ROUTINE, false), "ROUTINE");
}

static void test_words(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 200);
    pg_privilege_words(&b, PG_DELETE | PG_SELECT | PG_TEMPORARY, NULL);
    assert_string_equal(buf_text(&b), "SELECT, DELETE, TEMPORARY");
    buf_reset(&b);
    pg_privilege_words(&b, PG_SELECT | PG_UPDATE, " (a)");
    assert_string_equal(buf_text(&b), "SELECT (a), UPDATE (a)");
    buf_done(&b);
    assert_int_equal(pg_privilege_parse("temp"), PG_TEMPORARY);
    assert_int_equal(pg_privilege_parse("Alter System"), PG_ALTER_SYSTEM);
    assert_int_equal(pg_privilege_parse("ALL PRIVILEGES"), PG_ALL);
    assert_int_equal(pg_privilege_parse("SELEC"), 0);
}

static void test_many_names(void **state)
{
    (void)state;
    struct pg_names many;
    pg_names_init(&many, arena, 1);
    for (uint32_t i = 1; i <= 3000; i++) {
        pg_names_add(&many, i * 7, arena_printf(arena, "role %u", i), i % 2 == 0);
    }
    for (uint32_t i = 1; i <= 3000; i++) {
        const char *name = arena_printf(arena, "role %u and more", i);
        const struct pg_name *found = pg_names_find(&many, name, strlen(name) - 9);
        assert_non_null(found);
        assert_int_equal(found->oid, i * 7);
        assert_ptr_equal(pg_names_by_oid(&many, i * 7), found);
    }
    assert_null(pg_names_find(&many, "role", 4));
    assert_null(pg_names_find(&many, "role 30001", 10));
    assert_null(pg_names_by_oid(&many, 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parses),
        cmocka_unit_test(test_refuses),
        cmocka_unit_test(test_held_over_all_grantors),
        cmocka_unit_test(test_new_owner_merges),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_many_names),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
