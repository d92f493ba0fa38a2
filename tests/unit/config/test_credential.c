/* Reading secrets, and refusing what is none. */
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
#include "config/credential.h"

static char directory[256];
static char path[300];

static int set_up(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    snprintf(directory, sizeof(directory), "%s/credential.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(directory)) return -1;
    snprintf(path, sizeof(path), "%s/secret", directory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(directory);
}

static void write_file(const char *bytes, size_t length, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, length), (ssize_t)length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static void assert_secret(const char *reference, const char *expected)
{
    struct err err = {.text = ""};
    struct secret *s = credential_read(reference, &err);
    if (!s) fail_msg("%s: %s", reference, err.text);
    assert_int_equal(secret_length(s), strlen(expected));
    assert_string_equal(secret_bytes(s), expected);
    secret_free(s);
}

static void assert_refused(const char *reference, const char *reason)
{
    struct err err = {.kind = ERR_NONE};
    assert_null(credential_read(reference, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    if (!strstr(err.text, reason)) fail_msg("%s", err.text);
}

static void test_file(void **state)
{
    (void)state;
    char reference[400];
    snprintf(reference, sizeof(reference), "file:%s", path);
    write_file("pass word\n", 10, 0600);
    assert_secret(reference, "pass word");
    write_file("pass\n\n", 6, 0440);
    assert_secret(reference, "pass\n"); /* one newline only */
    write_file("pass", 4, 0400);
    assert_secret(reference, "pass");
}

static void test_refused_files(void **state)
{
    (void)state;
    char reference[400];
    snprintf(reference, sizeof(reference), "file:%s", path);
    unlink(path);
    assert_refused(reference, "No such file");
    write_file("hunter2", 7, 0604);
    assert_refused(reference, "can be read or written by everybody (mode 0604); chmod o= /");
    write_file("hunter2", 7, 0602);
    assert_refused(reference, "can be read or written by everybody");
    write_file("", 0, 0600);
    assert_refused(reference, "is empty");
    write_file("\n", 1, 0600);
    assert_refused(reference, "is empty");
    write_file("a\0b", 3, 0600);
    assert_refused(reference, "contains a NUL byte");
    snprintf(reference, sizeof(reference), "file:%s", directory);
    assert_refused(reference, "is a directory, not a regular file");
}

static void test_size(void **state)
{
    (void)state;
    char reference[400];
    snprintf(reference, sizeof(reference), "file:%s", path);
    char *bytes = xmalloc(CREDENTIAL_MAX + 2);
    memset(bytes, 'x', CREDENTIAL_MAX + 2);
    write_file(bytes, CREDENTIAL_MAX + 1, 0600);
    assert_refused(reference, "is larger than 64 kB");
    bytes[CREDENTIAL_MAX] = '\n';
    write_file(bytes, CREDENTIAL_MAX + 1, 0600);
    struct secret *s = credential_read(reference, NULL);
    assert_int_equal(secret_length(s), CREDENTIAL_MAX);
    secret_free(s);
    free(bytes);
}

/* A pipe without a writer must not stop the daemon. */
static void test_pipe(void **state)
{
    (void)state;
    char reference[400];
    snprintf(reference, sizeof(reference), "file:%s", path);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_refused(reference, "is a FIFO, not a regular file");
}

static void test_credential(void **state)
{
    (void)state;
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_refused("credential:secret", "LoadCredential=secret:FILE");
    setenv("CREDENTIALS_DIRECTORY", directory, 1);
    write_file("from systemd", 12, 0400);
    assert_secret("credential:secret", "from systemd");
    assert_refused("credential:other", "No such file");
    assert_refused("credential:../secret", "not a reference");
    unsetenv("CREDENTIALS_DIRECTORY");
}

static void test_environment(void **state)
{
    (void)state;
    setenv("PGDRIFT_TEST_SECRET", "s3cret", 1);
    assert_secret("env:PGDRIFT_TEST_SECRET", "s3cret");
    setenv("PGDRIFT_TEST_SECRET", "", 1);
    assert_refused("env:PGDRIFT_TEST_SECRET", "environment variable PGDRIFT_TEST_SECRET is empty");
    unsetenv("PGDRIFT_TEST_SECRET");
    assert_refused("env:PGDRIFT_TEST_SECRET", "is not set");
}

static void test_others(void **state)
{
    (void)state;
    assert_refused("keyvault:vault/name", "not supported in this version");
    struct err err;
    assert_null(credential_read("Hi5Jessica!", &err));
    assert_null(strstr(err.text, "Jessica")); /* it may be a password */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),       cmocka_unit_test(test_refused_files),
        cmocka_unit_test(test_size),       cmocka_unit_test(test_pipe),
        cmocka_unit_test(test_credential), cmocka_unit_test(test_environment),
        cmocka_unit_test(test_others),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
