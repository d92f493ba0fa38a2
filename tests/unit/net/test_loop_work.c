/* Work beside the loop: the loop goes on meanwhile, the end comes back to it, once. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/loop_work.h"

struct story {
    struct loop *loop;
    struct loop_timer *timer;
    int pipe[2]; /* the work reads from it, the loop writes to it */
    char got;
    unsigned ticks;
    unsigned done;
    unsigned ticks_at_end;
};

static int story_setup(void **state)
{
    static struct story s;
    s = (struct story){.loop = loop_new(NULL)};
    *state = &s;
    return s.loop && pipe(s.pipe) == 0 ? 0 : -1;
}

static int story_teardown(void **state)
{
    struct story *s = *state;
    loop_timer_free(s->timer);
    loop_free(s->loop);
    close(s->pipe[0]);
    close(s->pipe[1]);
    return 0;
}

static void story_work(void *ctx)
{
    struct story *s = ctx;
    if (read(s->pipe[0], &s->got, 1) != 1) s->got = '?';
}

static void story_done(void *ctx)
{
    struct story *s = ctx;
    s->done++;
    s->ticks_at_end = s->ticks;
}

static void story_tick(void *ctx)
{
    struct story *s = ctx;
    assert_int_equal(s->done, 0);
    if (++s->ticks < 5) {
        loop_timer_start(s->timer, 1);
    } else {
        assert_int_equal(write(s->pipe[1], "x", 1), 1);
    }
}

/* The work waits for what the loop does only after five timers: were it on the loop, this hung. */
static void test_the_loop_goes_on(void **state)
{
    struct story *s = *state;
    s->timer = loop_timer_new(s->loop, story_tick, s);
    loop_work(s->loop, story_work, story_done, s);
    loop_timer_start(s->timer, 0);
    loop_run(s->loop);
    assert_int_equal(s->done, 1);
    assert_int_equal(s->ticks_at_end, 5);
    assert_int_equal(s->got, 'x');
}

static void story_begin_again(void *ctx)
{
    struct story *s = ctx;
    assert_int_equal(write(s->pipe[1], "y", 1), 1);
    loop_work(s->loop, story_work, story_done, s);
}

static void test_work_begins_from_the_end_of_work(void **state)
{
    struct story *s = *state;
    assert_int_equal(write(s->pipe[1], "x", 1), 1);
    loop_work(s->loop, story_work, story_begin_again, s);
    loop_run(s->loop);
    assert_int_equal(s->done, 1);
    assert_int_equal(s->got, 'y');
}

/* Whoever waits for the end of his work learns of it, also when the loop is taken down. */
static void test_the_end_of_the_loop_waits(void **state)
{
    struct story *s = *state;
    loop_work(s->loop, story_work, story_done, s);
    assert_int_equal(write(s->pipe[1], "z", 1), 1);
    loop_free(s->loop);
    s->loop = NULL;
    assert_int_equal(s->done, 1);
    assert_int_equal(s->got, 'z');
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, story_setup, story_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_the_loop_goes_on),
        CASE(test_work_begins_from_the_end_of_work),
        CASE(test_the_end_of_the_loop_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
