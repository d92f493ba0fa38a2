/* Another document while the engine is at work: it takes effect target by target, nothing is
 * forgotten, and one server waits for no other. */
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

#define OTHER STORY_GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers/pg-other"

/* Two servers that stand as declared. */
static int setup(void **state)
{
    if (story_setup_working(state, virtual_two_servers_patch(35), MINUTES(60))) return -1;
    virtual_pass(((struct stage *)*state)->v, MINUTES(2));
    return 0;
}

static int retention(struct stage *s, const char *id)
{
    return (int)json_int_at(virtual_resource(s->v, id), "properties.backup.backupRetentionDays", 0);
}

static bool other_is_14(void *ctx)
{
    return retention(ctx, OTHER) == 14;
}

/* An operation of 'server' that takes 40 minutes has just begun. */
static void begin_something_long(struct stage *s, const char *line, const char *server)
{
    virtual_fault_on(s->v, virtual_fault_named("40 minutes longer"), line, 1);
    virtual_meddle(s->v, server, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
    size_t from = virtual_calls(s->v);
    while (!virtual_count(s->v, line, from)) virtual_pass(s->v, SECONDS(5));
    virtual_pass(s->v, SECONDS(30));
    assert_true(virtual_is_busy(s->v, server));
}

static void test_the_same_again_changes_nothing(void **state)
{
    struct stage *s = *state;
    virtual_nothing_to_do(s->v);
    for (unsigned i = 0; i < 5; i++) {
        stage_reload(s, virtual_two_servers_patch(35));
        virtual_pass(s->v, SECONDS(37));
    }
    assert_true(stage_until_in_order(s, MINUTES(5)));
}

static void test_a_change_takes_effect_at_once(void **state)
{
    struct stage *s = *state;
    stage_reload(s, virtual_two_servers_patch(14));
    assert_true(virtual_until(s->v, other_is_14, s, MINUTES(3)));
    assert_int_equal(retention(s, STORY_SERVER), 35);
    assert_true(stage_until_in_order(s, MINUTES(5)));
}

static void test_one_servers_operation_keeps_no_other_waiting(void **state)
{
    struct stage *s = *state;
    begin_something_long(s, "PATCH " STORY_SERVER "$", STORY_SERVER);
    stage_reload(s, virtual_two_servers_patch(14));
    assert_true(virtual_until(s->v, other_is_14, s, MINUTES(3)));
    assert_true(virtual_is_busy(s->v, STORY_SERVER));
    size_t from = virtual_calls(s->v);
    assert_true(stage_until_in_order(s, MINUTES(90)));
    assert_int_equal(virtual_count(s->v, "PATCH " STORY_SERVER "$", from), 0);
}

/* It is written when the operation before it has ended, and that one is not sent again. */
static void test_a_change_of_the_server_at_work(void **state)
{
    struct stage *s = *state;
    begin_something_long(s, "PATCH " OTHER "$", OTHER);
    size_t from = virtual_calls(s->v);
    stage_reload(s, virtual_two_servers_patch(14));
    virtual_pass(s->v, MINUTES(10));
    assert_int_equal(virtual_count(s->v, "PATCH " OTHER "$", from), 0);
    assert_true(virtual_until(s->v, other_is_14, s, MINUTES(90)));
    assert_true(stage_until_in_order(s, MINUTES(10)));
    assert_int_equal(virtual_count(s->v, "PATCH " OTHER "$", from), 1);
}

static void test_healing_goes_on_beside_it(void **state)
{
    struct stage *s = *state;
    begin_something_long(s, "PATCH " STORY_SERVER "$", STORY_SERVER);
    stage_reload(s, virtual_two_servers_patch(35));
    virtual_remove(s->v, OTHER "/firewallRules/office");
    virtual_pass(s->v, MINUTES(3));
    assert_non_null(virtual_resource(s->v, OTHER "/firewallRules/office"));
    assert_true(virtual_is_busy(s->v, STORY_SERVER));
}

/* What is not declared any more is left alone. */
static void test_a_server_that_is_not_declared_any_more(void **state)
{
    struct stage *s = *state;
    stage_reload(s, json_pack("{s:n, s:n, s:n}", "roles", "databases", "privileges"));
    virtual_pass(s->v, MINUTES(2));
    virtual_meddle(s->v, OTHER, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
    size_t from = virtual_calls(s->v);
    virtual_pass(s->v, MINUTES(30));
    assert_int_equal(virtual_count(s->v, "PATCH " OTHER, from), 0);
    assert_int_equal(virtual_count(s->v, "GET " OTHER "/configurations", from), 0);
    assert_int_equal(engine_totals(s->engine).targets, 2);
}

/* One 404 right after a reload is one 404. */
static void test_404_after_a_reload(void **state)
{
    struct stage *s = *state;
    virtual_nothing_to_do(s->v);
    virtual_fault_on(s->v, virtual_fault_named("404 ResourceNotFound"), "GET " OTHER "$", 2);
    stage_reload(s, virtual_two_servers_patch(35));
    virtual_pass(s->v, MINUTES(20));
    assert_int_equal(virtual_fault_met(s->v), 2);
    assert_true(stage_until_in_order(s, MINUTES(10)));
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, story_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_the_same_again_changes_nothing),
        T(test_a_change_takes_effect_at_once),
        T(test_one_servers_operation_keeps_no_other_waiting),
        T(test_a_change_of_the_server_at_work),
        T(test_healing_goes_on_beside_it),
        T(test_a_server_that_is_not_declared_any_more),
        T(test_404_after_a_reload),
    };
    return STORY_RUN(tests);
}
