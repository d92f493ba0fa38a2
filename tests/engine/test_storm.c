/* Many faults at once, at random, and a daemon that is killed, or given another document, at any
 * moment: nothing that must
 * never happen happens, and after the storm everything is as declared. Each seed is a story of its
 * own; ENGINE_STORM=N in the environment plays N of them instead of the usual number. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/number.h"
#include "support/virtual_stage.h"

enum { SEEDS = 40 };

#define STORM MINUTES(45)
#define CALM MINUTES(6)
/* An operation that nobody can follow any more is given up after two hours. */
#define PATIENCE MINUTES(24 * 60)

static uint64_t seeds(void)
{
    const char *text = getenv("ENGINE_STORM");
    uint64_t n = SEEDS;
    if (text && number_parse(text, &n) < 0) fail_msg("ENGINE_STORM is a number");
    return n;
}

struct kind {
    const char *name;
    unsigned percent; /* of the calls meet a fault */
    bool from_nothing;
    bool killed;   /* every few minutes */
    bool reloaded; /* likewise, there and back */
};

static void meddle(struct stage *s, uint32_t seed)
{
    if (seed % 2)
        virtual_meddle(s->v, STORY_SERVER, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
    if (seed % 3)
        virtual_sql(s->v, "pg-story", "app", "REVOKE SELECT ON TABLE public.users FROM app");
    if (seed % 5) virtual_remove(s->v, STORY_RULE);
}

static void set_out(struct stage *s, const struct kind *kind, uint32_t seed)
{
    stage_init(s, seed, NULL);
    stage_load(s, stage_built());
    virtual_shows_creations(s->v, seed % 2);
    /* Reads that lag may make nobody wiser in time. */
    virtual_allow_repeats(s->v, 3);
    if (!kind->from_nothing) {
        meddle(s, seed);
        return;
    }
    json_t *empty = json_pack("{s:{}, s:{}, s:{}}", "store", "postgres", "passwords");
    virtual_load(s->v, empty);
    json_decref(empty);
}

/* Somebody changes his mind about the retention. */
static json_t *other_limit(void)
{
    return json_pack("{s:{s:{s:{s:i}}}}", "servers", "properties", "backup", "backupRetentionDays",
                     21);
}

/* Returns what is wrong; NULL: nothing. */
static char *weather(struct stage *s, const struct kind *kind)
{
    virtual_fault_storm(s->v, kind->percent);
    stage_begin(s, ENGINE_DAEMON, NULL);
    for (unsigned i = 1; i <= 9; i++) {
        virtual_pass(s->v, STORM / 9 + i * 777);
        if (kind->killed) stage_begin(s, ENGINE_DAEMON, NULL);
        if (kind->reloaded) stage_reload(s, i % 2 ? other_limit() : NULL);
    }
    if (kind->reloaded) stage_reload(s, NULL);
    virtual_fault_end(s->v);
    if (*virtual_complaints(s->v)) return xstrdup(virtual_complaints(s->v));
    if (!stage_until_in_order(s, PATIENCE)) return xstrdup("does not come in order");
    virtual_nothing_to_do(s->v);
    virtual_pass(s->v, CALM);
    return *virtual_complaints(s->v) ? xstrdup(virtual_complaints(s->v)) : NULL;
}

static void play(const struct kind *kind)
{
    size_t failed = 0, faults = 0;
    for (uint32_t seed = 1; seed <= seeds(); seed++) {
        struct stage s;
        set_out(&s, kind, seed);
        char *wrong = weather(&s, kind);
        faults += virtual_fault_met(s.v);
        if (wrong && failed++ < 10)
            fprintf(stderr, "%s, seed %" PRIu32 ": %s\n", kind->name, seed, wrong);
        free(wrong);
        stage_free(&s);
    }
    print_message("# %s: %" PRIu64 " seeds, %zu faults, %zu failed\n", kind->name, seeds(), faults,
                  failed);
    assert_int_equal(failed, 0);
}

static void test_a_breeze(void **state)
{
    (void)state;
    play(&(struct kind){"a breeze", 5, false, false, false});
}

static void test_a_storm(void **state)
{
    (void)state;
    play(&(struct kind){"a storm", 30, false, false, false});
}

static void test_a_build_up_in_a_storm(void **state)
{
    (void)state;
    play(&(struct kind){"a build-up in a storm", 20, true, false, false});
}

static void test_kills_in_good_weather(void **state)
{
    (void)state;
    play(&(struct kind){"kills in good weather", 0, true, true, false});
}

static void test_kills_in_a_storm(void **state)
{
    (void)state;
    play(&(struct kind){"kills in a storm", 20, true, true, false});
}

static void test_reloads_in_a_storm(void **state)
{
    (void)state;
    play(&(struct kind){"reloads in a storm", 15, true, false, true});
}

static void test_reloads_in_good_weather(void **state)
{
    (void)state;
    play(&(struct kind){"reloads in good weather", 0, false, false, true});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_breeze),
        cmocka_unit_test(test_a_storm),
        cmocka_unit_test(test_a_build_up_in_a_storm),
        cmocka_unit_test(test_kills_in_good_weather),
        cmocka_unit_test(test_kills_in_a_storm),
        cmocka_unit_test(test_reloads_in_a_storm),
        cmocka_unit_test(test_reloads_in_good_weather),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stage_built_free();
    return failed;
}
