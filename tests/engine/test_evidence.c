/* What the engine believes: absences are proved, answers prove themselves, one look is a suspicion.
 * Each case is one that was seen to be broken, or a sibling of it. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/message_id.h"
#include "support/engine_story.h"

#define GET_SERVER "GET " STORY_SERVER "$"
#define GET_GROUP "GET " STORY_GROUP "$"
#define LIST_RULES "GET " STORY_SERVER "/firewallRules"
#define LIST_PARAMETERS "GET " STORY_SERVER "/configurations"

/* 'f' happens 'times' times to 'line' from the start on: nothing is written for 'span', and in the
 * end everything is in order again. */
static void assert_no_write(struct stage *s, const struct virtual_fault *f, const char *line,
                            size_t times, enum engine_mode mode)
{
    virtual_nothing_to_do(s->v);
    virtual_fault_on(s->v, f, line, times);
    stage_begin(s, mode, NULL);
    virtual_pass(s->v, MINUTES(60));
    assert_true(virtual_fault_met(s->v) > 0);
    virtual_fault_end(s->v);
    if (mode == ENGINE_DAEMON && !stage_until_in_order(s, MINUTES(30)))
        fail_msg("%s: does not come in order again", f->word);
}

/* The same for each of these rows, in a world of its own. */
static void assert_no_write_after(const char *const *words, size_t count, const char *line,
                                  size_t times)
{
    for (size_t i = 0; i < count; i++) {
        struct stage s;
        stage_init(&s, (uint32_t)i, NULL);
        stage_load(&s, stage_built());
        assert_no_write(&s, virtual_fault_named(words[i]), line, times, ENGINE_DAEMON);
        stage_done(&s);
    }
}

/* --- guessed absence ---------------------------------------------------------------------------
 */

static const char *const absences[] = {"404 ResourceNotFound",       "404 NotFound",
                                       "404 ResourceGroupNotFound",  "404 SubscriptionNotFound",
                                       "404 ParentResourceNotFound", "404 without words"};

static void test_one_404_of_the_server_at_start(void **state)
{
    (void)state;
    assert_no_write_after(absences, STORY_COUNT(absences), GET_SERVER, 1);
}

static void test_some_404_of_the_server(void **state)
{
    (void)state;
    assert_no_write_after(absences, STORY_COUNT(absences), GET_SERVER, 4);
}

/* Its lists answer, and its name is taken: somebody lies, and it is not for us to say who. */
static void test_404_of_the_server_for_an_hour(void **state)
{
    struct stage *s = *state;
    assert_no_write(s, virtual_fault_named("404 ResourceNotFound"), GET_SERVER, SIZE_MAX,
                    ENGINE_DAEMON);
    assert_true(stage_said(s, MESSAGE_DRIFT_UNKNOWN, NULL));
}

static void test_one_404_after_it_was_seen(void **state)
{
    struct stage *s = *state;
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_true(stage_until_in_order(s, MINUTES(10)));
    virtual_nothing_to_do(s->v);
    virtual_fault_on(s->v, virtual_fault_named("404 ResourceNotFound"), GET_SERVER, 2);
    virtual_pass(s->v, MINUTES(60));
    assert_int_equal(virtual_fault_met(s->v), 2);
    assert_true(stage_until_in_order(s, MINUTES(10)));
}

static void test_one_404_after_a_restart(void **state)
{
    struct stage *s = *state;
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_true(stage_until_in_order(s, MINUTES(10)));
    assert_no_write(s, virtual_fault_named("404 ResourceNotFound"), GET_SERVER, 1, ENGINE_DAEMON);
}

static void test_one_404_in_apply(void **state)
{
    struct stage *s = *state;
    assert_no_write(s, virtual_fault_named("404 ResourceNotFound"), GET_SERVER, 1, ENGINE_APPLY);
}

static void test_404_in_apply_for_ever(void **state)
{
    struct stage *s = *state;
    assert_no_write(s, virtual_fault_named("404 ResourceNotFound"), GET_SERVER, SIZE_MAX,
                    ENGINE_APPLY);
    assert_true(stage_until_finished(s, MINUTES(120)));
}

/* What makes a creation dangerous: beside it stand a size that may not be put back, and a tag of an
 * operator's. */
static void test_some_404_beside_what_may_not_be_done(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:s}, s:{s:s}}", "sku", "name", "Standard_D2s_v3", "tags",
                             "operator", "keep"));
    virtual_fault_on(s->v, virtual_fault_named("404 ResourceNotFound"), GET_SERVER, 3);
    virtual_nothing_to_do(s->v);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(60));
    assert_int_equal(virtual_fault_met(s->v), 3);
    const json_t *server = virtual_resource(s->v, STORY_SERVER);
    assert_string_equal(json_text_at(server, "sku.name"), "Standard_D2s_v3");
    assert_string_equal(json_text_at(server, "tags.operator"), "keep");
    story_assert_said(s, MESSAGE_DRIFT_WAITING, "sku.name");
}

static void test_one_404_of_the_group(void **state)
{
    (void)state;
    assert_no_write_after(absences, STORY_COUNT(absences), GET_GROUP, 1);
}

/* --- believed answers --------------------------------------------------------------------------
 */

static const char *const bodies[] = {"{}",
                                     "null",
                                     "no JSON",
                                     "cut in half",
                                     "minimal",
                                     "another id",
                                     "another name",
                                     "another type",
                                     "no id",
                                     "no name",
                                     "no type",
                                     "no properties",
                                     "no location",
                                     "no sku",
                                     "no state",
                                     "no storage",
                                     "no network",
                                     "no backup",
                                     "no highAvailability",
                                     "no tags",
                                     "null properties",
                                     "204 without a body",
                                     "301"};

static void test_one_broken_answer_of_the_server(void **state)
{
    (void)state;
    assert_no_write_after(bodies, STORY_COUNT(bodies), GET_SERVER, 1);
}

static const char *const group_bodies[] = {"{}",           "null",       "minimal", "another id",
                                           "another name", "no id",      "no type", "no location",
                                           "no tags",      "cut in half"};

static void test_one_broken_answer_of_the_group(void **state)
{
    (void)state;
    assert_no_write_after(group_bodies, STORY_COUNT(group_bodies), GET_GROUP, 1);
}

static const char *const lists[] = {"{}",
                                    "null",
                                    "no value",
                                    "a null item",
                                    "an item is missing",
                                    "items without id",
                                    "items without name",
                                    "items without properties",
                                    "an empty list",
                                    "nextLink elsewhere"};

static void test_one_broken_list_of_rules(void **state)
{
    (void)state;
    assert_no_write_after(lists, STORY_COUNT(lists), LIST_RULES, 1);
}

static const char *const parameter_lists[] = {
    "an empty list",   "items without value",      "items with a number",
    "items with null", "items without properties", "an item is missing",
    "a null item"};

static void test_one_broken_list_of_parameters(void **state)
{
    (void)state;
    assert_no_write_after(parameter_lists, STORY_COUNT(parameter_lists), LIST_PARAMETERS, 1);
}

static void test_no_parameters_at_all_is_no_answer(void **state)
{
    struct stage *s = *state;
    assert_no_write(s, virtual_fault_named("an empty list"), LIST_PARAMETERS, SIZE_MAX,
                    ENGINE_DAEMON);
    assert_int_equal(stage_said_times(s, MESSAGE_DRIFT_UNACHIEVABLE, NULL), 0);
    assert_true(stage_said(s, MESSAGE_DRIFT_UNKNOWN, NULL));
}

/* --- lists without an end ----------------------------------------------------------------------
 */

static void assert_bounded(const char *word, size_t pages)
{
    struct stage s;
    stage_init(&s, 1, NULL);
    stage_load(&s, stage_built());
    virtual_nothing_to_do(s.v);
    virtual_fault_on(s.v, virtual_fault_named(word), LIST_RULES, SIZE_MAX);
    stage_begin(&s, ENGINE_DAEMON, NULL);
    virtual_pass(s.v, MINUTES(10));
    size_t asked = virtual_count(s.v, LIST_RULES, 0);
    if (asked > pages) fail_msg("%s: %zu pages in ten minutes", word, asked);
    assert_true(stage_said(&s, MESSAGE_DRIFT_UNKNOWN, NULL));
    virtual_fault_end(s.v);
    assert_true(stage_until_in_order(&s, MINUTES(30)));
    stage_done(&s);
}

static void test_a_list_in_a_circle(void **state)
{
    (void)state;
    assert_bounded("nextLink in a circle", 100);
    assert_bounded("nextLink to itself", 100);
}

static void test_a_list_without_end(void **state)
{
    (void)state;
    assert_bounded("nextLink without end", 30000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_404_of_the_server_at_start),
        cmocka_unit_test(test_some_404_of_the_server),
        STORY_BUILT(test_404_of_the_server_for_an_hour),
        STORY_BUILT(test_one_404_after_it_was_seen),
        STORY_BUILT(test_one_404_after_a_restart),
        STORY_BUILT(test_one_404_in_apply),
        STORY_BUILT(test_404_in_apply_for_ever),
        STORY_BUILT(test_some_404_beside_what_may_not_be_done),
        cmocka_unit_test(test_one_404_of_the_group),
        cmocka_unit_test(test_one_broken_answer_of_the_server),
        cmocka_unit_test(test_one_broken_answer_of_the_group),
        cmocka_unit_test(test_one_broken_list_of_rules),
        cmocka_unit_test(test_one_broken_list_of_parameters),
        STORY_BUILT(test_no_parameters_at_all_is_no_answer),
        cmocka_unit_test(test_a_list_in_a_circle),
        cmocka_unit_test(test_a_list_without_end),
    };
    return STORY_RUN(tests);
}
