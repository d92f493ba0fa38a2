/* A world in which everything stands: no write, ever; few questions; nothing said. */
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

#define WRITES (VIRTUAL_WRITE | VIRTUAL_SQL_WRITE)

static void test_half_a_day_without_a_write(void **state)
{
    struct stage *s = *state;
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(12 * 60));
    assert_int_equal(virtual_count_class(s->v, WRITES, 0), 0);
    assert_true(stage_is_in_order(s));
    assert_false(stage_said(s, MESSAGE_DRIFT_DETECTED, NULL));
    assert_false(stage_said(s, MESSAGE_DRIFT_UNKNOWN, NULL));
}

/* What is missing and is not to be made is looked for at the ordinary pace, also where one look
 * after another would prove its absence. */
static void test_what_nobody_makes_is_looked_for_calmly(void **state)
{
    struct stage *s = *state;
    stage_free(s);
    stage_init(s, 1, json_pack("{s:{s:i}}", "evidence", "absenceSeconds", 0));
    stage_begin(s, ENGINE_DAEMON, json_pack("{s:{s:b}}", "policy", "allowCreate", 0));
    virtual_pass(s->v, MINUTES(5));
    size_t from = virtual_calls(s->v);
    virtual_pass(s->v, MINUTES(60));
    size_t gets = virtual_count(s->v, "GET " STORY_GROUP "$", from);
    assert_true(gets >= 54 && gets <= 4 * 67); /* the proof asks for it more than once */
    assert_int_equal(virtual_count_class(s->v, WRITES, 0), 0);
}

/* An hour at an interval of a minute: 60 looks and not one more than the jitter makes. */
static void test_no_more_questions_than_intervals(void **state)
{
    struct stage *s = *state;
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(5));
    size_t from = virtual_calls(s->v);
    virtual_pass(s->v, MINUTES(60));
    size_t gets = virtual_count(s->v, "GET " STORY_SERVER "$", from);
    assert_true(gets >= 54 && gets <= 67);
    size_t lists = virtual_count(s->v, "GET " STORY_SERVER "/configurations$", from);
    assert_true(lists >= 54 && lists <= 67);
    assert_true(virtual_count_class(s->v, VIRTUAL_TOKEN, from) <= 1);
    assert_int_equal(virtual_count_class(s->v, VIRTUAL_SQL_READ, from), 0);
}

static void test_plan_and_apply_find_nothing(void **state)
{
    static const enum engine_mode modes[] = {ENGINE_PLAN, ENGINE_APPLY};
    struct stage *s = *state;
    virtual_nothing_to_do(s->v);
    for (size_t i = 0; i < 2; i++) {
        stage_begin(s, modes[i], NULL);
        assert_true(stage_until_finished(s, MINUTES(5)));
        assert_true(stage_is_in_order(s));
    }
}

/* What differs in either half is in the plan, whichever of them answers first. */
static void test_a_plan_has_both_halves(void **state)
{
    struct stage *s = *state;
    virtual_remove(s->v, STORY_RULE);
    virtual_sql(s->v, "pg-story", "app", "ALTER ROLE app CONNECTION LIMIT 5");
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_PLAN, NULL);
    assert_true(stage_until_finished(s, MINUTES(5)));
    struct plan *plan = engine_plan(s->engine);
    assert_int_equal(plan->count, 2);
    plan_free(plan);
}

static void test_apply_puts_both_halves_right(void **state)
{
    struct stage *s = *state;
    virtual_remove(s->v, STORY_RULE);
    virtual_sql(s->v, "pg-story", "app", "ALTER ROLE app CONNECTION LIMIT 5");
    stage_begin(s, ENGINE_APPLY, NULL);
    assert_true(stage_until_finished(s, MINUTES(30)));
    assert_true(stage_is_in_order(s));
}

/* A plan ends also where ARM or PostgreSQL is dead. */
static void test_a_plan_ends(void **state)
{
    struct stage *s = *state;
    virtual_postgres_is(s->v, VIRTUAL_DUMB);
    stage_begin(s, ENGINE_PLAN, NULL);
    assert_true(stage_until_finished(s, MINUTES(10)));
    assert_true(engine_totals(s->engine).unknown > 0);
    virtual_arm_is(s->v, VIRTUAL_DUMB);
    stage_begin(s, ENGINE_PLAN, NULL);
    assert_true(stage_until_finished(s, MINUTES(10)));
    assert_true(engine_totals(s->engine).unknown > 0);
}

/* Reads that are answered in other spellings are no difference. */
static void test_what_azure_spells_differently(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:s, s:{s:{s:s}, s:s}}", "location", "KOREA central", "properties",
                             "storage", "autoGrow", "enabled", "state", "Ready"));
    json_decref(s->goal);
    s->goal = NULL;
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(60));
    assert_true(stage_is_in_order(s));
}

/* Pages of any size give the same list. */
static void test_lists_in_pages(void **state)
{
    struct stage *s = *state;
    virtual_page_size(s->v, 3);
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(60));
    assert_true(stage_is_in_order(s));
}

/* The same seed, the same story, byte for byte. */
static void test_it_is_deterministic(void **state)
{
    char *stories[2];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct stage s;
        stage_init(&s, 42, NULL);
        stage_load(&s, stage_built());
        stage_begin(&s, ENGINE_DAEMON, NULL);
        virtual_pass(s.v, MINUTES(60));
        stories[i] = virtual_story(s.v);
        stage_done(&s);
    }
    assert_string_equal(stories[0], stories[1]);
    free(stories[0]);
    free(stories[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_BUILT(test_half_a_day_without_a_write),
        STORY_BUILT(test_what_nobody_makes_is_looked_for_calmly),
        STORY_BUILT(test_no_more_questions_than_intervals),
        STORY_BUILT(test_plan_and_apply_find_nothing),
        STORY_BUILT(test_a_plan_has_both_halves),
        STORY_BUILT(test_apply_puts_both_halves_right),
        STORY_BUILT(test_a_plan_ends),
        STORY_BUILT(test_what_azure_spells_differently),
        STORY_BUILT(test_lists_in_pages),
        cmocka_unit_test(test_it_is_deterministic),
    };
    return STORY_RUN(tests);
}
