/* Which files of the desired directory are documents, and which are refused because somebody may
 * believe that they are in force. */
#include "config/directory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"

static void test_by_name(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum directory_use use;
    } cases[] = {
        {"x.json", DIRECTORY_READ},
        {"x.y.json", DIRECTORY_READ},
        {"x.yaml.json", DIRECTORY_READ},
        /* Somebody means it. */
        {"x.yaml", DIRECTORY_REFUSED},
        {"x.yml", DIRECTORY_REFUSED},
        {"x.YAML", DIRECTORY_REFUSED},
        {"x.JSON", DIRECTORY_REFUSED},
        {"x.Json", DIRECTORY_REFUSED},
        {"x.jsonc", DIRECTORY_REFUSED},
        {"x.json5", DIRECTORY_REFUSED},
        {"x.toml", DIRECTORY_REFUSED},
        {"x.json.yaml", DIRECTORY_REFUSED},
        /* Editors, packages, people who put something aside. */
        {".", DIRECTORY_PASSED},
        {"..", DIRECTORY_PASSED},
        {".json", DIRECTORY_PASSED},
        {".x.json", DIRECTORY_PASSED},
        {".x.yaml.swp", DIRECTORY_PASSED},
        {".yaml", DIRECTORY_PASSED},
        {"x.json~", DIRECTORY_PASSED},
        {"#x.json#", DIRECTORY_PASSED},
        {"x.json.bak", DIRECTORY_PASSED},
        {"x.json.orig", DIRECTORY_PASSED},
        {"x.json.dpkg-old", DIRECTORY_PASSED},
        {"x.json.dpkg-dist", DIRECTORY_PASSED},
        {"x.json.rpmnew", DIRECTORY_PASSED},
        {"x.json.ucf-dist", DIRECTORY_PASSED},
        {"x.yaml.disabled", DIRECTORY_PASSED},
        {"x.json.disabled", DIRECTORY_PASSED},
        {"auth-schema.sql", DIRECTORY_PASSED},
        {"README", DIRECTORY_PASSED},
        {"README.md", DIRECTORY_PASSED},
        {"json", DIRECTORY_PASSED},
        {"yaml", DIRECTORY_PASSED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (directory_use_of(cases[i].name) != cases[i].use) fail_msg("%s", cases[i].name);
}

struct fixture {
    char directory[64];
    struct problems problems;
    struct directory_names names;
};

static const char *const made[] = {"b.json", "a.json", "c.json.bak", "d.yaml", "e.JSON", ".f.json"};

static void touch_file(const struct fixture *f, const char *name)
{
    char *path = xasprintf("%s/%s", f->directory, name);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    fclose(out);
    free(path);
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    const char *base = getenv("TMPDIR");
    snprintf(f->directory, sizeof(f->directory), "%s/directory-XXXXXX",
             base && strlen(base) < 40 ? base : "/tmp");
    problems_init(&f->problems);
    *state = f;
    return mkdtemp(f->directory) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
        char *path = xasprintf("%s/%s", f->directory, made[i]);
        assert_true(remove(path) == 0 || errno == ENOENT);
        free(path);
    }
    rmdir(f->directory);
    directory_names_done(&f->names);
    problems_done(&f->problems);
    free(f);
    return 0;
}

static void assert_names(const struct fixture *f)
{
    char *path = xasprintf("%s/a.json", f->directory);
    assert_int_equal(f->names.count, 2);
    assert_string_equal(f->names.items[0], path);
    path[strlen(path) - 6] = 'b'; /* b.json */
    assert_string_equal(f->names.items[1], path);
    free(path);
}

static void test_documents_in_order(void **state)
{
    struct fixture *f = *state;
    touch_file(f, "b.json");
    touch_file(f, "a.json");
    touch_file(f, "c.json.bak");
    touch_file(f, ".f.json");
    assert_int_equal(directory_names_read(f->directory, &f->names, &f->problems), 0);
    assert_names(f);
    assert_int_equal(f->problems.total, 0);
}

static void test_each_mistaken_one_is_a_problem(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) touch_file(f, made[i]);
    assert_int_equal(directory_names_read(f->directory, &f->names, &f->problems), -1);
    assert_names(f);
    assert_int_equal(f->problems.total, 2);
    char *path = xasprintf("%s/d.yaml", f->directory);
    assert_string_equal(f->problems.items[0].file, path);
    free(path);
    assert_string_equal(f->problems.items[0].text, "is not read: documents end in .json");
    assert_non_null(strstr(f->problems.items[1].file, "/e.JSON"));
}

static void test_nothing_there(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(directory_names_read(f->directory, &f->names, &f->problems), 0);
    assert_int_equal(f->names.count, 0);
    assert_int_equal(directory_names_read("/nonexistent", &f->names, &f->problems), -1);
    assert_int_equal(f->problems.total, 1);
    assert_string_equal(f->problems.items[0].text, "No such file or directory");
    assert_string_equal(f->problems.items[0].file, "/nonexistent");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_name),
        CASE(test_documents_in_order),
        CASE(test_each_mistaken_one_is_a_problem),
        CASE(test_nothing_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
