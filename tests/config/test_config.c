/* Bad files and the exact text of what is wrong with them: bad/settings-*.json are settings,
 * bad/desired-*.json documents; the text is in the file of the same name that ends in .expected.
 * With UPDATE=1 in the environment the texts are written instead; read what changed. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "config/desired.h"
#include "config/settings.h"

#define DIRECTORY "tests/config/bad"
#define SHIPPED "../../../config/desired.d/phonebill-auth.json"

enum { CASES_MAX = 200, TEXT_MAX = 1 << 20 };

/* --- the two parsers: name of a file begins with the word ------------------------------------- */

static bool check_settings(const char *file, const struct buf *text, struct problems *problems)
{
    struct settings *s =
        settings_parse(file, buf_text(text), text->length, SETTINGS_LEAVE_SECRETS, problems);
    settings_free(s);
    return s != NULL;
}

static bool check_desired(const char *file, const struct buf *text, struct problems *problems)
{
    static const char variables[] =
        "{\"variables\": {\"AZURE_SUBSCRIPTION_ID\": \"00000000-0000-0000-0000-000000000001\","
        " \"AZURE_TENANT_ID\": \"00000000-0000-0000-0000-000000000002\"}}";
    struct settings *s = settings_parse("settings", variables, sizeof(variables) - 1,
                                        SETTINGS_LEAVE_SECRETS, problems);
    assert_non_null(s);
    struct document *d =
        document_parse(file, buf_text(text), text->length, s, SETTINGS_LEAVE_SECRETS, problems);
    bool accepted = d != NULL;
    document_free(d);
    settings_free(s);
    return accepted;
}

static const struct {
    const char *prefix;
    bool (*check)(const char *file, const struct buf *text, struct problems *problems);
} parsers[] = {
    {"settings-", check_settings},
    {"desired-", check_desired},
};

/* --- one case -------------------------------------------------------------------------------- */

static void read_file(const char *path, struct buf *out)
{
    char piece[4096];
    size_t got;
    FILE *in = fopen(path, "re");
    if (!in) fail_msg("%s cannot be read", path);
    while ((got = fread(piece, 1, sizeof(piece), in)) > 0) buf_add(out, piece, got);
    fclose(in);
}

static void write_file(const char *path, const char *text)
{
    FILE *out = fopen(path, "we");
    if (!out || fputs(text, out) < 0) fail_msg("%s cannot be written", path);
    assert_int_equal(fclose(out), 0);
}

static void render(const char *file, struct buf *out)
{
    struct problems problems;
    struct buf text;
    bool known = false, accepted = false;
    buf_init(&text, TEXT_MAX);
    read_file(file, &text);
    problems_init(&problems);
    for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
        if (strncmp(file, parsers[i].prefix, strlen(parsers[i].prefix)) != 0) continue;
        known = true;
        accepted = parsers[i].check(file, &text, &problems);
    }
    if (!known) fail_msg("%s: no parser for this name", file);
    if (accepted) fail_msg("%s: was accepted", file);
    problems_sort(&problems);
    problems_text(&problems, out);
    problems_done(&problems);
    buf_done(&text);
}

static void test_case(void **state)
{
    const char *name = *state;
    char file[300], expected_file[300];
    struct buf actual, expected;
    snprintf(file, sizeof(file), "%s.json", name);
    snprintf(expected_file, sizeof(expected_file), "%s.expected", name);
    buf_init(&actual, TEXT_MAX);
    buf_init(&expected, TEXT_MAX);
    render(file, &actual);
    assert_true(actual.length > 0);
    if (getenv("UPDATE")) write_file(expected_file, buf_text(&actual));
    read_file(expected_file, &expected);
    assert_string_equal(buf_text(&actual), buf_text(&expected));
    buf_done(&actual);
    buf_done(&expected);
}

/* The documents that are shipped must pass the same check. */
static void test_shipped_document(void **state)
{
    (void)state;
    struct problems problems;
    struct buf text, said;
    buf_init(&text, TEXT_MAX);
    buf_init(&said, TEXT_MAX);
    problems_init(&problems);
    read_file(SHIPPED, &text);
    bool accepted = check_desired(SHIPPED, &text, &problems);
    problems_text(&problems, &said);
    assert_string_equal(buf_text(&said), "");
    assert_true(accepted);
    problems_done(&problems);
    buf_done(&said);
    buf_done(&text);
}

/* --- all cases ------------------------------------------------------------------------------- */

static int is_case(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".json") == 0;
}

static int is_expected(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".expected") == 0;
}

static void release(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++) free(entries[i]);
    free(entries);
}

/* A text without its file would be a test that nobody runs. */
static void test_no_orphans(void **state)
{
    (void)state;
    struct dirent **entries = NULL;
    int count = scandir(".", &entries, is_expected, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name, *file;
        file = xasprintf("%.*s.json", (int)(strrchr(name, '.') - name), name);
        if (access(file, R_OK) != 0) fail_msg("%s has no .json", name);
        free(file);
    }
    release(entries, count);
}

int main(void)
{
    static struct CMUnitTest tests[CASES_MAX];
    struct dirent **entries = NULL;
    if (chdir(DIRECTORY) != 0) {
        perror(DIRECTORY);
        return 1;
    }
    int count = scandir(".", &entries, is_case, alphasort);
    if (count <= 0 || count > CASES_MAX - 2) {
        fprintf(stderr, "%s: %d cases\n", DIRECTORY, count);
        return 1;
    }
    for (int i = 0; i < count; i++) {
        char *name = entries[i]->d_name;
        *strrchr(name, '.') = '\0';
        tests[i] = (struct CMUnitTest){.name = name, .test_func = test_case, .initial_state = name};
    }
    tests[count] = (struct CMUnitTest){.name = "no_orphans", .test_func = test_no_orphans};
    tests[count + 1] =
        (struct CMUnitTest){.name = "shipped_document", .test_func = test_shipped_document};
    /* The macro wants an array of known size. */
    int failed = _cmocka_run_group_tests("config", tests, (size_t)count + 2, NULL, NULL);
    release(entries, count);
    return failed;
}
