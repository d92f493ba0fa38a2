/* What the golden plans cannot show: secrets and where they go, states of a server, scopes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/json.h"
#include "base/mem.h"

#include "resource/compare.h"
#include "resource/sql_compare.h"

/* Nothing here is about SQL, so nothing of it is linked. */
void sql_compare_cluster(const struct comparison *c)
{
    (void)c;
    fail();
}

bool sql_compare_databases(const struct comparison *c)
{
    (void)c;
    fail();
    return false;
}

struct fixture {
    json_t *item;
    struct secret *password;
    struct target target;
    struct seen seen;
    struct plan *plan;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    f->item =
        json_pack("{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "name", "srv", "location",
                  "koreacentral", "sku", "name", "Standard_B1ms", "tier", "Burstable", "properties",
                  "version", "15", "administratorLoginPassword", "credential:admin");
    f->password = secret_new("hunter2hunter2", 14);
    f->target = (struct target){.kind = TARGET_SERVER,
                                .name = "srv",
                                .arm_id = "/subscriptions/s/srv",
                                .item = f->item,
                                .sql_password = f->password};
    f->plan = plan_new();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    plan_free(f->plan);
    seen_done(&f->seen);
    json_decref(f->item);
    secret_free(f->password);
    free(f);
    return 0;
}

static void test_password_goes_beside_the_body(void **state)
{
    struct fixture *f = *state;
    f->seen.arm[SCOPE_SERVER].state = SEEN_ABSENT;
    resource_compare(&f->target, &f->seen, f->plan);
    assert_int_equal(f->plan->count, 1);
    const struct action *a = f->plan->changes[0].action;
    assert_string_equal(a->secret_path, "properties.administratorLoginPassword");
    assert_ptr_equal(a->secret, f->password);
    assert_null(strstr(a->body, "Password"));
    assert_null(strstr(a->body, "credential"));
    json_t *value = plan_json(f->plan);
    char *line = json_line(value);
    assert_null(strstr(line, "hunter2"));
    assert_null(strstr(line, "credential"));
    free(line);
    json_decref(value);
}

static void test_no_secret_where_none_is_known(void **state)
{
    struct fixture *f = *state;
    f->target.sql_password = NULL;
    f->seen.arm[SCOPE_SERVER].state = SEEN_ABSENT;
    resource_compare(&f->target, &f->seen, f->plan);
    const struct action *a = f->plan->changes[0].action;
    assert_null(a->secret_path);
    assert_null(a->secret);
}

static const struct {
    const char *state;
    bool moving;
} states[] = {
    {"Ready", false},       {"Stopped", false}, {"Disabled", false},  {"Inaccessible", false},
    {"Updating", true},     {"Starting", true}, {"Stopping", true},   {"Restarting", true},
    {"Provisioning", true}, {"Dropping", true}, {"RESTARTING", true}, {"", false},
    {"Quantum", false},     {NULL, false},
};

static void test_states(void **state)
{
    struct fixture *f = *state;
    struct observation *o = &f->seen.arm[SCOPE_SERVER];
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
        observation_done(o);
        o->state = SEEN_COMPLETE;
        o->body = json_object();
        if (states[i].state) json_put_at(o->body, "properties.state", json_string(states[i].state));
        assert_string_equal(compare_server_state(&f->seen), states[i].state ? states[i].state : "");
        assert_int_equal(compare_server_moving(&f->seen), states[i].moving);
        unsigned scopes = resource_compare(&f->target, &f->seen, f->plan);
        assert_int_equal(scopes, states[i].moving ? 0 : 1U << SCOPE_SERVER);
    }
}

static void test_exists(void **state)
{
    struct fixture *f = *state;
    for (enum seen_state s = SEEN_NOTHING; s <= SEEN_FAILED; s++) {
        f->seen.arm[SCOPE_SERVER].state = s;
        assert_int_equal(compare_server_exists(&f->seen), s == SEEN_COMPLETE);
    }
}

/* Which scopes are compared, for every state of the server and of a list on it. */
static void test_scopes(void **state)
{
    struct fixture *f = *state;
    for (enum seen_state server = SEEN_NOTHING; server <= SEEN_FAILED; server++) {
        for (enum seen_state list = SEEN_NOTHING; list <= SEEN_FAILED; list++) {
            f->seen.arm[SCOPE_SERVER].state = server;
            f->seen.arm[SCOPE_FIREWALL_RULES].state = list;
            unsigned scopes = resource_compare(&f->target, &f->seen, f->plan);
            bool server_known = server == SEEN_COMPLETE || server == SEEN_ABSENT;
            bool list_known = list == SEEN_COMPLETE && server != SEEN_ABSENT;
            assert_int_equal(scopes, (unsigned)server_known << SCOPE_SERVER |
                                         (unsigned)list_known << SCOPE_FIREWALL_RULES);
        }
    }
}

static void test_registry(void **state)
{
    (void)state;
    for (size_t i = 0; i < resource_count; i++) {
        assert_ptr_equal(resource_find(resources[i]->name), resources[i]);
        assert_non_null(resources[i]->summary);
        assert_non_null(resources[i]->key);
        assert_non_null(resources[i]->fields);
        assert_true(resources[i]->scope < SCOPE_N);
        /* A type compares by itself, or lib/pg does it, or its owner says it (memberships). */
        assert_true(resources[i]->compare || resources[i]->pg_changes);
    }
    assert_null(resource_find("replica"));
    assert_null(resource_find(""));
}

static void test_scope_words(void **state)
{
    (void)state;
    for (enum scope a = 0; a < SCOPE_N; a++) {
        assert_true(strlen(scope_word(a)) > 0);
        for (enum scope b = 0; b < a; b++) assert_string_not_equal(scope_word(a), scope_word(b));
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_password_goes_beside_the_body),
        CASE(test_no_secret_where_none_is_known),
        CASE(test_states),
        CASE(test_exists),
        CASE(test_scopes),
        CASE(test_registry),
        CASE(test_scope_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
