/* Somebody meddles: what is put right, with exactly which writes, and what is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/message_id.h"
#include "support/engine_story.h"

/* The lines of all writes, server and group shortened. */
static void assert_writes(struct stage *s, const char *expected)
{
    struct buf b;
    buf_init(&b, 65536);
    for (size_t i = 0; i < virtual_calls(s->v); i++) {
        const char *line = virtual_call_line(s->v, i);
        if (!(virtual_call_class(s->v, i) & (VIRTUAL_WRITE | VIRTUAL_SQL_WRITE))) continue;
        const char *server = strstr(line, STORY_SERVER), *group = strstr(line, STORY_GROUP);
        if (server)
            buf_printf(&b, "%.*sSERVER%s\n", (int)(server - line), line,
                       server + strlen(STORY_SERVER));
        else if (group)
            buf_printf(&b, "%.*sGROUP%s\n", (int)(group - line), line, group + strlen(STORY_GROUP));
        else
            buf_printf(&b, "%s\n", line);
    }
    assert_string_equal(buf_text(&b), expected);
    buf_done(&b);
}

/* It is put right within a quarter of an hour, by these writes, and said. */
static void assert_healed(struct stage *s, const char *writes)
{
    stage_begin(s, ENGINE_DAEMON, NULL);
    if (!stage_until_in_order(s, MINUTES(15))) {
        stage_show(s);
        fail_msg("not in order");
    }
    virtual_pass(s->v, MINUTES(10));
    assert_writes(s, writes);
    assert_true(stage_said(s, MESSAGE_DRIFT_DETECTED, NULL));
    assert_true(stage_said(s, MESSAGE_DRIFT_CORRECTED, NULL));
}

/* --- Azure -------------------------------------------------------------------------------------
 */

static void test_a_tag_of_the_group(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_GROUP, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
    assert_healed(s, "PATCH GROUP\n");
}

static void test_a_tag_and_the_retention_in_one_write(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:s}, s:{s:{s:i}}}", "tags", "service", "theirs", "properties",
                             "backup", "backupRetentionDays", 7));
    assert_healed(s, "PATCH SERVER\n");
}

static void test_a_parameter(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER "/configurations/work_mem",
                   json_pack("{s:{s:s}}", "properties", "value", "65536"));
    assert_healed(s, "PATCH SERVER/configurations/work_mem\n");
}

static void test_a_rule_that_was_widened(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_RULE,
                   json_pack("{s:{s:s}}", "properties", "endIpAddress", "255.255.255.255"));
    assert_healed(s, "PUT SERVER/firewallRules/office\n");
}

static void test_a_rule_that_is_gone(void **state)
{
    struct stage *s = *state;
    virtual_remove(s->v, STORY_RULE);
    assert_healed(s, "PUT SERVER/firewallRules/office\n");
}

static void test_a_rule_that_nobody_declared(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER "/firewallRules/anybody",
                   json_pack("{s:{s:s, s:s}}", "properties", "startIpAddress", "0.0.0.0",
                             "endIpAddress", "255.255.255.255"));
    assert_healed(s, "DELETE SERVER/firewallRules/anybody\n");
}

/* What is not permitted waits, and nothing else waits for it. */
static void test_scaling_waits_for_permission(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER, json_pack("{s:{s:s}}", "sku", "name", "Standard_D2s_v3"));
    virtual_meddle(s->v, STORY_SERVER "/configurations/work_mem",
                   json_pack("{s:{s:s}}", "properties", "value", "65536"));
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(30));
    assert_writes(s, "PATCH SERVER/configurations/work_mem\n");
    struct engine_totals t = engine_totals(s->engine);
    assert_int_equal(t.waiting + t.blocked, 1);
}

static void test_scaling_with_permission(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER, json_pack("{s:{s:s}}", "sku", "name", "Standard_D2s_v3"));
    stage_begin(s, ENGINE_DAEMON, json_pack("{s:{s:b}}", "policy", "allowDisruptive", 1));
    assert_true(stage_until_in_order(s, MINUTES(30)));
    assert_writes(s, "PATCH SERVER\n");
}

/* The disk grew by itself; the zones were swapped by a failover: facts, not drift. */
static void test_what_is_no_drift(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:{s:i}, s:s, s:{s:s}}}", "properties", "storage",
                             "storageSizeGB", 512, "availabilityZone", "2", "highAvailability",
                             "standbyAvailabilityZone", "1"));
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(60));
    assert_writes(s, "");
}

/* --- PostgreSQL --------------------------------------------------------------------------------
 */

static void test_a_role_that_was_changed(void **state)
{
    struct stage *s = *state;
    virtual_sql(s->v, "pg-story", "app", "ALTER ROLE app CONNECTION LIMIT 5");
    assert_healed(s, "SQL write postgres ALTER ROLE app CONNECTION LIMIT 90\n");
}

static void test_a_right_that_was_taken(void **state)
{
    struct stage *s = *state;
    virtual_sql(s->v, "pg-story", "app", "REVOKE SELECT ON TABLE public.users FROM app");
    assert_healed(s, "SQL write app GRANT SELECT ON TABLE public.users TO app\n");
}

static void test_a_right_that_was_given(void **state)
{
    struct stage *s = *state;
    virtual_sql(s->v, "pg-story", "app", "GRANT TRUNCATE ON TABLE public.users TO app");
    assert_healed(s, "SQL write app REVOKE TRUNCATE ON TABLE public.users FROM app\n");
}

static void test_a_new_table_gets_its_rights(void **state)
{
    struct stage *s = *state;
    virtual_sql(s->v, "pg-story", "app", "CREATE TABLE public.later (id int)");
    virtual_sql(s->v, "pg-story", "app", "REVOKE INSERT ON TABLE public.later FROM app");
    json_decref(s->goal);
    s->goal = NULL;
    assert_healed(s, "SQL write app GRANT INSERT ON TABLE public.later TO app\n");
}

static void test_a_role_that_is_gone(void **state)
{
    struct stage *s = *state;
    virtual_sql(s->v, "pg-story", "app", "REVOKE CONNECT ON DATABASE app FROM watcher");
    virtual_sql(s->v, "pg-story", "app", "ALTER ROLE watcher RESET default_transaction_read_only");
    virtual_sql(s->v, "pg-story", "app", "DROP ROLE watcher");
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_true(stage_until_in_order(s, MINUTES(15)));
    assert_non_null(json_at(virtual_postgres(s->v, "pg-story"), "roles.watcher"));
}

/* --- both, in observe --------------------------------------------------------------------------
 */

static void test_observing_writes_nothing(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
    virtual_remove(s->v, STORY_RULE);
    virtual_sql(s->v, "pg-story", "app", "REVOKE SELECT ON TABLE public.users FROM app");
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_DAEMON, json_pack("{s:{s:s}}", "policy", "mode", "observe"));
    virtual_pass(s->v, MINUTES(60));
    assert_writes(s, "");
    assert_int_equal(stage_said_times(s, MESSAGE_DRIFT_DETECTED, NULL), 3);
}

/* Somebody meddles while the engine is at it. */
static void meddle_again(void *ctx)
{
    struct virtual *v = ctx;
    virtual_meddle(v, STORY_SERVER "/configurations/work_mem",
                   json_pack("{s:{s:s}}", "properties", "value", "4096"));
    virtual_sql(v, "pg-story", "app", "ALTER DATABASE app RESET timezone");
}

static void test_meddling_in_the_middle(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
    virtual_later(s->v, SECONDS(25), meddle_again, s->v);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, SECONDS(30));
    assert_true(stage_until_in_order(s, MINUTES(15)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_BUILT(test_a_tag_of_the_group),
        STORY_BUILT(test_a_tag_and_the_retention_in_one_write),
        STORY_BUILT(test_a_parameter),
        STORY_BUILT(test_a_rule_that_was_widened),
        STORY_BUILT(test_a_rule_that_is_gone),
        STORY_BUILT(test_a_rule_that_nobody_declared),
        STORY_BUILT(test_scaling_waits_for_permission),
        STORY_BUILT(test_scaling_with_permission),
        STORY_BUILT(test_what_is_no_drift),
        STORY_BUILT(test_a_role_that_was_changed),
        STORY_BUILT(test_a_right_that_was_taken),
        STORY_BUILT(test_a_right_that_was_given),
        STORY_BUILT(test_a_new_table_gets_its_rights),
        STORY_BUILT(test_a_role_that_is_gone),
        STORY_BUILT(test_observing_writes_nothing),
        STORY_BUILT(test_meddling_in_the_middle),
    };
    return STORY_RUN(tests);
}
