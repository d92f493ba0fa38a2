/* Names to addresses: what the hosts file says, what the system says, and that nobody is answered
 * from inside or after having been taken back. */
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

#include "net/resolve.h"
#include "support/scratch.h"

/* A label that is longer than DNS allows: refused without asking anybody. */
#define NO_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test"

struct fixture {
    struct loop *loop;
    struct resolve *resolve;
    char hosts[SCRATCH_PATH];
    char text[256]; /* all answers */
    struct resolve_query *other;
};

static void write_hosts(const struct fixture *f, const char *text)
{
    char path[80];
    snprintf(path, sizeof(path), "%s.new", f->hosts);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(path, f->hosts), 0);
}

static int set_up(void **state)
{
    static struct fixture f;
    f = (struct fixture){.loop = loop_new(NULL)};
    scratch_path(f.hosts, "hosts-XXXXXX");
    int fd = mkstemp(f.hosts);
    if (fd < 0 || !f.loop) return -1;
    close(fd);
    f.resolve = resolve_new(f.loop, f.hosts, SECONDS(30));
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    resolve_free(f->resolve);
    loop_free(f->loop);
    unlink(f->hosts);
    return 0;
}

static void join(char *text, size_t size, const struct addresses *addresses)
{
    size_t length = strlen(text);
    for (size_t i = 0; i < addresses->count; i++)
        length += (size_t)snprintf(text + length, size - length, "%s ", addresses->texts[i]);
}

/* The addresses that are known at once, "" for none. */
static const char *known(const struct fixture *f, const char *host, bool pinned)
{
    static char text[256];
    const struct addresses *addresses = resolve_known(f->resolve, host);
    text[0] = '\0';
    if (!addresses) return text;
    assert_int_equal(addresses->pinned, pinned);
    join(text, sizeof(text), addresses);
    return text;
}

static void on_answer(void *ctx, const struct addresses *addresses, const struct err *err)
{
    struct fixture *f = ctx;
    size_t length = strlen(f->text);
    assert_true((addresses != NULL) != (err != NULL));
    if (addresses) join(f->text, sizeof(f->text), addresses);
    if (err) snprintf(f->text + length, sizeof(f->text) - length, "%s ", err_kind_word(err->kind));
}

static void test_literals(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(known(f, "10.1.2.3", true), "10.1.2.3 ");
    assert_string_equal(known(f, "2001:db8::1", true), "2001:db8::1 ");
    assert_string_equal(known(f, "10.1.2", true), "");
}

static void test_hosts_file(void **state)
{
    struct fixture *f = *state;
    write_hosts(f, "# nothing\n"
                   "127.0.0.1\tfirst.test  alias.test # a remark b.test\n"
                   "  10.0.0.9 First.TEST\n"
                   "::1 six.test\n"
                   "not-an-address bad.test\n"
                   "10.0.0.300 bad.test\n"
                   "\r\n10.0.0.7 windows.test\r\n"
                   "10.0.0.8 last.test");
    assert_string_equal(known(f, "first.test", true), "127.0.0.1 10.0.0.9 ");
    assert_string_equal(known(f, "FIRST.test", true), "127.0.0.1 10.0.0.9 ");
    assert_string_equal(known(f, "alias.test", true), "127.0.0.1 ");
    assert_string_equal(known(f, "six.test", true), "::1 ");
    assert_string_equal(known(f, "windows.test", true), "10.0.0.7 ");
    assert_string_equal(known(f, "last.test", true), "10.0.0.8 ");
    assert_string_equal(known(f, "bad.test", true), "");
    assert_string_equal(known(f, "b.test", true), "");
    assert_string_equal(known(f, "irst.test", true), "");
}

static void test_hosts_file_changes(void **state)
{
    struct fixture *f = *state;
    write_hosts(f, "10.0.0.1 a.test\n");
    assert_string_equal(known(f, "a.test", true), "10.0.0.1 ");
    write_hosts(f, "10.0.0.2 a.test\n");
    assert_string_equal(known(f, "a.test", true), "10.0.0.2 ");
    unlink(f->hosts);
    assert_string_equal(known(f, "a.test", true), "");
    write_hosts(f, "10.0.0.3 a.test\n");
    assert_string_equal(known(f, "a.test", true), "10.0.0.3 ");
}

/* Nobody who waits for a writer, and nobody who asks DNS instead. */
static void test_hosts_file_that_is_none(void **state)
{
    struct fixture *f = *state;
    unlink(f->hosts);
    assert_int_equal(mkfifo(f->hosts, 0600), 0);
    assert_string_equal(known(f, "localhost", true), "");
    resolve_start(f->resolve, "localhost", on_answer, f);
    loop_run(f->loop);
    assert_string_equal(f->text, "config ");
    unlink(f->hosts);
    assert_int_equal(mkdir(f->hosts, 0700), 0);
    resolve_start(f->resolve, "localhost", on_answer, f);
    resolve_start(f->resolve, "10.0.0.1", on_answer, f); /* needs no file */
    loop_run(f->loop);
    assert_string_equal(f->text, "config config 10.0.0.1 ");
    assert_int_equal(rmdir(f->hosts), 0);
    write_hosts(f, "10.0.0.2 localhost\n");
    assert_string_equal(known(f, "localhost", true), "10.0.0.2 ");
}

static void test_asking(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(known(f, "localhost", false), "");
    resolve_start(f->resolve, "localhost", on_answer, f);
    assert_string_equal(f->text, "");
    loop_run(f->loop);
    assert_non_null(strstr(f->text, "127.0.0.1 "));
    /* Kept from now on. */
    assert_string_equal(known(f, "LOCALHOST", false), f->text);
}

static void test_known_is_answered_later(void **state)
{
    struct fixture *f = *state;
    write_hosts(f, "10.0.0.1 a.test\n");
    resolve_start(f->resolve, "a.test", on_answer, f);
    resolve_start(f->resolve, "10.0.0.2", on_answer, f);
    assert_string_equal(f->text, "");
    loop_run(f->loop);
    assert_string_equal(f->text, "10.0.0.1 10.0.0.2 ");
}

static void test_failure(void **state)
{
    struct fixture *f = *state;
    resolve_start(f->resolve, NO_NAME, on_answer, f);
    loop_run(f->loop);
    assert_string_equal(f->text, "transient ");
    /* A failure is not kept: the name may be there the next time. */
    write_hosts(f, "10.0.0.5 " NO_NAME "\n");
    resolve_start(f->resolve, NO_NAME, on_answer, f);
    loop_run(f->loop);
    assert_string_equal(f->text, "transient 10.0.0.5 ");
}

static void test_answers_expire(void **state)
{
    struct fixture *f = *state;
    struct resolve *brief = resolve_new(f->loop, NULL, 0);
    resolve_start(brief, "localhost", on_answer, f);
    loop_run(f->loop);
    assert_non_null(strstr(f->text, "127.0.0.1"));
    assert_null(resolve_known(brief, "localhost"));
    resolve_free(brief);
}

static void cancel_other(void *ctx, const struct addresses *addresses, const struct err *err)
{
    struct fixture *f = ctx;
    on_answer(ctx, addresses, err);
    resolve_cancel(f->other);
    resolve_start(f->resolve, "10.9.9.9", on_answer, f);
}

static void test_shared_question(void **state)
{
    struct fixture *f = *state;
    /* All wait for one answer; the last one that asked is told first. */
    resolve_start(f->resolve, NO_NAME, on_answer, f);
    f->other = resolve_start(f->resolve, NO_NAME, on_answer, f);
    struct resolve_query *taken_back = resolve_start(f->resolve, NO_NAME, on_answer, f);
    resolve_start(f->resolve, NO_NAME, cancel_other, f);
    resolve_cancel(taken_back);
    loop_run(f->loop);
    assert_string_equal(f->text, "transient transient 10.9.9.9 ");
}

static void test_cancel_everywhere(void **state)
{
    struct fixture *f = *state;
    struct resolve_query *literal = resolve_start(f->resolve, "10.0.0.1", on_answer, f);
    struct resolve_query *asked = resolve_start(f->resolve, "localhost", on_answer, f);
    resolve_cancel(literal);
    resolve_cancel(asked);
    resolve_cancel(NULL);
    loop_run(f->loop);
    assert_string_equal(f->text, "");
}

static void test_free_while_asking(void **state)
{
    struct fixture *f = *state;
    resolve_start(f->resolve, "localhost", on_answer, f);
    resolve_start(f->resolve, NO_NAME, on_answer, f);
    resolve_start(f->resolve, "10.0.0.1", on_answer, f);
    resolve_free(f->resolve);
    f->resolve = NULL;
    loop_run(f->loop);
    assert_string_equal(f->text, "");
}

static void test_many_names(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3000; i++) {
        char name[32], answer[40];
        snprintf(name, sizeof(name), "10.0.%d.%d", i / 250, i % 250);
        snprintf(answer, sizeof(answer), "%s ", name);
        resolve_start(f->resolve, name, on_answer, f);
        loop_run(f->loop);
        assert_string_equal(f->text, answer);
        f->text[0] = '\0';
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_literals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hosts_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hosts_file_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hosts_file_that_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_asking, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_known_is_answered_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failure, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_answers_expire, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared_question, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_everywhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_while_asking, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_many_names, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
