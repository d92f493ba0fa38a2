/* The error value: filled, prefixed, cleared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void test_set_resets(void **state)
{
    (void)state;
    struct err e = {.status = 503, .retry_after_ms = 9, .code = "Old", .request_id = "id"};
    assert_int_equal(err_set(&e, ERR_BUSY, "server %s is busy", "a"), -1);
    assert_int_equal(e.kind, ERR_BUSY);
    assert_string_equal(e.text, "server a is busy");
    assert_int_equal(e.status, 0);
    assert_int_equal(e.retry_after_ms, 0);
    assert_string_equal(e.code, "");
    assert_string_equal(e.request_id, "");
}

static void test_prefix_keeps_kind(void **state)
{
    (void)state;
    struct err e;
    err_set(&e, ERR_DENIED, "no");
    assert_int_equal(err_prefix(&e, "reading %d", 7), -1);
    assert_int_equal(e.kind, ERR_DENIED);
    assert_string_equal(e.text, "reading 7: no");
}

static void test_long_texts_are_cut(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    struct err e;
    err_set(&e, ERR_PROTOCOL, "%s", text);
    assert_int_equal(strlen(e.text), sizeof(e.text) - 1);
    err_prefix(&e, "far too much");
    assert_memory_equal(e.text, "far too much: x", 15);
    assert_true(strlen(e.text) < sizeof(e.text));
}

static void test_nobody_asks(void **state)
{
    (void)state;
    assert_int_equal(err_set(NULL, ERR_CONFIG, "%d", 1), -1);
    assert_int_equal(err_prefix(NULL, "x"), -1);
    err_clear(NULL);
}

static void test_words_and_retry(void **state)
{
    (void)state;
    for (int kind = 0; kind < ERR_KIND_N; kind++) {
        assert_non_null(err_kind_word((enum err_kind)kind));
        for (int other = 0; other < kind; other++)
            assert_string_not_equal(err_kind_word((enum err_kind)kind),
                                    err_kind_word((enum err_kind)other));
    }
    assert_true(err_retryable(ERR_TRANSIENT));
    assert_true(err_retryable(ERR_THROTTLED));
    assert_false(err_retryable(ERR_CONFIG));
    assert_false(err_retryable(ERR_REFUSED));
    struct err e;
    err_set(&e, ERR_CONFIG, "x");
    err_clear(&e);
    assert_int_equal(e.kind, ERR_NONE);
    assert_string_equal(e.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_resets),         cmocka_unit_test(test_prefix_keeps_kind),
        cmocka_unit_test(test_long_texts_are_cut), cmocka_unit_test(test_nobody_asks),
        cmocka_unit_test(test_words_and_retry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
