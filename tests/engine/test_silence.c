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
#include "support/engine_story.h"

#define PARAMETER STORY_SERVER "/configurations/"

static json_t *observing(void)
{
    return json_pack("{s:{s:s}}", "policy", "mode", "observe");
}

/* --- more of the same item ---------------------------------------------------------------------
 */

/* Scaling waits for permission; then passwords are switched off. */
static void test_a_second_difference_while_one_waits(void **state)
{
    struct stage *s = *state;
    story_begin(s, json_pack("{s:{s:{s:{s:s}}}}", "servers", "properties", "authConfig",
                             "passwordAuth", "Enabled"));
    story_meddle(s, json_pack("{s:{s:s}}", "sku", "name", "Standard_D2s_v3"));
    story_assert_said(s, NULL, "sku.name");
    records_forget(&s->records);
    story_meddle(
        s, json_pack("{s:{s:{s:s}}}", "properties", "authConfig", "passwordAuth", "Disabled"));
    story_assert_said(s, NULL, "passwordAuth");
}

/* A write of it is refused; then passwords are switched off. */
static void test_a_second_difference_while_one_is_blocked(void **state)
{
    struct stage *s = *state;
    story_begin(s, json_pack("{s:{s:{s:{s:s}}}}", "servers", "properties", "authConfig",
                             "passwordAuth", "Enabled"));
    virtual_fault_on(s->v, virtual_fault_named("403 AuthorizationFailed"), "PATCH " STORY_SERVER,
                     SIZE_MAX);
    story_meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    story_assert_said(s, MESSAGE_DRIFT_BLOCKED, "backupRetentionDays");
    records_forget(&s->records);
    story_meddle(
        s, json_pack("{s:{s:{s:s}}}", "properties", "authConfig", "passwordAuth", "Disabled"));
    story_assert_said(s, NULL, "passwordAuth");
}

static void test_a_second_difference_while_one_is_observed(void **state)
{
    struct stage *s = *state;
    story_begin(s, observing());
    story_meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    story_assert_said(s, NULL, "backupRetentionDays");
    records_forget(&s->records);
    story_meddle(
        s, json_pack("{s:{s:{s:s}}}", "properties", "network", "publicNetworkAccess", "Disabled"));
    story_assert_said(s, NULL, "publicNetworkAccess");
}

/* The same field, further away. */
static void test_a_difference_that_grows(void **state)
{
    struct stage *s = *state;
    story_begin(s, observing());
    story_meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 14));
    records_forget(&s->records);
    story_meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    story_assert_said(s, NULL, "backupRetentionDays: 7");
}

static void test_a_grant_that_grows(void **state)
{
    struct stage *s = *state;
    story_begin(s, observing());
    virtual_sql(s->v, "pg-story", "app", "GRANT REFERENCES ON TABLE public.users TO app");
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "REFERENCES");
    records_forget(&s->records);
    virtual_sql(s->v, "pg-story", "app",
                "GRANT TRUNCATE ON TABLE public.users TO app;"
                "GRANT CREATE ON SCHEMA public TO app");
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "TRUNCATE");
    story_assert_said(s, NULL, "CREATE");
}

static void test_a_rule_that_widens(void **state)
{
    struct stage *s = *state;
    story_begin(s, observing());
    virtual_meddle(s->v, STORY_RULE,
                   json_pack("{s:{s:s}}", "properties", "endIpAddress", "203.0.114.0"));
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "203.0.114.0");
    records_forget(&s->records);
    virtual_meddle(s->v, STORY_RULE,
                   json_pack("{s:{s:s}}", "properties", "endIpAddress", "255.255.255.255"));
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "255.255.255.255");
}

/* What stays as it is says nothing again. */
static void test_what_stays_is_said_once(void **state)
{
    struct stage *s = *state;
    story_begin(s, observing());
    story_meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    records_forget(&s->records);
    virtual_pass(s->v, MINUTES(60));
    assert_int_equal(stage_said_times(s, MESSAGE_DRIFT_DETECTED, NULL), 0);
}

/* --- what nobody declared ----------------------------------------------------------------------
 */

static void test_an_undeclared_login(void **state)
{
    struct stage *s = *state;
    story_begin(s, NULL);
    virtual_sql(s->v, "pg-story", "app",
                "CREATE ROLE intruder LOGIN PASSWORD 'x';"
                "GRANT CONNECT ON DATABASE app TO intruder;"
                "GRANT SELECT ON TABLE public.users TO intruder");
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "intruder");
    assert_true(engine_totals(s->engine).drifted + engine_totals(s->engine).blocked > 0);
}

static void test_rights_for_public(void **state)
{
    struct stage *s = *state;
    story_begin(s, NULL);
    virtual_sql(s->v, "pg-story", "app", "GRANT CREATE ON SCHEMA public TO PUBLIC");
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "PUBLIC");
}

static void test_an_undeclared_database(void **state)
{
    struct stage *s = *state;
    story_begin(s, NULL);
    virtual_sql(s->v, "pg-story", "postgres", "CREATE DATABASE shadow");
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "shadow");
}

static void test_an_undeclared_membership(void **state)
{
    struct stage *s = *state;
    story_begin(s, NULL);
    virtual_sql(s->v, "pg-story", "postgres", "CREATE ROLE helpers; GRANT app TO helpers");
    virtual_pass(s->v, MINUTES(5));
    story_assert_said(s, NULL, "helpers");
}

static void test_undeclared_may_be_ignored(void **state)
{
    struct stage *s = *state;
    story_begin(s, json_pack("{s:{s:{s:s}}}", "policy", "undeclared", "databases", "ignore"));
    virtual_sql(s->v, "pg-story", "postgres", "CREATE DATABASE shadow");
    virtual_pass(s->v, MINUTES(5));
    assert_false(stage_said(s, NULL, "shadow"));
}

/* --- facts that are no drift -------------------------------------------------------------------
 */

static void test_a_failover_is_said(void **state)
{
    struct stage *s = *state;
    story_begin(s, NULL);
    story_meddle(s, json_pack("{s:{s:s, s:{s:s}}}", "properties", "availabilityZone", "2",
                              "highAvailability", "standbyAvailabilityZone", "1"));
    story_assert_said(s, MESSAGE_FACT, "availabilityZone: 1 -> 2");
    story_assert_said(s, MESSAGE_FACT, "standbyAvailabilityZone: 2 -> 1");
    assert_int_equal(virtual_count(s->v, "PATCH " STORY_SERVER "$", 0), 0);
}

static void test_a_stopped_server_is_called_stopped(void **state)
{
    struct stage *s = *state;
    story_begin(s, NULL);
    story_meddle(s, json_pack("{s:{s:s}}", "properties", "state", "Stopped"));
    story_assert_said(s, NULL, "Stopped");
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
    story_assert_said(s, NULL, "restart");
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
    story_begin(s, NULL);
    virtual_fault_on(s->v, virtual_fault_named("40 minutes longer"), "PATCH " STORY_SERVER "$", 1);
    story_meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    virtual_pass(s->v, MINUTES(10));
    story_assert_said(s, MESSAGE_DRIFT_WAITING, "at work");
    assert_true(stage_until_in_order(s, MINUTES(60)));
    assert_int_equal(virtual_count(s->v, "PATCH " STORY_SERVER "$", 0), 1);
}

/* --- refusals ----------------------------------------------------------------------------------
 */

static void test_a_refusal_is_said_with_its_reason(void **state)
{
    struct stage *s = *state;
    story_begin(s, NULL);
    virtual_fault_on(s->v, virtual_fault_named("403 AuthorizationFailed"), "PATCH " STORY_SERVER,
                     SIZE_MAX);
    story_meddle(s, json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
    story_assert_said(s, MESSAGE_DRIFT_BLOCKED, "AuthorizationFailed");
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
    story_assert_said(s, NULL, "AuthorizationFailed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_BUILT(test_a_second_difference_while_one_waits),
        STORY_BUILT(test_a_second_difference_while_one_is_blocked),
        STORY_BUILT(test_a_second_difference_while_one_is_observed),
        STORY_BUILT(test_a_difference_that_grows),
        STORY_BUILT(test_a_grant_that_grows),
        STORY_BUILT(test_a_rule_that_widens),
        STORY_BUILT(test_what_stays_is_said_once),
        STORY_BUILT(test_an_undeclared_login),
        STORY_BUILT(test_rights_for_public),
        STORY_BUILT(test_an_undeclared_database),
        STORY_BUILT(test_an_undeclared_membership),
        STORY_BUILT(test_undeclared_may_be_ignored),
        STORY_BUILT(test_a_failover_is_said),
        STORY_BUILT(test_a_stopped_server_is_called_stopped),
        STORY_BUILT(test_a_plan_of_a_stopped_server),
        STORY_BUILT(test_restart_debt_has_a_count_of_its_own),
        STORY_BUILT(test_nothing_was_looked_at_yet),
        STORY_BUILT(test_an_operation_that_takes_long_is_said),
        STORY_BUILT(test_a_refusal_is_said_with_its_reason),
        STORY_BUILT(test_apply_ends_with_a_refusal),
    };
    return STORY_RUN(tests);
}
