/* Allocation and arenas. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

static void test_copies(void **state)
{
    (void)state;
    char *a = xstrndup("hello", 4);
    assert_string_equal(a, "hell");
    char *b = xasprintf("%s-%d", a, 5);
    assert_string_equal(b, "hell-5");
    int *c = xcalloc(3, sizeof(*c));
    assert_int_equal(c[0] + c[1] + c[2], 0);
    free(a);
    free(b);
    free(c);
}

/* The product does not fit: the program must end, not get a small block. */
static void test_overflow_aborts(void **state)
{
    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr)) _exit(1);
        void *p = xreallocarray(NULL, SIZE_MAX / 2, 4);
        _exit(p ? 2 : 3);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static void test_arena_memory_is_zero_and_aligned(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    for (size_t size = 1; size < 200; size += 7) {
        unsigned char *p = arena_alloc(a, size);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++) assert_int_equal(p[i], 0);
        memset(p, 0xAA, size);
    }
    arena_free(a);
}

static void test_arena_reuse(void **state)
{
    (void)state;
    struct arena *a = arena_new();
    for (int round = 0; round < 3; round++) {
        assert_int_equal(arena_used(a), 0);
        unsigned char *big = arena_alloc(a, 1 << 20); /* more than a block */
        assert_int_equal(big[0] + big[(1 << 20) - 1], 0);
        memset(big, 0xFF, 1 << 20);
        char *text = arena_printf(a, "round %d", round);
        assert_int_equal(text[6], '0' + round);
        unsigned char *small = arena_alloc(a, 100);
        for (int i = 0; i < 100; i++) assert_int_equal(small[i], 0);
        memset(small, 0xFF, 100);
        assert_true(arena_used(a) >= (1 << 20) + 100);
        arena_reset(a);
    }
    assert_string_equal(arena_strdup(a, "kept"), "kept");
    assert_string_equal(arena_strndup(a, "kept", 2), "ke");
    arena_free(a);
    arena_free(NULL);
}

static void test_wipe(void **state)
{
    (void)state;
    char secret[] = "password";
    mem_wipe(secret, sizeof(secret));
    for (size_t i = 0; i < sizeof(secret); i++) assert_int_equal(secret[i], 0);
    mem_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_overflow_aborts),
        cmocka_unit_test(test_arena_memory_is_zero_and_aligned),
        cmocka_unit_test(test_arena_reuse),
        cmocka_unit_test(test_wipe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
