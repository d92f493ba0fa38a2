/* Strings with a cap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

static void test_grows(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000);
    assert_string_equal(buf_text(&b), "");
    for (int i = 0; i < 1000; i++) buf_printf(&b, "%d,", i);
    assert_memory_equal(buf_text(&b), "0,1,2,3,", 8);
    assert_int_equal(b.length, strlen(buf_text(&b)));
    buf_reset(&b);
    assert_string_equal(buf_text(&b), "");
    buf_str(&b, "again");
    buf_char(&b, '!');
    assert_string_equal(buf_text(&b), "again!");
    buf_done(&b);
}

static void test_cap(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5);
    buf_str(&b, "12345");
    assert_false(b.overflow);
    buf_char(&b, '6');
    assert_true(b.overflow);
    assert_string_equal(buf_text(&b), "12345");
    buf_str(&b, ""); /* remembered: nothing more is added */
    buf_printf(&b, "%d", 1);
    assert_string_equal(buf_text(&b), "12345");
    buf_reset(&b);
    assert_false(b.overflow);
    buf_printf(&b, "%s", "1234567");
    assert_true(b.overflow);
    assert_string_equal(buf_text(&b), "");
    buf_done(&b);
}

static void test_url(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_url(&b, "a-Z_0.~ /?\xEC\x84\x9C");
    assert_string_equal(buf_text(&b), "a-Z_0.~%20%2F%3F%EC%84%9C");
    buf_done(&b);
}

static void test_steal(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    char *empty = buf_steal(&b);
    assert_string_equal(empty, "");
    buf_str(&b, "text");
    char *text = buf_steal(&b);
    assert_string_equal(text, "text");
    assert_int_equal(b.length, 0);
    assert_string_equal(buf_text(&b), "");
    buf_str(&b, "secret");
    buf_wipe(&b);
    assert_string_equal(buf_text(&b), "");
    free(empty);
    free(text);
}

static void test_bytes(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100);
    buf_add(&b, "a\0b", 3);
    buf_add(&b, NULL, 0);
    assert_int_equal(b.length, 3);
    assert_memory_equal(b.data, "a\0b\0", 4);
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_grows), cmocka_unit_test(test_cap),   cmocka_unit_test(test_url),
        cmocka_unit_test(test_steal), cmocka_unit_test(test_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
