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
#include "resource/sql/sql_compare.h"

/* Nothing here is about SQL, so nothing of it is linked. */
void sql_compare(const struct target *target, struct seen *seen, struct plan *plan)
{
    (void)target;
    (void)seen;
    (void)plan;
    fail();
}

struct fixture {
    json_t *item;
    json_t *rules;
    struct secret *password;
    struct scope scopes[2];
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
    f->rules = json_array();
    f->scopes[0] = (struct scope){.kind = SCOPE_ROOT, .type = &resource_server, .want = f->item};
    f->scopes[1] =
        (struct scope){.kind = SCOPE_LIST, .type = &resource_firewall_rule, .want = f->rules};
    f->target = (struct target){.type = &resource_server,
                                .name = "srv",
                                .arm_id = "/subscriptions/s/srv",
                                .scopes = f->scopes,
                                .scope_count = 2,
                                .sql_password = f->password};
    seen_init(&f->seen, &f->target);
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
    json_decref(f->rules);
    secret_free(f->password);
    free(f);
    return 0;
}

static void test_password_goes_beside_the_body(void **state)
{
    struct fixture *f = *state;
    f->seen.scopes[0].state = SEEN_ABSENT;
    resource_compare(&f->target, &f->seen, false, f->plan);
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
    f->seen.scopes[0].state = SEEN_ABSENT;
    resource_compare(&f->target, &f->seen, false, f->plan);
    const struct action *a = f->plan->changes[0].action;
    assert_null(a->secret_path);
    assert_null(a->secret);
}

static const struct {
    const char *word;
    enum resource_state state;
} states[] = {
    {"Ready", RESOURCE_SETTLED},       {"Stopped", RESOURCE_STOPPED},
    {"Disabled", RESOURCE_STOPPED},    {"Inaccessible", RESOURCE_STOPPED},
    {"Updating", RESOURCE_MOVING},     {"Starting", RESOURCE_MOVING},
    {"Stopping", RESOURCE_MOVING},     {"Restarting", RESOURCE_MOVING},
    {"Provisioning", RESOURCE_MAKING}, {"Dropping", RESOURCE_MOVING},
    {"READY", RESOURCE_SETTLED},       {"", RESOURCE_MOVING},
    {"Quantum", RESOURCE_MOVING},      {NULL, RESOURCE_MOVING},
};

/* What moves is not compared; what is stopped is, and is said to be stopped. */
static void test_states(void **state)
{
    struct fixture *f = *state;
    struct observation *o = &f->seen.scopes[0];
    for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
        const char *word;
        observation_done(o);
        plan_free(f->plan);
        f->plan = plan_new();
        o->state = SEEN_COMPLETE;
        o->body = json_object();
        if (states[i].word) json_put_at(o->body, "properties.state", json_string(states[i].word));
        assert_int_equal(compare_root_state(&f->target, &f->seen, &word), states[i].state);
        assert_string_equal(word, states[i].word ? states[i].word : "");
        resource_compare(&f->target, &f->seen, false, f->plan);
        bool still = states[i].state == RESOURCE_SETTLED || states[i].state == RESOURCE_STOPPED;
        assert_int_equal(o->compared, still);
        size_t stopped = 0;
        for (size_t k = 0; k < f->plan->count; k++)
            stopped += strcmp(f->plan->changes[k].object, "srv/state") == 0;
        assert_int_equal(stopped, states[i].state == RESOURCE_STOPPED);
    }
}

static void test_exists(void **state)
{
    struct fixture *f = *state;
    for (enum seen_state s = SEEN_NOTHING; s <= SEEN_FAILED; s++) {
        f->seen.scopes[0].state = s;
        assert_int_equal(compare_root_exists(&f->seen), s == SEEN_COMPLETE);
    }
}

static size_t rules_in(const struct plan *plan, bool blocked)
{
    size_t rules = 0;
    for (size_t k = 0; k < plan->count; k++) {
        const struct change *c = &plan->changes[k];
        if (strcmp(c->type, "firewall_rule") != 0) continue;
        rules++;
        assert_int_equal(c->verb, CHANGE_CREATE);
        assert_int_equal(c->blocked != NULL, blocked);
    }
    return rules;
}

/* Which scopes are compared, for every state of the server and of a list on it: below a root that
 * does not exist everything is missing, and comes after it. */
static void test_scopes(void **state)
{
    struct fixture *f = *state;
    json_array_append_new(f->rules,
                          json_pack("{s:s, s:{s:s, s:s}}", "name", "r", "properties",
                                    "startIpAddress", "1.1.1.1", "endIpAddress", "1.1.1.1"));
    for (enum seen_state server = SEEN_NOTHING; server <= SEEN_FAILED; server++) {
        for (enum seen_state list = SEEN_NOTHING; list <= SEEN_FAILED; list++) {
            seen_done(&f->seen);
            seen_init(&f->seen, &f->target);
            plan_free(f->plan);
            f->plan = plan_new();
            f->seen.scopes[0].state = server;
            if (server == SEEN_COMPLETE)
                f->seen.scopes[0].body = json_pack("{s:{s:s}}", "properties", "state", "Ready");
            f->seen.scopes[1].state = list;
            resource_compare(&f->target, &f->seen, false, f->plan);
            bool list_known = server == SEEN_ABSENT || list == SEEN_COMPLETE;
            assert_int_equal(f->seen.scopes[0].compared,
                             server == SEEN_COMPLETE || server == SEEN_ABSENT);
            assert_int_equal(f->seen.scopes[1].compared, list_known);
            assert_int_equal(rules_in(f->plan, server == SEEN_ABSENT), list_known);
        }
    }
}

static void test_registry(void **state)
{
    (void)state;
    for (size_t i = 0; i < resource_count; i++) {
        const struct resource *type = resources[i];
        assert_ptr_equal(resource_find(type->name), type);
        assert_non_null(type->summary);
        assert_non_null(type->key);
        assert_non_null(type->fields);
        /* A type of ARM says where it is and what it looks like; lib/pg compares the others, or
         * they do it themselves. */
        bool arm = type->read != RESOURCE_READ_SQL;
        assert_int_equal(type->arm_type != NULL, arm);
        assert_int_equal(type->api_version != NULL, arm);
        assert_int_equal(type->shape != NULL, arm);
        if (!arm) assert_true(type->compare || type->pg_changes);
        if (type->shape && type->shape->type)
            assert_string_equal(type->shape->type, type->arm_type);
        assert_int_equal(type->read == RESOURCE_READ_LIST, type->parent != NULL);
    }
    assert_null(resource_find("replica"));
    assert_null(resource_find(""));
    assert_null(resource_find(resource_any.name));
}

static void check_id(const struct resource *type, const char *parent, const char *name,
                     const char *expected)
{
    char *id = resource_id(type, parent, name);
    assert_string_equal(id, expected);
    free(id);
}

static void test_ids_follow_the_tree(void **state)
{
    (void)state;
    check_id(&resource_resource_group, "/subscriptions/s", "g",
             "/subscriptions/s/resourceGroups/g");
    check_id(&resource_virtual_network, "/g", "v",
             "/g/providers/Microsoft.Network/virtualNetworks/v");
    check_id(&resource_subnet, "/v", "n", "/v/subnets/n");
    check_id(&resource_subnet, "/v", NULL, "/v/subnets");
    check_id(&resource_management_lock, "/srv", "l",
             "/srv/providers/Microsoft.Authorization/locks/l");
    assert_true(resource_is_below(&resource_management_lock, &resource_server));
    assert_true(resource_is_below(&resource_management_lock, &resource_resource_group));
    assert_false(resource_is_below(&resource_management_lock, &resource_subnet));
    assert_false(resource_is_below(&resource_subnet, &resource_server));
}

/* What may stand below a type has a row in its table, and only there. */
static void test_fields_follow_the_tree(void **state)
{
    (void)state;
    for (size_t i = 0; i < resource_count; i++)
        for (size_t k = 0; k < resource_count; k++) {
            const struct resource *above = resources[i], *below = resources[k];
            if (!below->arm_type || !resource_is_root(above)) continue;
            const struct field *row = field_find(resource_fields(above), below->key);
            assert_int_equal(row != NULL, resource_is_below(below, above));
            if (row) assert_ptr_equal(row->fields, below->fields);
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
        CASE(test_ids_follow_the_tree),
        CASE(test_fields_follow_the_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
