/* What becomes of writes: an accepted one is not repeated, a creation is made once, one without
 * effect is said so, a fight ends. Each case is one that was seen to be broken, or a sibling of it.
 */
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

#define PATCH_SERVER "PATCH " STORY_SERVER "$"
#define LIST_PARAMETERS "GET " STORY_SERVER "/configurations"
#define WORK_MEM STORY_SERVER "/configurations/work_mem"

/* --- writes that were accepted -----------------------------------------------------------------
 */

static void meddle_retention(struct virtual *v)
{
    virtual_meddle(v, STORY_SERVER,
                   json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 7));
}

static void test_reads_that_lag_do_not_repeat_a_write(void **state)
{
    struct stage *s = *state;
    meddle_retention(s->v);
    virtual_fault_on(s->v, virtual_fault_named("lag 5 s"), PATCH_SERVER, 1);
    stage_begin(s, ENGINE_DAEMON, NULL);
    assert_true(stage_until_in_order(s, MINUTES(30)));
    virtual_pass(s->v, MINUTES(10));
    story_assert_count(s, PATCH_SERVER, 1);
}

/* The same write is not repeated, whatever it was about: 'patch' (stolen) is what somebody did to
 * 'id', 'line' what puts it back. */
static void assert_written_once(const char *id, json_t *patch, const char *line)
{
    struct stage s;
    stage_init(&s, 1, NULL);
    stage_load(&s, stage_built());
    if (patch)
        virtual_meddle(s.v, id, patch);
    else
        virtual_remove(s.v, id);
    virtual_fault_on(s.v, virtual_fault_named("lag 5 s"), line, 1);
    stage_begin(&s, ENGINE_DAEMON, json_pack("{s:{s:b}}", "policy", "allowDisruptive", 1));
    story_assert_in_order(&s, MINUTES(30));
    virtual_pass(s.v, MINUTES(10));
    story_assert_count(&s, line, 1);
    stage_done(&s);
}

static void test_reads_that_lag_do_not_scale_twice(void **state)
{
    (void)state;
    assert_written_once(STORY_SERVER, json_pack("{s:{s:s}}", "sku", "name", "Standard_D2s_v3"),
                        PATCH_SERVER);
}

static void test_reads_that_lag_behind_a_parameter_or_a_rule(void **state)
{
    (void)state;
    assert_written_once(WORK_MEM, json_pack("{s:{s:s}}", "properties", "value", "4096"),
                        "PATCH " WORK_MEM);
    assert_written_once(STORY_RULE, NULL, "PUT " STORY_RULE);
}

/* The group is there; the server is made, and its answer is lost in some way. */
static void assert_one_creation(const char *word, size_t creations)
{
    struct stage s;
    stage_init(&s, 1, NULL);
    stage_load(&s, stage_built());
    virtual_remove(s.v, STORY_SERVER);
    virtual_fault_on(s.v, virtual_fault_named(word), "PUT " STORY_SERVER "$", 1);
    stage_begin(&s, ENGINE_DAEMON, NULL);
    if (!stage_until_in_order(&s, MINUTES(10 * 60))) {
        stage_show(&s);
        fail_msg("%s: does not come in order", word);
    }
    size_t puts =
        virtual_count(s.v, "PUT " STORY_SERVER, 0) - virtual_count(s.v, "PUT " STORY_SERVER "/", 0);
    if (puts != creations) fail_msg("%s: %zu creations", word, puts);
    stage_done(&s);
}

static void test_a_lost_creation_is_not_sent_again(void **state)
{
    static const char *const words[] = {"monitor 301",           "monitor 404",
                                        "monitor 403",           "monitor garbage",
                                        "monitor 500",           "monitor says nothing",
                                        "reset after",           "silence after",
                                        "504 and done",          "500 and done",
                                        "Canceled and done",     "Failed and done",
                                        "202 without a monitor", "monitor InProgress for ever"};
    (void)state;
    for (size_t i = 0; i < STORY_COUNT(words); i++) assert_one_creation(words[i], 1);
}

static void test_a_creation_that_failed_is_sent_again(void **state)
{
    static const char *const words[] = {"Canceled", "Failed", "reset before", "409 Conflict"};
    (void)state;
    for (size_t i = 0; i < STORY_COUNT(words); i++) assert_one_creation(words[i], 2);
}

/* --- writes without effect ---------------------------------------------------------------------
 */

static const struct virtual_fault never_effective = {
    .word = "never any effect", .classes = VIRTUAL_WRITE, .effect = EFFECT_NOTHING};

static void assert_given_up(struct stage *s, const char *line)
{
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(24 * 60));
    size_t writes = virtual_count(s->v, line, 0);
    if (!writes || writes > 3) fail_msg("%zu times in a day: %s", writes, line);
    assert_true(stage_said(s, MESSAGE_DRIFT_UNACHIEVABLE, "without effect"));
    assert_int_equal(engine_totals(s->engine).unachievable, 1);
}

static void test_a_server_that_ignores_a_write(void **state)
{
    struct stage *s = *state;
    meddle_retention(s->v);
    virtual_fault_on(s->v, &never_effective, PATCH_SERVER, SIZE_MAX);
    assert_given_up(s, PATCH_SERVER);
}

static void test_a_maintenance_window_that_is_ignored(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:{s:i}}}", "properties", "maintenanceWindow", "startHour", 3));
    virtual_fault_on(s->v, &never_effective, PATCH_SERVER, SIZE_MAX);
    assert_given_up(s, PATCH_SERVER);
}

static void test_a_parameter_that_ignores_a_write(void **state)
{
    struct stage *s = *state;
    virtual_meddle(s->v, WORK_MEM, json_pack("{s:{s:s}}", "properties", "value", "4096"));
    virtual_fault_on(s->v, &never_effective, "PATCH " WORK_MEM, SIZE_MAX);
    assert_given_up(s, "PATCH " WORK_MEM);
}

static void test_a_rule_that_ignores_a_write(void **state)
{
    struct stage *s = *state;
    virtual_remove(s->v, STORY_RULE);
    virtual_fault_on(s->v, &never_effective, "PUT " STORY_RULE, SIZE_MAX);
    assert_given_up(s, "PUT " STORY_RULE);
}

/* The other side changes: then it is tried again. */
static void test_what_was_given_up_is_taken_up_when_it_moves(void **state)
{
    struct stage *s = *state;
    meddle_retention(s->v);
    virtual_fault_on(s->v, &never_effective, PATCH_SERVER, SIZE_MAX);
    assert_given_up(s, PATCH_SERVER);
    virtual_fault_end(s->v);
    virtual_meddle(s->v, STORY_SERVER,
                   json_pack("{s:{s:{s:i}}}", "properties", "backup", "backupRetentionDays", 14));
    assert_true(stage_until_in_order(s, MINUTES(60)));
}

static void test_a_value_answered_with_a_blank(void **state)
{
    static const struct virtual_fault blank = {.word = "a trailing blank",
                                               .classes = VIRTUAL_LIST | VIRTUAL_GET,
                                               .effect = EFFECT_BODY,
                                               .spoil = SPOIL_ITEM_BLANK,
                                               .code = "work_mem",
                                               .harmless = true};
    struct stage *s = *state;
    virtual_allow_repeats(s->v, 3);
    virtual_fault_on(s->v, &blank, LIST_PARAMETERS, SIZE_MAX);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(24 * 60));
    assert_true(virtual_count(s->v, "PATCH " WORK_MEM, 0) <= 3);
}

/* --- fights ------------------------------------------------------------------------------------
 */

/* Somebody puts his value back five minutes after ours. */
struct opponent {
    struct virtual *v;
    unsigned times;
};

static void oppose(void *ctx)
{
    struct opponent *o = ctx;
    const json_t *server = virtual_resource(o->v, STORY_SERVER);
    const char *tag = json_text_at(server, "tags.service");
    if (tag && strcmp(tag, "story") == 0 && !virtual_is_busy(o->v, STORY_SERVER)) {
        o->times++;
        virtual_meddle(o->v, STORY_SERVER, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
    }
    if (o->times < 50) virtual_later(o->v, MINUTES(1), oppose, o);
}

static void test_a_fight_ends(void **state)
{
    struct stage *s = *state;
    struct opponent o = {.v = s->v};
    oppose(&o);
    stage_begin(s, ENGINE_DAEMON, NULL);
    virtual_pass(s->v, MINUTES(8 * 60));
    size_t patches = virtual_count(s->v, PATCH_SERVER, 0);
    assert_true(o.times > 1);
    /* Five within minutes, then an hour of peace, and so on. */
    if (patches > 40) fail_msg("%zu writes in eight hours", patches);
    assert_true(stage_said(s, MESSAGE_DRIFT_FOUGHT, "tags.service"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY_BUILT(test_reads_that_lag_do_not_repeat_a_write),
        cmocka_unit_test(test_reads_that_lag_do_not_scale_twice),
        cmocka_unit_test(test_reads_that_lag_behind_a_parameter_or_a_rule),
        cmocka_unit_test(test_a_lost_creation_is_not_sent_again),
        cmocka_unit_test(test_a_creation_that_failed_is_sent_again),
        STORY_BUILT(test_a_server_that_ignores_a_write),
        STORY_BUILT(test_a_maintenance_window_that_is_ignored),
        STORY_BUILT(test_a_parameter_that_ignores_a_write),
        STORY_BUILT(test_a_rule_that_ignores_a_write),
        STORY_BUILT(test_what_was_given_up_is_taken_up_when_it_moves),
        STORY_BUILT(test_a_value_answered_with_a_blank),
        STORY_BUILT(test_a_fight_ends),
    };
    return STORY_RUN(tests);
}
