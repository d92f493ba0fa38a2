/* Types of other parents than the server: networks with subnets, private DNS zones with links,
 * locks on anything. Built, healed, and what is not declared in them left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/message_id.h"
#include "support/engine_story.h"

#define NETWORK STORY_GROUP "/providers/Microsoft.Network/virtualNetworks/net"
#define SUBNET NETWORK "/subnets/db"
#define ZONE                                                                                       \
    STORY_GROUP "/providers/Microsoft.Network/privateDnsZones/story.postgres.database.azure.com"
#define LINK ZONE "/virtualNetworkLinks/net"
#define LOCK STORY_GROUP "/providers/Microsoft.Authorization/locks/keep"

static int setup(void **state)
{
    if (story_setup_working(state, virtual_network_patch(), MINUTES(30))) return -1;
    struct stage *s = *state;
    s->goal = virtual_state(s->v);
    return 0;
}

static void assert_back_in_order(struct stage *s, size_t from, size_t writes)
{
    if (!stage_until_in_order(s, MINUTES(15))) {
        stage_show(s);
        fail_msg("not in order again");
    }
    virtual_pass(s->v, MINUTES(5));
    size_t n = virtual_count_class(s->v, VIRTUAL_WRITE, from);
    if (n == writes) return;
    stage_show(s);
    fail_msg("%zu writes instead of %zu", n, writes);
}

static void test_all_of_it_is_built(void **state)
{
    struct stage *s = *state;
    assert_non_null(virtual_resource(s->v, NETWORK));
    assert_string_equal(json_text_at(virtual_resource(s->v, SUBNET), "properties.addressPrefix"),
                        "10.0.2.0/24");
    assert_string_equal(json_text_at(virtual_resource(s->v, LINK), "properties.virtualNetwork.id"),
                        NETWORK);
    assert_string_equal(json_text_at(virtual_resource(s->v, LOCK), "properties.level"),
                        "CanNotDelete");
    virtual_nothing_to_do(s->v);
    virtual_pass(s->v, MINUTES(60));
}

static void test_what_is_gone_is_made_again(void **state)
{
    static const char *const ids[] = {SUBNET, LINK, LOCK};
    struct stage *s = *state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        size_t from = virtual_calls(s->v);
        virtual_remove(s->v, ids[i]);
        assert_back_in_order(s, from, 1);
    }
}

static void test_what_was_changed_is_put_back(void **state)
{
    struct stage *s = *state;
    size_t from = virtual_calls(s->v);
    virtual_meddle(s->v, LINK, json_pack("{s:{s:b}}", "properties", "registrationEnabled", 1));
    assert_back_in_order(s, from, 1);
    from = virtual_calls(s->v);
    virtual_meddle(s->v, LOCK, json_pack("{s:{s:s}}", "properties", "notes", "theirs"));
    assert_back_in_order(s, from, 1);
}

/* Somebody's subnet survives whatever is written to the network. */
static void test_an_undeclared_subnet_is_left_alone(void **state)
{
    struct stage *s = *state;
    static const char theirs[] = NETWORK "/subnets/theirs";
    virtual_meddle(s->v, theirs,
                   json_pack("{s:{s:s}}", "properties", "addressPrefix", "10.0.9.0/24"));
    json_decref(s->goal);
    s->goal = NULL;
    virtual_meddle(s->v, NETWORK,
                   json_pack("{s:{s:{s:[s]}}}", "properties", "addressSpace", "addressPrefixes",
                             "10.0.0.0/8"));
    virtual_pass(s->v, MINUTES(15));
    assert_string_equal(
        json_string_value(json_array_get(
            json_at(virtual_resource(s->v, NETWORK), "properties.addressSpace.addressPrefixes"),
            0)),
        "10.0.0.0/16");
    assert_non_null(virtual_resource(s->v, theirs));
    assert_non_null(virtual_resource(s->v, SUBNET));
    assert_true(stage_said(s, NULL, "theirs"));
}

/* Somebody changes it between our look and our write: the condition holds the write back. */
static void test_a_condition_that_is_not_met(void **state)
{
    struct stage *s = *state;
    size_t from = virtual_calls(s->v);
    virtual_fault_on(s->v, virtual_fault_named("412 PreconditionFailed"), "PUT " LINK, 1);
    virtual_meddle(s->v, LINK, json_pack("{s:{s:b}}", "properties", "registrationEnabled", 1));
    assert_back_in_order(s, from, 2);
}

/* A ReadOnly lock of somebody else stops our writes, and that is said. */
static void test_a_lock_that_stops_us(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER "/providers/Microsoft.Authorization/locks/theirs",
                   json_pack("{s:{s:s}}", "properties", "level", "ReadOnly"));
    virtual_remove(s->v, STORY_RULE);
    virtual_pass(s->v, MINUTES(10));
    assert_null(virtual_resource(s->v, STORY_RULE));
    assert_true(stage_said(s, MESSAGE_DRIFT_BLOCKED, "ScopeLocked"));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, story_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_all_of_it_is_built),           T(test_what_is_gone_is_made_again),
        T(test_what_was_changed_is_put_back), T(test_an_undeclared_subnet_is_left_alone),
        T(test_a_condition_that_is_not_met),  T(test_a_lock_that_stops_us),
    };
    return STORY_RUN(tests);
}
