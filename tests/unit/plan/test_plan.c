/* The list of changes itself: its order, its digest, its counts and its two renderings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "plan/plan.h"

static const struct {
    const char *type, *target, *object, *part;
    enum change_verb verb;
    unsigned stage;
} in_order[] = {
    {"zebra", "t", "o", NULL, CHANGE_UPDATE, 0}, /* the stage comes first */
    {"firewall_rule", "t", "b", NULL, CHANGE_UPDATE, 20},
    {"firewall_rule", "u", "a", NULL, CHANGE_CREATE, 20},
    {"privilege", "t", "a", NULL, CHANGE_UPDATE, 20},
    {"privilege", "t", "a", "grant", CHANGE_UPDATE, 20},
    {"privilege", "t", "a", "revoke", CHANGE_CREATE, 20},
    {"privilege", "t", "a", "revoke", CHANGE_UPDATE, 20},
    {"configuration", "t", "a", NULL, CHANGE_DELETE, 20}, /* deletions last in their stage */
    {"configuration", "t", "a", NULL, CHANGE_UPDATE, 30},
};
enum { ORDERED = sizeof(in_order) / sizeof(*in_order) };

static void add_row(struct plan *p, size_t i)
{
    struct change *c = plan_add(p, in_order[i].type, in_order[i].target, in_order[i].object);
    c->part = in_order[i].part;
    c->verb = in_order[i].verb;
    c->stage = in_order[i].stage;
}

/* A permutation of the rows that 'seed' stands for. */
static void shuffle(size_t places[ORDERED], uint32_t seed)
{
    for (size_t i = 0; i < ORDERED; i++) {
        seed = seed * 1664525U + 1013904223U;
        size_t k = (seed >> 8) % (i + 1);
        places[i] = places[k];
        places[k] = i;
    }
}

static void test_order(void **state)
{
    (void)state;
    for (uint32_t seed = 0; seed < 50; seed++) {
        size_t places[ORDERED] = {0};
        struct plan *p = plan_new();
        shuffle(places, seed);
        for (size_t i = 0; i < ORDERED; i++) add_row(p, places[i]);
        plan_sort(p);
        for (size_t i = 0; i < ORDERED; i++) {
            const struct change *c = &p->changes[i];
            assert_string_equal(c->type, in_order[i].type);
            assert_string_equal(c->target, in_order[i].target);
            assert_int_equal(c->verb, in_order[i].verb);
            assert_int_equal(c->stage, in_order[i].stage);
            assert_true(c->part == in_order[i].part);
        }
        plan_free(p);
    }
}

static void test_empty(void **state)
{
    (void)state;
    struct plan *p = plan_new();
    struct buf b;
    buf_init(&b, 1000);
    plan_sort(p);
    plan_text(p, true, &b);
    assert_string_equal(buf_text(&b), "In sync: nothing differs from the document.\n");
    json_t *value = plan_json(p);
    assert_true(json_bool_at(value, "inSync", false));
    assert_int_equal(json_array_size(json_object_get(value, "changes")), 0);
    json_decref(value);
    buf_done(&b);
    plan_free(p);
    plan_free(NULL);
}

/* --- the digest ------------------------------------------------------------------------------ */

/* A plan of one change with one delta; each argument may be left as it is or differ. */
static void digest_of(const char *const text[7], enum change_verb verb, char out[65])
{
    struct plan *p = plan_new();
    struct change *c = plan_add(p, text[0], text[1], text[2]);
    c->part = text[3];
    c->verb = verb;
    plan_delta(p, text[4], text[5], text[6]);
    plan_digest(p, out);
    plan_free(p);
}

static void test_digest_names_what_would_change(void **state)
{
    (void)state;
    const char *const same[7] = {"server", "t", "o", NULL, "path", "from", "to"};
    char first[65], other[65];
    digest_of(same, CHANGE_UPDATE, first);
    assert_int_equal(strlen(first), 64);
    assert_int_equal(strspn(first, "0123456789abcdef"), 64);
    digest_of(same, CHANGE_UPDATE, other);
    assert_string_equal(first, other);
    for (size_t i = 0; i < 7; i++) {
        const char *differs[7];
        memcpy(differs, same, sizeof(same));
        differs[i] = "another";
        digest_of(differs, CHANGE_UPDATE, other);
        assert_string_not_equal(first, other);
    }
    digest_of(same, CHANGE_CREATE, other);
    assert_string_not_equal(first, other);
}

/* Nothing and an empty text are two things, and texts do not run into each other. */
static void test_digest_keeps_texts_apart(void **state)
{
    (void)state;
    const char *const pairs[][2][7] = {
        {{"a", "t", "o", NULL, "p", NULL, "x"}, {"a", "t", "o", NULL, "p", "", "x"}},
        {{"a", "t", "o", NULL, "p", "x", NULL}, {"a", "t", "o", NULL, "p", NULL, "x"}},
        {{"a", "bc", "o", NULL, "p", NULL, "x"}, {"ab", "c", "o", NULL, "p", NULL, "x"}},
        {{"a", "t", "o", NULL, "p", NULL, "x"}, {"a", "t", "o", "", "p", NULL, "x"}},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
        char one[65], two[65];
        digest_of(pairs[i][0], CHANGE_UPDATE, one);
        digest_of(pairs[i][1], CHANGE_UPDATE, two);
        assert_string_not_equal(one, two);
    }
}

static void test_digest_is_not_of_verdicts(void **state)
{
    (void)state;
    char before[65], after[65];
    struct plan *p = plan_new();
    add_row(p, 0);
    plan_digest(p, before);
    p->changes[0].verdict = CHANGE_NEVER;
    p->changes[0].reason = "policy";
    plan_digest(p, after);
    assert_string_equal(before, after);
    add_row(p, 1);
    plan_digest(p, after);
    assert_string_not_equal(before, after);
    plan_free(p);
}

/* --- growth and copies ----------------------------------------------------------------------- */

static void test_many_deltas(void **state)
{
    (void)state;
    enum { MANY = 100 };
    struct plan *p = plan_new();
    plan_add(p, "server", "t", "o");
    for (int i = 0; i < MANY; i++) {
        char path[20];
        snprintf(path, sizeof(path), "p%d", i); /* copied: 'path' is used again */
        plan_delta(p, path, NULL, "x");
    }
    assert_int_equal(p->changes[0].delta_count, MANY);
    for (int i = 0; i < MANY; i++) {
        char path[20];
        snprintf(path, sizeof(path), "p%d", i);
        assert_string_equal(p->changes[0].deltas[i].path, path);
    }
    plan_free(p);
}

static void test_append_copies(void **state)
{
    (void)state;
    struct plan *p = plan_new(), *other = plan_new();
    char before[65], after[65];
    for (size_t i = 0; i < ORDERED; i++) {
        add_row(other, i);
        plan_delta(other, "a", NULL, "b");
        plan_delta(other, "c", "d", NULL);
    }
    other->changes[1].verdict = CHANGE_WAIT;
    other->changes[1].reason = "later";
    other->changes[1].widening = true;
    other->changes[1].action = other;
    plan_digest(other, before);
    plan_append(p, other);
    plan_free(other);
    plan_digest(p, after);
    assert_string_equal(before, after);
    assert_int_equal(p->changes[1].verdict, CHANGE_WAIT);
    assert_string_equal(p->changes[1].reason, "later");
    assert_true(p->changes[1].widening);
    assert_null(p->changes[1].action);
    plan_free(p);
}

/* --- renderings ------------------------------------------------------------------------------ */

/* One change of every verb and verdict, with odd bytes in names and values. */
static struct plan *mixed(void)
{
    struct plan *p = plan_new();
    struct change *c = plan_add(p, "role", "srv", "role a\nb");
    c->verb = CHANGE_CREATE;
    c->class = CHANGE_CREATE_CLASS;
    plan_delta(p, "login", NULL, "true");
    c = plan_add(p, "privilege", "srv", "privileges of \xFFx");
    c->verb = CHANGE_UPDATE;
    c->part = "revoke";
    c->widening = true;
    plan_delta(p, "SELECT on \xEC\x84\x9C", "granted", NULL);
    c = plan_add(p, "firewall_rule", "srv", "r");
    c->verb = CHANGE_DELETE;
    c->class = CHANGE_DESTRUCTIVE_CLASS;
    c->verdict = CHANGE_NEVER;
    c->reason = "policy \033[1m";
    plan_delta(p, "x", "", NULL);
    c = plan_add(p, "configuration", "srv", "max_connections");
    c->verb = CHANGE_REPORT;
    c->class = CHANGE_RESTART_CLASS;
    c->verdict = CHANGE_WAIT;
    c->reason = "restart";
    plan_delta(p, "y", "1", "2");
    c = plan_add(p, "server", "srv", "srv");
    c->verb = CHANGE_REPORT;
    c->verdict = CHANGE_UNACHIEVABLE;
    c->reason = "create-only";
    plan_delta(p, "z", "\xC2\x9B", "\x7F");
    return p;
}

static void test_text(void **state)
{
    (void)state;
    struct plan *p = mixed();
    struct buf b;
    buf_init(&b, 10000);
    plan_text(p, false, &b);
    char digest[65];
    plan_digest(p, digest);
    char last[80];
    snprintf(last, sizeof(last), "Plan %s\n", digest);
    const char *expected = "+ role role a\\x0ab  on srv, create\n"
                           "    login: true\n"
                           "~ privilege privileges of \\xffx  on srv, online, widening\n"
                           "    SELECT on \xEC\x84\x9C: granted -> (none)\n"
                           "- firewall_rule r  on srv, destructive  [never: policy \\x1b[1m]\n"
                           "    x: \"\" -> (none)\n"
                           "! configuration max_connections  on srv, restart  [wait: restart]\n"
                           "    y: 1 -> 2\n"
                           "! server srv  on srv, online  [unachievable: create-only]\n"
                           "    z: \\x9b -> \\x7f\n"
                           "4 drifted: 2 to correct, 0 waiting, 1 never, 1 unachievable; "
                           "1 owing a restart.\n";
    assert_memory_equal(buf_text(&b), expected, strlen(expected));
    assert_string_equal(buf_text(&b) + strlen(expected), last);
    buf_done(&b);
    plan_free(p);
}

/* Colours are laid around the words and change none of them. */
static void test_colours(void **state)
{
    (void)state;
    struct plan *p = mixed();
    struct buf plain, coloured, stripped;
    buf_init(&plain, 10000);
    buf_init(&coloured, 10000);
    buf_init(&stripped, 10000);
    plan_text(p, false, &plain);
    plan_text(p, true, &coloured);
    for (const char *at = buf_text(&coloured); *at; at++) {
        if (*at == '\033')
            at = strchr(at, 'm');
        else
            buf_char(&stripped, *at);
    }
    assert_null(strchr(buf_text(&plain), '\033'));
    assert_non_null(strstr(buf_text(&coloured), "\033[32m+ role"));
    assert_non_null(strstr(buf_text(&coloured), "\033[31m- firewall_rule"));
    assert_string_equal(buf_text(&plain), buf_text(&stripped));
    buf_done(&plain);
    buf_done(&coloured);
    buf_done(&stripped);
    plan_free(p);
}

static void test_json(void **state)
{
    (void)state;
    struct plan *p = mixed();
    char digest[65];
    plan_digest(p, digest);
    json_t *value = plan_json(p);
    assert_non_null(value);
    assert_string_equal(json_text_at(value, "digest"), digest);
    assert_false(json_bool_at(value, "inSync", true));
    assert_int_equal(json_int_at(value, "counts.drifted", -1), 4);
    assert_int_equal(json_int_at(value, "counts.go", -1), 2);
    assert_int_equal(json_int_at(value, "counts.waiting", -1), 0);
    assert_int_equal(json_int_at(value, "counts.debt", -1), 1);
    assert_int_equal(json_int_at(value, "counts.never", -1), 1);
    assert_int_equal(json_int_at(value, "counts.unachievable", -1), 1);
    const json_t *changes = json_object_get(value, "changes");
    assert_int_equal(json_array_size(changes), 5);
    const json_t *c = json_array_get(changes, 0);
    assert_string_equal(json_text_at(c, "object"), "role a\nb"); /* JSON escapes for itself */
    assert_true(json_is_null(json_object_get(c, "part")));
    assert_true(json_is_null(json_object_get(c, "reason")));
    c = json_array_get(changes, 1);
    assert_string_equal(json_text_at(c, "object"), "privileges of \\xffx"); /* no UTF-8 */
    assert_string_equal(json_text_at(c, "part"), "revoke");
    assert_true(json_bool_at(c, "widening", false));
    const json_t *d = json_array_get(json_object_get(c, "deltas"), 0);
    assert_string_equal(json_text_at(d, "from"), "granted");
    assert_true(json_is_null(json_object_get(d, "to")));
    assert_string_equal(json_text_at(json_array_get(changes, 2), "verdict"), "never");
    json_decref(value);
    plan_free(p);
}

/* Restart debt alone is no drift, and yet not in order. */
static void test_debt(void **state)
{
    (void)state;
    struct plan *p = plan_new();
    struct change *c = plan_add(p, "configuration", "t", "max_connections");
    c->verb = CHANGE_REPORT;
    c->class = CHANGE_RESTART_CLASS;
    c->verdict = CHANGE_WAIT;
    assert_true(change_is_debt(c));
    assert_int_equal(plan_count(p).drifted, 0);
    assert_int_equal(plan_count(p).waiting, 0);
    assert_int_equal(plan_count(p).debt, 1);
    json_t *value = plan_json(p);
    assert_false(json_bool_at(value, "inSync", true));
    json_decref(value);
    c->verb = CHANGE_UPDATE;
    assert_false(change_is_debt(c));
    assert_int_equal(plan_count(p).drifted, 1);
    assert_int_equal(plan_count(p).waiting, 1);
    assert_int_equal(plan_count(p).debt, 0);
    plan_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_digest_names_what_would_change),
        cmocka_unit_test(test_digest_keeps_texts_apart),
        cmocka_unit_test(test_digest_is_not_of_verdicts),
        cmocka_unit_test(test_many_deltas),
        cmocka_unit_test(test_append_copies),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_debt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
