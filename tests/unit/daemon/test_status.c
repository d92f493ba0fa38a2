/* The line of `systemctl status`: nothing is called fine that nobody has looked at. */
#include "run/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_status(const struct engine_totals *t, const char *refused, const char *expected)
{
    struct buf text;
    buf_init(&text, 1024);
    status_text(t, refused, &text);
    assert_string_equal(buf_text(&text), expected);
    buf_done(&text);
}

static void test_nothing_declared(void **state)
{
    (void)state;
    assert_status(&(struct engine_totals){0}, NULL, "nothing is declared");
}

static void test_before_anything_was_looked_at(void **state)
{
    (void)state;
    assert_status(&(struct engine_totals){.targets = 2, .items = 20}, NULL,
                  "20 items on 2 targets: 2 targets not looked at yet");
    assert_status(&(struct engine_totals){.targets = 2, .items = 20, .looked = 1}, NULL,
                  "20 items on 2 targets: 1 target not looked at yet");
}

static void test_in_sync(void **state)
{
    (void)state;
    assert_status(&(struct engine_totals){.targets = 1, .items = 1, .looked = 1}, NULL,
                  "1 item on 1 target: in sync");
}

static void test_everything_that_is_not(void **state)
{
    (void)state;
    const struct engine_totals t = {.targets = 4,
                                    .items = 20,
                                    .looked = 2,
                                    .drifted = 1,
                                    .debt = 6,
                                    .waiting = 2,
                                    .blocked = 3,
                                    .unachievable = 4,
                                    .unknown = 5};
    assert_status(&t, NULL,
                  "20 items on 4 targets: 1 drifted, 6 owing a restart, 2 waiting, 3 blocked, 4 "
                  "unachievable, "
                  "5 unknown, 2 targets not looked at yet");
}

static void test_a_refused_reload_stays(void **state)
{
    (void)state;
    assert_status(&(struct engine_totals){.targets = 1, .items = 3, .looked = 1},
                  "refused: a.json:3:7: x", "3 items on 1 target: in sync; refused: a.json:3:7: x");
    assert_status(&(struct engine_totals){0}, "why", "nothing is declared; why");
}

static void test_refusal(void **state)
{
    (void)state;
    static const char source[] = "{\n  \"a\": 1,\n  \"b\": 2\n}";
    struct problems p;
    problems_init(&p);
    problems_source(&p, "a.json", source, strlen(source));
    problems_add(&p, "b", "must be less");
    problems_sort(&p);
    char *text = status_refusal(&p);
    assert_string_equal(text, "the last reload was refused: a.json:3:8: b: must be less");
    free(text);
    problems_add(&p, "a", "must be more");
    problems_sort(&p);
    text = status_refusal(&p);
    assert_string_equal(text,
                        "the last reload was refused: a.json:2:8: a: must be more (and 1 more)");
    free(text);
    problems_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_declared),
        cmocka_unit_test(test_before_anything_was_looked_at),
        cmocka_unit_test(test_in_sync),
        cmocka_unit_test(test_everything_that_is_not),
        cmocka_unit_test(test_a_refused_reload_stays),
        cmocka_unit_test(test_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
