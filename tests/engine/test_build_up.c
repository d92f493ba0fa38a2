/* From nothing to everything: what the engine makes of an empty subscription, in which order, and
 * what it says meanwhile. */
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

static void assert_built(struct stage *s, msec span)
{
    if (!stage_is_in_order(s) && !stage_until_in_order(s, span)) {
        stage_show(s);
        fail_msg("not built in time");
    }
    assert_string_equal(json_text_at(virtual_resource(s->v, STORY_SERVER), "properties.state"),
                        "Ready");
    assert_non_null(virtual_resource(s->v, STORY_RULE));
    assert_non_null(json_at(virtual_postgres(s->v, "pg-story"), "databases.app"));
    assert_int_equal(virtual_count(s->v, "PUT " STORY_GROUP "$", 0), 1);
    assert_int_equal(virtual_count(s->v, "PUT " STORY_SERVER "$", 0), 1);
}

static void test_everything_is_built(void **state)
{
    struct stage *s = *state;
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_built(s, MINUTES(30));
    assert_false(stage_said(s, MESSAGE_DRIFT_UNKNOWN, NULL));
    assert_false(stage_said(s, MESSAGE_DRIFT_BLOCKED, NULL));
}

static void test_apply_builds_it_too(void **state)
{
    struct stage *s = *state;
    stage_begin(s, ENGINE_APPLY, NULL);
    assert_true(stage_until_finished(s, MINUTES(60)));
    assert_built(s, MINUTES(1));
}

static void test_a_creation_that_is_shown(void **state)
{
    struct stage *s = *state;
    virtual_shows_creations(s->v, true);
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_built(s, MINUTES(30));
}

/* The first plan shows and judges everything, also what comes after what is not there yet. */
static void test_the_first_plan_shows_everything(void **state)
{
    struct stage *s = *state;
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_PLAN, NULL);
    assert_true(stage_until_finished(s, MINUTES(5)));
    assert_true(engine_totals(s->engine).drifted >= 8);
    assert_true(stage_said(s, NULL, "after server pg-story"));
    assert_true(stage_said(s, NULL, "role app"));
    assert_true(stage_said(s, NULL, "database app"));
}

static void test_creation_that_is_not_allowed(void **state)
{
    struct stage *s = *state;
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_DAEMON, json_pack("{s:{s:b}}", "policy", "allowCreate", 0));
    virtual_pass(s->v, MINUTES(60));
    assert_true(engine_totals(s->engine).drifted > 0);
    assert_true(stage_said(s, MESSAGE_DRIFT_DETECTED, "allowCreate"));
}

/* Nothing is made in one look: it takes several, over minutes. */
static void test_nothing_is_made_at_first_sight(void **state)
{
    struct stage *s = *state;
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, SECONDS(100));
    assert_int_equal(virtual_count_class(s->v, VIRTUAL_WRITE, 0), 0);
    assert_true(stage_said(s, MESSAGE_DRIFT_WAITING, "does not exist"));
    assert_built(s, MINUTES(30));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_EMPTY(test_everything_is_built),
        STORY_EMPTY(test_apply_builds_it_too),
        STORY_EMPTY(test_a_creation_that_is_shown),
        STORY_EMPTY(test_the_first_plan_shows_everything),
        STORY_EMPTY(test_creation_that_is_not_allowed),
        STORY_EMPTY(test_nothing_is_made_at_first_sight),
    };
    return STORY_RUN(tests);
}
