/* Reading a configuration beside the loop: the loop goes on, requests in between are not lost. */
#include "run/reload.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

/* A file system that hangs: opening the settings takes until there is a byte in this pipe. */
static int gate[2] = {-1, -1};

int open(const char *path, int flags, ...)
{
    char byte;
    if (gate[0] >= 0 && strstr(path, "/pgdriftd.json") && read(gate[0], &byte, 1) != 1) return -1;
    return openat(AT_FDCWD, path, flags, 0600);
}

struct fixture {
    char directory[64];
    char settings[96];
    char state_directory[96];
    const char *held;
    struct loop *loop;
    struct loop_timer *timer;
    struct reload *reload;
    unsigned begun, accepted, refused, locked;
    unsigned ticks, ticks_wanted;
    unsigned asked_while_reading;
    char first_problem[300];
};

static void put_text(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
}

static void gate_let_through(void)
{
    assert_int_equal(write(gate[1], "x", 1), 1);
}

static void on_begun(void *ctx)
{
    struct fixture *f = ctx;
    f->begun++;
}

static void on_ended(void *ctx, struct configuration *next, const struct problems *problems)
{
    struct fixture *f = ctx;
    assert_false(reload_is_reading(f->reload));
    f->accepted += next != NULL;
    f->locked += next && next->lock;
    f->refused += next == NULL;
    if (!next) {
        snprintf(f->first_problem, sizeof(f->first_problem), "%s", problems->items[0].text);
    }
    configuration_free(next);
}

/* Asks again while the first reading hangs, and then lets all readings through. */
static void on_tick(void *ctx)
{
    struct fixture *f = ctx;
    assert_true(reload_is_reading(f->reload));
    for (unsigned i = 0; i < f->asked_while_reading; i++) reload_request(f->reload);
    f->asked_while_reading = 0;
    if (++f->ticks < f->ticks_wanted) {
        loop_timer_start(f->timer, 1);
        return;
    }
    gate_let_through();
    gate_let_through();
    gate_let_through();
}

/* The state directory of the settings is the first one's. */
static const char *on_held(void *ctx, size_t which)
{
    const struct fixture *f = ctx;
    return which == 0 ? f->held : NULL;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    const struct reload_hooks hooks = {
        .ctx = f, .begun = on_begun, .held = on_held, .ended = on_ended};
    const char *base = getenv("TMPDIR");
    snprintf(f->directory, sizeof(f->directory), "%s/reload-XXXXXX",
             base && strlen(base) < 40 ? base : "/tmp");
    if (!mkdtemp(f->directory) || pipe(gate) != 0) return -1;
    snprintf(f->settings, sizeof(f->settings), "%s/pgdriftd.json", f->directory);
    snprintf(f->state_directory, sizeof(f->state_directory), "%s/state", f->directory);
    f->held = f->state_directory;
    f->loop = loop_new(NULL);
    f->timer = loop_timer_new(f->loop, on_tick, f);
    f->reload = reload_new(f->loop, f->settings, &hooks);
    f->ticks_wanted = 5;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    loop_timer_free(f->timer);
    reload_free(f->reload);
    loop_free(f->loop);
    close(gate[0]);
    close(gate[1]);
    gate[0] = -1;
    static const char *const names[] = {"pgdriftd.json", "desired.d/a.json", "desired.d",
                                        "state/lock", "state"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = xasprintf("%s/%s", f->directory, names[i]);
        assert_true(remove(path) == 0 || errno == ENOENT);
        free(path);
    }
    rmdir(f->directory);
    free(f);
    return 0;
}

static void test_the_loop_goes_on_while_a_file_hangs(void **state)
{
    struct fixture *f = *state;
    put_text(f->settings, "{");
    reload_request(f->reload);
    loop_timer_start(f->timer, 0);
    loop_run(f->loop);
    assert_int_equal(f->ticks, 5);
    assert_int_equal(f->begun, 1);
    assert_int_equal(f->refused, 1);
}

/* However many come while one is read: one more reading, which sees the files as they are then. */
static void test_requests_while_reading_become_one(void **state)
{
    struct fixture *f = *state;
    put_text(f->settings, "{");
    f->asked_while_reading = 7;
    reload_request(f->reload);
    loop_timer_start(f->timer, 0);
    loop_run(f->loop);
    assert_int_equal(f->begun, 2);
    assert_int_equal(f->refused, 2);
    assert_false(reload_is_reading(f->reload));
}

/* Settings whose documents are those of a directory below the fixture's. */
static void put_settings(const struct fixture *f)
{
    char *text = xasprintf("{\"desired\":{\"directory\":\"%s/desired.d\"},"
                           "\"stateDirectory\":\"%s\"}",
                           f->directory, f->state_directory);
    put_text(f->settings, text);
    free(text);
}

static void reload_once(struct fixture *f)
{
    reload_request(f->reload);
    loop_timer_start(f->timer, 0);
    loop_run(f->loop);
}

static void test_problems_come_back(void **state)
{
    struct fixture *f = *state;
    put_settings(f);
    reload_once(f);
    assert_int_equal(f->refused, 1);
    assert_string_equal(f->first_problem, "No such file or directory");
}

static void put_document(const struct fixture *f)
{
    char *directory = xasprintf("%s/desired.d", f->directory);
    char *document = xasprintf("%s/a.json", directory);
    assert_return_code(mkdir(directory, 0700), errno);
    put_text(document, "{\"schemaVersion\":1,\"metadata\":{\"name\":\"a\"},"
                       "\"azure\":{\"subscriptionId\":\"00000000-0000-0000-0000-000000000001\"},"
                       "\"resourceGroup\":{\"name\":\"rg\",\"location\":\"koreacentral\"}}");
    free(document);
    free(directory);
}

static void test_a_good_one_comes_back(void **state)
{
    struct fixture *f = *state;
    put_settings(f);
    put_document(f);
    reload_once(f);
    assert_string_equal(f->first_problem, "");
    assert_int_equal(f->accepted, 1);
    /* Its lock is held already, by whoever asked. */
    assert_int_equal(f->locked, 0);
    assert_int_equal(access(f->state_directory, F_OK), -1);
}

static void test_another_state_directory_is_locked(void **state)
{
    struct fixture *f = *state;
    f->held = "/another";
    put_settings(f);
    put_document(f);
    reload_once(f);
    assert_string_equal(f->first_problem, "");
    assert_int_equal(f->accepted, 1);
    assert_int_equal(f->locked, 1);
}

/* By whoever else: then the whole configuration is refused. */
static void test_another_state_directory_is_held(void **state)
{
    struct fixture *f = *state;
    char expected[200];
    f->held = "/another";
    put_settings(f);
    put_document(f);
    struct lock *other = lock_new(f->state_directory, NULL);
    assert_non_null(other);
    reload_once(f);
    lock_free(other);
    snprintf(expected, sizeof(expected), "process %ld uses the state directory %s", (long)getpid(),
             f->state_directory);
    assert_string_equal(f->first_problem, expected);
    assert_int_equal(f->refused, 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_the_loop_goes_on_while_a_file_hangs),
        CASE(test_requests_while_reading_become_one),
        CASE(test_problems_come_back),
        CASE(test_a_good_one_comes_back),
        CASE(test_another_state_directory_is_locked),
        CASE(test_another_state_directory_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
