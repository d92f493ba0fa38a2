/* Golden plans: each directory tests/plan/TYPE/CASE holds input.json (see support/plan_case.h) and
 * what must come of it, to the byte: plan.txt, what a person reads; writes.txt, which scopes were
 * compared and what would be sent; plan.json, where the case has one. UPDATE_GOLDEN=1 writes them
 * anew, for a look at `git diff`. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "resource/resource.h"
#include "support/plan_case.h"

#define ROOT "tests/plan"

static bool updating(void)
{
    const char *word = getenv("UPDATE_GOLDEN");
    return word && strcmp(word, "1") == 0;
}

static char *file_text(const char *path)
{
    FILE *f = fopen(path, "re");
    if (!f) return NULL;
    struct buf b;
    char chunk[4096];
    buf_init(&b, 1 << 20);
    for (size_t n; (n = fread(chunk, 1, sizeof(chunk), f));) buf_add(&b, chunk, n);
    fclose(f);
    return buf_steal(&b);
}

static void file_write(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    if (fputs(text, f) == EOF) fail_msg("%s: %s", path, strerror(errno));
    fclose(f);
}

/* Holds 'got' against the case's file 'name', or writes it. Returns how many differences. */
static int golden(const char *directory, const char *name, const char *got)
{
    char *path = xasprintf("%s/%s", directory, name);
    char *expected = updating() ? NULL : file_text(path);
    int differs = 0;
    if (updating()) {
        file_write(path, got);
    } else if (!expected || strcmp(expected, got) != 0) {
        print_error("%s\n--- expected\n%s--- got\n%s", path, expected ? expected : "(no file)\n",
                    got);
        differs = 1;
    }
    free(expected);
    free(path);
    return differs;
}

static int check_json(const char *directory, const struct plan *plan)
{
    char *path = xasprintf("%s/plan.json", directory);
    char *expected = file_text(path);
    int differs = 0;
    if (expected) {
        json_t *value = plan_json(plan);
        char *line = json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS);
        char *text = xasprintf("%s\n", line);
        differs = golden(directory, "plan.json", text);
        free(text);
        free(line);
        json_decref(value);
    }
    free(expected);
    free(path);
    return differs;
}

static int check_plan(const char *directory, const struct plan_case *c)
{
    struct buf text, writes;
    buf_init(&text, 1 << 20);
    buf_init(&writes, 1 << 20);
    plan_text(c->plan, false, &text);
    plan_case_writes(c, &writes);
    int differs = golden(directory, "plan.txt", buf_text(&text));
    differs += golden(directory, "writes.txt", buf_text(&writes));
    differs += check_json(directory, c->plan);
    buf_done(&text);
    buf_done(&writes);
    return differs;
}

static int check_case(const char *directory, const json_t *base, const json_t *stands)
{
    char *path = xasprintf("%s/input.json", directory);
    json_t *input = plan_case_read(path);
    int differs = 1;
    if (input && !json_text_at(input, "//")) {
        print_error("%s: says nothing about itself, \"//\"\n", path);
    } else if (input) {
        struct plan_case c;
        plan_case_init(&c, base, stands, input);
        if (c.trouble)
            print_error("%s: %s", path, c.trouble);
        else
            differs = check_plan(directory, &c);
        plan_case_done(&c);
    }
    json_decref(input);
    free(path);
    return differs;
}

/* All cases of one type, the state being its name. */
static void test_type(void **state)
{
    const char *type = *state;
    struct plan_case_list cases;
    plan_case_list_init(&cases, ROOT, type);
    json_t *base = plan_case_read(ROOT "/document.json");
    json_t *stands = plan_case_read(ROOT "/seen.json");
    int differs = 0;
    for (size_t i = 0; base && stands && i < cases.count; i++)
        differs += check_case(cases.directories[i], base, stands);
    bool ready = base && stands && cases.count;
    json_decref(base);
    json_decref(stands);
    plan_case_list_done(&cases);
    if (!ready) fail_msg("no cases in " ROOT "/%s; run from the top of the tree", type);
    assert_int_equal(differs, 0);
}

int main(void)
{
    struct CMUnitTest *tests = xcalloc(resource_count, sizeof(*tests));
    size_t count = 0;
    for (size_t i = 0; i < resource_count; i++) {
        if (!resources[i]->api_version) continue; /* what is in SQL has its tests in unit/pg */
        tests[count++] = (struct CMUnitTest){.name = resources[i]->name,
                                             .test_func = test_type,
                                             .initial_state = unconst(resources[i]->name)};
    }
    int failed = _cmocka_run_group_tests("plans", tests, count, NULL, NULL);
    free(tests);
    return failed;
}
