/* The virtual Azure itself, through the flows of lib/azure: what it keeps, how long it takes, which
 * faults it has, and that the watch sees what must not happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/virtual_azure.h"

#define RULES VIRTUAL_SERVER "/firewallRules"
#define RULE RULES "/office"
#define RULE_BODY "{\"properties\":{\"startIpAddress\":\"10.0.0.1\",\"endIpAddress\":\"10.0.0.1\"}}"

static int setup(void **state)
{
    static struct virtual_azure a;
    virtual_azure_init(&a, 1);
    *state = &a;
    return 0;
}

static int teardown(void **state)
{
    virtual_azure_done(*state);
    return 0;
}

static void assert_quiet(struct virtual_azure *a)
{
    assert_string_equal(virtual_complaints(a->v), "");
}

static void assert_complains(struct virtual_azure *a, const char *about)
{
    if (!strstr(virtual_complaints(a->v), about))
        fail_msg("not \"%s\" but:\n%s", about, virtual_complaints(a->v));
}

/* --- what it keeps -----------------------------------------------------------------------------
 */

static void test_a_server_takes_minutes_and_stands(void **state)
{
    struct virtual_azure *a = *state;
    msec before = virtual_now(a->v);
    virtual_azure_build(a);
    assert_int_equal(a->err.kind, ERR_NONE);
    assert_true(virtual_now(a->v) - before >= SECONDS(270));
    enum arm_presence presence;
    json_t *server = virtual_azure_get(a, VIRTUAL_SERVER, &presence);
    assert_int_equal(presence, ARM_PRESENT);
    assert_string_equal(json_text_at(server, "properties.state"), "Ready");
    assert_string_equal(json_text_at(server, "sku.name"), "Standard_D4s_v3");
    assert_null(json_at(server, "properties.administratorLoginPassword"));
    json_decref(server);
    json_t *parameters = virtual_azure_list(a, VIRTUAL_SERVER "/configurations");
    assert_true(json_array_size(parameters) > 10);
    json_decref(parameters);
    assert_non_null(virtual_postgres(a->v, "db1"));
    assert_quiet(a);
}

static void test_absences_name_what_is_absent(void **state)
{
    struct virtual_azure *a = *state;
    enum arm_presence presence;
    assert_null(virtual_azure_get(a, VIRTUAL_SERVER, &presence));
    assert_int_equal(presence, ARM_GROUP_ABSENT);
    virtual_meddle(a->v, VIRTUAL_GROUP, json_pack("{s:s}", "location", "koreacentral"));
    assert_null(virtual_azure_get(a, VIRTUAL_SERVER, &presence));
    assert_int_equal(presence, ARM_ABSENT);
    assert_null(virtual_azure_list(a, RULES));
    assert_int_equal(a->err.kind, ERR_NOT_FOUND);
}

static void test_lists_come_in_pages(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    json_t *whole = virtual_azure_list(a, VIRTUAL_SERVER "/configurations");
    virtual_page_size(a->v, 3);
    size_t calls = virtual_calls(a->v);
    json_t *paged = virtual_azure_list(a, VIRTUAL_SERVER "/configurations");
    assert_true(virtual_calls(a->v) - calls > 3);
    assert_true(json_equal(whole, paged));
    json_decref(whole);
    json_decref(paged);
}

static void test_a_busy_server_takes_no_second_write(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_pass(a->v, SECONDS(5));
    json_decref(virtual_azure_list(a, RULES));
    virtual_occupy(a->v, VIRTUAL_SERVER, MINUTES(3));
    json_t *server = virtual_azure_get(a, VIRTUAL_SERVER, NULL);
    assert_string_equal(json_text_at(server, "properties.state"), "Updating");
    json_decref(server);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_int_equal(a->err.kind, ERR_BUSY);
    assert_null(virtual_resource(a->v, RULE));
    virtual_pass(a->v, MINUTES(4));
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_int_equal(a->err.kind, ERR_NONE);
    assert_non_null(virtual_resource(a->v, RULE));
    assert_quiet(a);
}

static void test_a_lock_holds_below_it(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_meddle(a->v, VIRTUAL_GROUP "/providers/Microsoft.Authorization/locks/keep",
                   json_pack("{s:{s:s}}", "properties", "level", "ReadOnly"));
    json_decref(virtual_azure_list(a, RULES));
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_int_equal(a->err.kind, ERR_DENIED);
    assert_string_equal(a->err.code, "ScopeLocked");
}

static void test_a_static_parameter_waits_for_a_restart(void **state)
{
    struct virtual_azure *a = *state;
    static const char id[] = VIRTUAL_SERVER "/configurations/max_connections";
    virtual_azure_build(a);
    virtual_pass(a->v, SECONDS(5));
    json_decref(virtual_azure_list(a, VIRTUAL_SERVER "/configurations"));
    json_decref(virtual_azure_write(a, "PATCH", id, "{\"properties\":{\"value\":\"115\"}}"));
    const json_t *parameter = virtual_resource(a->v, id);
    assert_string_equal(json_text_at(parameter, "properties.value"), "115");
    assert_true(json_bool_at(parameter, "properties.isConfigPendingRestart", false));
    assert_quiet(a);
}

static void test_a_network_keeps_what_its_put_says(void **state)
{
    struct virtual_azure *a = *state;
    static const char id[] = VIRTUAL_GROUP "/providers/Microsoft.Network/virtualNetworks/net";
    virtual_meddle(a->v, VIRTUAL_GROUP, json_pack("{s:s}", "location", "koreacentral"));
    json_decref(virtual_azure_get(a, id, NULL));
    json_t *made = virtual_azure_write(
        a, "PUT", id,
        "{\"location\":\"koreacentral\",\"properties\":{\"addressSpace\":{\"addressPrefixes\":"
        "[\"10.0.0.0/16\"]},\"subnets\":[{\"name\":\"a\",\"properties\":{\"addressPrefix\":"
        "\"10.0.1.0/24\"}}]}}");
    assert_string_equal(json_text_at(json_array_get(json_at(made, "properties.subnets"), 0), "id"),
                        "/subscriptions/" VIRTUAL_SUBSCRIPTION
                        "/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/net/"
                        "subnets/a");
    assert_non_null(json_text_at(made, "etag"));
    json_decref(made);
    json_decref(virtual_azure_get(a, id, NULL));
    json_decref(
        virtual_azure_write(a, "PUT", id, "{\"location\":\"koreacentral\",\"properties\":{}}"));
    assert_int_equal(json_array_size(json_at(virtual_resource(a->v, id), "properties.subnets")), 0);
    assert_quiet(a);
}

/* --- time --------------------------------------------------------------------------------------
 */

static void test_reads_lag_behind(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_lag(a->v, SECONDS(30));
    virtual_meddle(a->v, RULE,
                   json_pack("{s:{s:s, s:s}}", "properties", "startIpAddress", "10.0.0.1",
                             "endIpAddress", "10.0.0.1"));
    json_t *rules = virtual_azure_list(a, RULES);
    assert_int_equal(json_array_size(rules), 0);
    json_decref(rules);
    virtual_pass(a->v, SECONDS(30));
    rules = virtual_azure_list(a, RULES);
    assert_int_equal(json_array_size(rules), 1);
    json_decref(rules);
}

static void test_the_same_seed_tells_the_same_story(void **state)
{
    (void)state;
    char *stories[2];
    for (size_t i = 0; i < 2; i++) {
        struct virtual_azure a;
        virtual_azure_init(&a, 7);
        virtual_azure_build(&a);
        stories[i] = virtual_story(a.v);
        virtual_azure_done(&a);
    }
    assert_string_equal(stories[0], stories[1]);
    free(stories[0]);
    free(stories[1]);
}

/* --- faults ------------------------------------------------------------------------------------
 */

static void test_a_fault_meets_the_call_it_is_meant_for(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_fault_on(a->v, virtual_fault_named("another id"), "GET " VIRTUAL_SERVER, 1);
    json_t *server = virtual_azure_get(a, VIRTUAL_SERVER, NULL);
    assert_int_equal(virtual_fault_met(a->v), 1);
    if (server) assert_string_not_equal(json_text_at(server, "id"), VIRTUAL_SERVER);
    json_decref(server);
    server = virtual_azure_get(a, VIRTUAL_SERVER, NULL);
    assert_string_equal(json_text_at(server, "id"), VIRTUAL_SERVER);
    json_decref(server);
}

static void test_reset_after_has_been_carried_out(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_pass(a->v, SECONDS(5));
    json_decref(virtual_azure_list(a, RULES));
    virtual_fault_on(a->v, virtual_fault_named("reset after"), "PUT " RULES, 1);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_int_equal(a->err.kind, ERR_TRANSIENT);
    virtual_pass(a->v, MINUTES(1));
    assert_non_null(virtual_resource(a->v, RULE));
}

static void test_reset_before_has_not(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    json_decref(virtual_azure_list(a, RULES));
    virtual_fault_on(a->v, virtual_fault_named("reset before"), "PUT " RULES, 1);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_int_equal(a->err.kind, ERR_TRANSIENT);
    virtual_pass(a->v, MINUTES(1));
    assert_null(virtual_resource(a->v, RULE));
}

static void test_a_cancelled_operation_changes_nothing(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_pass(a->v, SECONDS(5));
    json_decref(virtual_azure_list(a, RULES));
    virtual_fault_on(a->v, virtual_fault_named("Canceled"), "PUT " RULES, 1);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_int_not_equal(a->err.kind, ERR_NONE);
    assert_null(virtual_resource(a->v, RULE));
}

static void test_a_lost_operation_ends_all_the_same(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_pass(a->v, SECONDS(5));
    json_decref(virtual_azure_list(a, RULES));
    virtual_fault_on(a->v, virtual_fault_named("monitor 404"), "PUT " RULES, 1);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_non_null(virtual_resource(a->v, RULE));
}

/* Every row can happen, and says something else than the truth, or nothing. */
static void test_every_fault_can_happen(void **state)
{
    (void)state;
    for (size_t i = 0; i < virtual_fault_count; i++) {
        const struct virtual_fault *f = &virtual_faults[i];
        struct virtual_azure a;
        if (!(f->classes & (VIRTUAL_READS | VIRTUAL_WRITE))) continue;
        virtual_azure_init(&a, 1);
        virtual_azure_build(&a);
        virtual_pass(a.v, SECONDS(5));
        virtual_meddle(a.v, VIRTUAL_SERVER, json_pack("{s:{s:s}}", "tags", "a", "b"));
        virtual_fault_on(a.v, f, "", 1);
        json_decref(virtual_azure_get(&a, VIRTUAL_SERVER, NULL));
        json_decref(virtual_azure_list(&a, VIRTUAL_SERVER "/configurations"));
        json_decref(virtual_azure_list(&a, RULES));
        json_decref(virtual_azure_write(&a, "PUT", RULE, RULE_BODY));
        if (virtual_fault_met(a.v) != 1) fail_msg("%s did not happen", f->word);
        virtual_azure_done(&a);
    }
}

/* --- the watch ---------------------------------------------------------------------------------
 */

static void test_the_watch_sees_a_write_without_a_look(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_complains(a, "a write without a look");
}

static void test_the_watch_sees_a_write_after_a_broken_look(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    json_decref(virtual_azure_list(a, RULES));
    virtual_fault_on(a->v, virtual_fault_named("{}"), "GET " RULES, 1);
    json_decref(virtual_azure_list(a, RULES));
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_complains(a, "a write after a look that may not be believed");
}

static void test_the_watch_sees_a_write_that_changes_nothing(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_pass(a->v, SECONDS(5));
    json_decref(virtual_azure_list(a, RULES));
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    virtual_pass(a->v, SECONDS(5));
    assert_quiet(a);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_complains(a, "a write that changes nothing");
}

static void test_the_watch_sees_a_second_creation(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    virtual_pass(a->v, SECONDS(5));
    json_decref(virtual_azure_write(a, "PUT", VIRTUAL_SERVER,
                                    "{\"location\":\"koreacentral\",\"tags\":{\"a\":\"b\"}}"));
    assert_complains(a, "a PUT over what is alive");
}

static void test_the_watch_sees_a_write_when_there_is_nothing_to_do(void **state)
{
    struct virtual_azure *a = *state;
    virtual_azure_build(a);
    json_decref(virtual_azure_list(a, RULES));
    virtual_nothing_to_do(a->v);
    json_decref(virtual_azure_write(a, "PUT", RULE, RULE_BODY));
    assert_complains(a, "nothing to do");
}

/* --- whole states ------------------------------------------------------------------------------
 */

static void test_a_state_can_be_begun_with(void **state)
{
    struct virtual_azure *a = *state;
    struct virtual_azure b;
    virtual_azure_build(a);
    json_t *saved = virtual_save(a->v);
    virtual_azure_init(&b, 9);
    virtual_load(b.v, saved);
    json_t *one = virtual_state(a->v), *other = virtual_state(b.v);
    assert_true(json_equal(one, other));
    virtual_meddle(b.v, VIRTUAL_SERVER, json_pack("{s:{s:s}}", "tags", "a", "b"));
    json_t *third = virtual_state(b.v);
    assert_false(json_equal(one, third));
    virtual_azure_done(&b);
    json_decref(saved);
    json_decref(one);
    json_decref(other);
    json_decref(third);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_server_takes_minutes_and_stands),
        T(test_absences_name_what_is_absent),
        T(test_lists_come_in_pages),
        T(test_a_busy_server_takes_no_second_write),
        T(test_a_lock_holds_below_it),
        T(test_a_static_parameter_waits_for_a_restart),
        T(test_a_network_keeps_what_its_put_says),
        T(test_reads_lag_behind),
        cmocka_unit_test(test_the_same_seed_tells_the_same_story),
        T(test_a_fault_meets_the_call_it_is_meant_for),
        T(test_reset_after_has_been_carried_out),
        T(test_reset_before_has_not),
        T(test_a_cancelled_operation_changes_nothing),
        T(test_a_lost_operation_ends_all_the_same),
        cmocka_unit_test(test_every_fault_can_happen),
        T(test_the_watch_sees_a_write_without_a_look),
        T(test_the_watch_sees_a_write_after_a_broken_look),
        T(test_the_watch_sees_a_write_that_changes_nothing),
        T(test_the_watch_sees_a_second_creation),
        T(test_the_watch_sees_a_write_when_there_is_nothing_to_do),
        T(test_a_state_can_be_begun_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
