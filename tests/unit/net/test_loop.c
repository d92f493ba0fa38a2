/* The loop: in which order things happen, and that everything may be freed at any time. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/loop.h"

/* What happened, as letters. */
struct story {
    struct loop *loop;
    char text[64];
    size_t length;
    struct loop_timer *timer;
    struct loop_task *task;
    struct loop_watch *watch;
    unsigned events;
    int fd;
    msec seen;
};

static void add(struct story *s, char c)
{
    assert_true(s->length + 1 < sizeof(s->text));
    s->text[s->length++] = c;
    s->text[s->length] = '\0';
}

static void add_a(void *ctx)
{
    add(ctx, 'a');
}

static void add_b(void *ctx)
{
    add(ctx, 'b');
}

static void add_c(void *ctx)
{
    add(ctx, 'c');
}

static void stop(void *ctx)
{
    struct story *s = ctx;
    add(s, '.');
    loop_stop(s->loop);
}

static int set_up(void **state)
{
    static struct story s;
    s = (struct story){.loop = loop_new(NULL)};
    *state = &s;
    return s.loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct story *s = *state;
    loop_free(s->loop);
    return 0;
}

static void test_timers_in_order(void **state)
{
    struct story *s = *state;
    struct loop_timer *a = loop_timer_new(s->loop, add_a, s);
    struct loop_timer *b = loop_timer_new(s->loop, add_b, s);
    struct loop_timer *c = loop_timer_new(s->loop, add_c, s);
    struct loop_timer *never = loop_timer_new(s->loop, stop, s);
    loop_timer_start(c, 30);
    loop_timer_start(b, 1000);
    loop_timer_start(a, 1);
    loop_timer_start(b, 15); /* anew */
    loop_timer_start(never, 2);
    assert_true(loop_timer_running(never));
    loop_timer_stop(never);
    assert_false(loop_timer_running(never));
    msec before = loop_now(s->loop);
    loop_run(s->loop);
    assert_string_equal(s->text, "abc");
    assert_true(loop_now(s->loop) >= before + 30);
    loop_timer_free(a);
    loop_timer_free(b);
    loop_timer_free(c);
    loop_timer_free(never);
    loop_timer_free(NULL);
}

static void test_timer_at(void **state)
{
    struct story *s = *state;
    struct loop_timer *a = loop_timer_new(s->loop, add_a, s);
    struct loop_timer *b = loop_timer_new(s->loop, add_b, s);
    msec now = loop_now(s->loop);
    loop_timer_start_at(b, now + 10);
    loop_timer_start_at(a, now > 5 ? now - 5 : 0);
    assert_string_equal(s->text, ""); /* also what is due comes later */
    loop_run(s->loop);
    assert_string_equal(s->text, "ab");
    loop_timer_free(a);
    loop_timer_free(b);
}

static void free_own_timer(void *ctx)
{
    struct story *s = ctx;
    add(s, 't');
    loop_timer_free(s->timer);
}

static void test_timer_freed_in_callback(void **state)
{
    struct story *s = *state;
    s->timer = loop_timer_new(s->loop, free_own_timer, s);
    loop_timer_start(s->timer, 0);
    loop_run(s->loop);
    assert_string_equal(s->text, "t");
}

static void defer_more(void *ctx)
{
    struct story *s = ctx;
    add(s, '1');
    loop_defer(s->loop, add_b, s);
    loop_task_cancel(s->task); /* of the same turn, not yet called */
}

static void test_deferred_calls(void **state)
{
    struct story *s = *state;
    loop_defer(s->loop, add_a, s);
    loop_defer(s->loop, defer_more, s);
    s->task = loop_defer(s->loop, stop, s);
    loop_defer(s->loop, add_c, s);
    assert_string_equal(s->text, "");
    loop_run(s->loop);
    assert_string_equal(s->text, "a1cb");
    loop_defer(s->loop, add_a, s); /* never called: freed with the loop */
}

static void look_at_clock(void *ctx)
{
    struct story *s = ctx;
    if (s->seen == 0)
        s->seen = loop_now(s->loop);
    else
        assert_int_equal(s->seen, loop_now(s->loop));
    add(s, 'n');
}

static void test_one_time_per_turn(void **state)
{
    struct story *s = *state;
    for (int i = 0; i < 3; i++) loop_defer(s->loop, look_at_clock, s);
    loop_run(s->loop);
    assert_string_equal(s->text, "nnn");
    assert_true(loop_wall_clock(s->loop) > INT64_C(1600000000000));
}

static void test_stop(void **state)
{
    struct story *s = *state;
    struct loop_timer *late = loop_timer_new(s->loop, add_a, s);
    loop_timer_start(late, 3600000);
    loop_defer(s->loop, stop, s);
    loop_run(s->loop);
    assert_string_equal(s->text, ".");
    loop_stop(s->loop); /* before it runs: at once */
    loop_run(s->loop);
    assert_string_equal(s->text, ".");
    loop_defer(s->loop, stop, s);
    loop_run(s->loop);
    assert_string_equal(s->text, "..");
    loop_timer_free(late);
}

static void raise_signal(void *ctx)
{
    (void)ctx;
    raise(SIGUSR1);
}

static void test_signals(void **state)
{
    struct story *s = *state;
    struct err err;
    assert_null(loop_signal_new(s->loop, SIGKILL, stop, s, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
    struct loop_signal *usr1 = loop_signal_new(s->loop, SIGUSR1, stop, s, &err);
    struct loop_signal *hup = loop_signal_new(s->loop, SIGHUP, add_a, s, &err);
    assert_non_null(usr1);
    assert_non_null(hup);
    loop_run(s->loop); /* they alone keep nothing running */
    struct loop_timer *alive = loop_timer_new(s->loop, add_b, s);
    loop_timer_start(alive, 3600000);
    for (int i = 0; i < 2; i++) {
        loop_defer(s->loop, raise_signal, s);
        loop_run(s->loop);
    }
    assert_string_equal(s->text, "..");
    loop_timer_free(alive);
    loop_signal_free(usr1);
    loop_signal_free(hup);
    loop_signal_free(NULL);
}

static void on_watch(void *ctx, unsigned events)
{
    struct story *s = ctx;
    char byte;
    s->events |= events;
    add(s, 'w');
    if (events & LOOP_READ && read(s->fd, &byte, 1) == 1) add(s, byte);
    loop_watch_free(s->watch);
    s->watch = NULL;
}

static void test_watch(void **state)
{
    struct story *s = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    s->fd = ends[0];
    s->watch = loop_watch_new(s->loop, ends[0], on_watch, s, NULL);
    assert_non_null(s->watch);
    loop_watch_set(s->watch, LOOP_READ);
    loop_watch_set(s->watch, 0); /* paused: keeps nothing running */
    loop_run(s->loop);
    assert_string_equal(s->text, "");
    loop_watch_set(s->watch, LOOP_READ);
    assert_int_equal(write(ends[1], "x", 1), 1);
    loop_run(s->loop);
    assert_string_equal(s->text, "wx");
    assert_int_equal(s->events, LOOP_READ);
    /* The same number again, at once after the first watch was freed. */
    s->watch = loop_watch_new(s->loop, ends[0], on_watch, s, NULL);
    assert_non_null(s->watch);
    loop_watch_free(s->watch);
    s->watch = loop_watch_new(s->loop, ends[0], on_watch, s, NULL);
    assert_non_null(s->watch);
    loop_watch_set(s->watch, LOOP_READ);
    assert_int_equal(write(ends[1], "y", 1), 1);
    loop_run(s->loop);
    assert_string_equal(s->text, "wxwy");
    close(ends[0]);
    close(ends[1]);
    struct err err;
    assert_null(loop_watch_new(s->loop, -1, on_watch, s, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
}

static void test_random(void **state)
{
    struct story *s = *state;
    uint32_t first[4];
    loop_seed(s->loop, 42);
    for (int i = 0; i < 4; i++) first[i] = loop_random(s->loop);
    loop_seed(s->loop, 42);
    for (int i = 0; i < 4; i++) assert_int_equal(first[i], loop_random(s->loop));
    loop_seed(s->loop, 43);
    assert_int_not_equal(first[0], loop_random(s->loop));
    /* Every bit is about as often set as not, within ten standard deviations. */
    unsigned ones[32] = {0};
    for (int i = 0; i < 4096; i++) {
        uint32_t r = loop_random(s->loop);
        for (int bit = 0; bit < 32; bit++) ones[bit] += r >> bit & 1;
    }
    for (int bit = 0; bit < 32; bit++) assert_in_range(ones[bit], 2048 - 320, 2048 + 320);
}

static void test_free_closes_what_is_open(void **state)
{
    struct story *s = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct loop_watch *watch = loop_watch_new(s->loop, ends[0], on_watch, s, NULL);
    loop_watch_set(watch, LOOP_READ);
    loop_timer_start(loop_timer_new(s->loop, add_a, s), 3600000);
    assert_non_null(loop_signal_new(s->loop, SIGUSR1, add_b, s, NULL));
    loop_defer(s->loop, add_c, s);
    loop_free(s->loop);
    assert_string_equal(s->text, "");
    close(ends[0]);
    close(ends[1]);
    s->loop = loop_new(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_timers_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timer_at, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_timer_freed_in_callback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_deferred_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_one_time_per_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_watch, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_random, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_closes_what_is_open, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
