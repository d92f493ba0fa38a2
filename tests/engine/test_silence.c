/* Nothing is left unsaid: what differs in a new way is a new record, what nobody declared is
 * visible, debts and refusals are told. Each case is one that was seen to be silent, or a sibling.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/message_id.h"
#include "support/virtual_stage.h"

#define PARAMETER STORY_SERVER "/configurations/"

static int setup(void **state)
{
    static struct stage s;
    stage_init(&s, 1, NULL);
    stage_load(&s, stage_built());
    *state = &s;
    return 0;
}

static int teardown(void **state)
{
    stage_done(*state);
    return 0;
}

/* Works, with 'patch' (stolen) over the usual document, until everything was looked at. */
static void begin(struct stage *s, json_t *patch)
{
    stage_begin(s, ENGINE_DAEMON, patch);
    virtual_pass(s->v, MINUTES(5));
    records_forget(&s->records);
}

static json_t *observing(void)
{
    return json_pack("{s:{s:s}}", "policy", "mode", "observe");
}

static void assert_said(struct stage *s, const char *message, const char *part)
{
    if (stage_said(s, message, part)) return;
    stage_show(s);
    fail_msg("not said: %s", part ? part : message);
}

static void meddle(struct stage *s, json_t *patch)
{
    virtual_meddle(s->v, STORY_SERVER, patch);
    virtual_pass(s->v, MINUTES(5));
}

/* --- more of the same item ---------------------------------------------------------------------
 */

/* Scaling waits for permission; then passwords are switched off. */
static void test_a_second_difference_while_one_waits(void **state)
{
    struct stage *s = *state;
    begin(s, json_pack("{s:{s:{s:{s:s}}}}", "servers", "properties", "authConfig", "passwordAuth",
                       "Enabled"));
    meddle(s, json_pack("{s:{s:s}}", "sku", "name", "Standard_D2s_v3"));
    assert_said(s, NULL, "sku.name");
    records_forget(&s->records);
    meddle(s, json_pack("{s:{s:{s:s}}}", "properties", "authConfig", "passwordAuth", "Disabled"));
    assert_said(s, NULL, "passwordAuth");
}

static void test_a_second_difference_while_one_is_observed(void **state)
{
    struct stage *s = *state;
    begin(s, observing());
    meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    assert_said(s, NULL, "backupRetentionDays");
    records_forget(&s->records);
    meddle(s,
           json_pack("{s:{s:{s:s}}}", "properties", "network", "publicNetworkAccess", "Disabled"));
    assert_said(s, NULL, "publicNetworkAccess");
}

/* The same field, further away. */
static void test_a_difference_that_grows(void **state)
{
    struct stage *s = *state;
    begin(s, observing());
    meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 14));
    records_forget(&s->records);
    meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    assert_said(s, NULL, "backupRetentionDays: 7");
}

static void test_a_grant_that_grows(void **state)
{
    struct stage *s = *state;
    begin(s, observing());
    virtual_sql(s->v, "pg-story", "app", "GRANT REFERENCES ON TABLE public.users TO app");
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "REFERENCES");
    records_forget(&s->records);
    virtual_sql(s->v, "pg-story", "app",
                "GRANT TRUNCATE ON TABLE public.users TO app;"
                "GRANT CREATE ON SCHEMA public TO app");
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "TRUNCATE");
    assert_said(s, NULL, "CREATE");
}

static void test_a_rule_that_widens(void **state)
{
    struct stage *s = *state;
    begin(s, observing());
    virtual_meddle(s->v, STORY_RULE,
                   json_pack("{s:{s:s}}", "properties", "endIpAddress", "203.0.114.0"));
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "203.0.114.0");
    records_forget(&s->records);
    virtual_meddle(s->v, STORY_RULE,
                   json_pack("{s:{s:s}}", "properties", "endIpAddress", "255.255.255.255"));
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "255.255.255.255");
}

/* What stays as it is says nothing again. */
static void test_what_stays_is_said_once(void **state)
{
    struct stage *s = *state;
    begin(s, observing());
    meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    records_forget(&s->records);
    virtual_pass(s->v, MINUTES(60));
    assert_int_equal(stage_said_times(s, MESSAGE_DRIFT_DETECTED, NULL), 0);
}

/* --- what nobody declared ----------------------------------------------------------------------
 */

static void test_an_undeclared_login(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    virtual_sql(s->v, "pg-story", "app",
                "CREATE ROLE intruder LOGIN PASSWORD 'x';"
                "GRANT CONNECT ON DATABASE app TO intruder;"
                "GRANT SELECT ON TABLE public.users TO intruder");
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "intruder");
    assert_true(engine_totals(s->engine).drifted + engine_totals(s->engine).blocked > 0);
}

static void test_rights_for_public(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    virtual_sql(s->v, "pg-story", "app", "GRANT CREATE ON SCHEMA public TO PUBLIC");
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "PUBLIC");
}

static void test_an_undeclared_database(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    virtual_sql(s->v, "pg-story", "postgres", "CREATE DATABASE shadow");
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "shadow");
}

static void test_an_undeclared_membership(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    virtual_sql(s->v, "pg-story", "postgres", "CREATE ROLE helpers; GRANT app TO helpers");
    virtual_pass(s->v, MINUTES(5));
    assert_said(s, NULL, "helpers");
}

static void test_undeclared_may_be_ignored(void **state)
{
    struct stage *s = *state;
    begin(s, json_pack("{s:{s:{s:s}}}", "policy", "undeclared", "databases", "ignore"));
    virtual_sql(s->v, "pg-story", "postgres", "CREATE DATABASE shadow");
    virtual_pass(s->v, MINUTES(5));
    assert_false(stage_said(s, NULL, "shadow"));
}

/* --- facts that are no drift -------------------------------------------------------------------
 */

static void test_a_failover_is_said(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    meddle(s, json_pack("{s:{s:s, s:{s:s}}}", "properties", "availabilityZone", "2",
                        "highAvailability", "standbyAvailabilityZone", "1"));
    assert_said(s, MESSAGE_FACT, "availabilityZone: 1 -> 2");
    assert_said(s, MESSAGE_FACT, "standbyAvailabilityZone: 2 -> 1");
    assert_int_equal(virtual_count(s->v, "PATCH " STORY_SERVER "$", 0), 0);
}

static void test_a_stopped_server_is_called_stopped(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    meddle(s, json_pack("{s:{s:s}}", "properties", "state", "Stopped"));
    assert_said(s, NULL, "Stopped");
    assert_int_equal(engine_totals(s->engine).unknown, 0);
    assert_int_equal(engine_totals(s->engine).waiting, 1);
}

/* For a command too: it is a difference that waits, not something that was not looked at. */
static void test_a_plan_of_a_stopped_server(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER, json_pack("{s:{s:s}}", "properties", "state", "Stopped"));
    stage_begin(s, ENGINE_PLAN, NULL);
    assert_true(stage_until_finished(s, MINUTES(5)));
    const struct engine_totals t = engine_totals(s->engine);
    assert_int_equal(t.looked, t.targets);
    assert_int_equal(t.unknown, 0);
    assert_int_equal(t.drifted, 1);
}

static void test_restart_debt_has_a_count_of_its_own(void **state)
{
    struct stage *s = *state;
    stage_begin(s, ENGINE_DAEMON,
                json_pack("{s:{s:{s:s}}}", "servers", "configurations", "max_connections", "115"));
    virtual_pass(s->v, MINUTES(10));
    assert_true(json_bool_at(virtual_resource(s->v, PARAMETER "max_connections"),
                             "properties.isConfigPendingRestart", false));
    assert_said(s, NULL, "restart");
    assert_int_equal(engine_totals(s->engine).debt, 1);
    assert_int_equal(engine_totals(s->engine).drifted, 0);
}

static void test_nothing_was_looked_at_yet(void **state)
{
    struct stage *s = *state;
    virtual_arm_is(s->v, VIRTUAL_DUMB);
    stage_begin(s, ENGINE_DAEMON, NULL);
    struct engine_totals t = engine_totals(s->engine);
    assert_int_equal(t.looked, 0);
    assert_true(t.targets > 0);
    virtual_pass(s->v, MINUTES(2));
    t = engine_totals(s->engine);
    assert_int_equal(t.looked, 0);
    assert_true(t.unknown > 0);
}

static void test_an_operation_that_takes_long_is_said(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    virtual_fault_on(s->v, virtual_fault_named("40 minutes longer"), "PATCH " STORY_SERVER "$", 1);
    meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    virtual_pass(s->v, MINUTES(10));
    assert_said(s, MESSAGE_DRIFT_WAITING, "at work");
    assert_true(stage_until_in_order(s, MINUTES(60)));
    assert_int_equal(virtual_count(s->v, "PATCH " STORY_SERVER "$", 0), 1);
}

/* --- refusals ----------------------------------------------------------------------------------
 */

static void test_a_refusal_is_said_with_its_reason(void **state)
{
    struct stage *s = *state;
    begin(s, NULL);
    virtual_fault_on(s->v, virtual_fault_named("403 AuthorizationFailed"), "PATCH " STORY_SERVER,
                     SIZE_MAX);
    meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    assert_said(s, MESSAGE_DRIFT_BLOCKED, "AuthorizationFailed");
}

static void test_apply_ends_with_a_refusal(void **state)
{
    struct stage *s = *state;
    virtual_fault_on(s->v, virtual_fault_named("403 AuthorizationFailed"), "PATCH " STORY_SERVER,
                     SIZE_MAX);
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    stage_begin(s, ENGINE_APPLY, NULL);
    if (!stage_until_finished(s, MINUTES(120))) {
        stage_show(s);
        fail_msg("apply does not end");
    }
    assert_true(engine_totals(s->engine).blocked + engine_totals(s->engine).drifted > 0);
    assert_said(s, NULL, "AuthorizationFailed");
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_a_second_difference_while_one_waits),
        T(test_a_second_difference_while_one_is_observed),
        T(test_a_difference_that_grows),
        T(test_a_grant_that_grows),
        T(test_a_rule_that_widens),
        T(test_what_stays_is_said_once),
        T(test_an_undeclared_login),
        T(test_rights_for_public),
        T(test_an_undeclared_database),
        T(test_an_undeclared_membership),
        T(test_undeclared_may_be_ignored),
        T(test_a_failover_is_said),
        T(test_a_stopped_server_is_called_stopped),
        T(test_a_plan_of_a_stopped_server),
        T(test_restart_debt_has_a_count_of_its_own),
        T(test_nothing_was_looked_at_yet),
        T(test_an_operation_that_takes_long_is_said),
        T(test_a_refusal_is_said_with_its_reason),
        T(test_apply_ends_with_a_refusal),
    };
    if (getenv("ONLY")) cmocka_set_test_filter(getenv("ONLY"));
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stage_built_free();
    return failed;
}
