/* What a new configuration does not declare any more: by Azure's id, whatever else moves. */
#include "run/declared.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "run/configuration.h"
#include "support/records.h"

/* A configuration of documents made of targets "group:NAME" and "server:NAME", a blank between two
 * of them and a slash between two documents. */
static struct desired *parse_desired(const char *text)
{
    struct desired *d = xcalloc(1, sizeof(*d));
    d->documents = xcalloc(16, sizeof(*d->documents));
    struct document *document = NULL;
    for (const char *p = text; *p; p += strspn(p, " ")) {
        size_t length = strcspn(p, " ");
        bool slash = *p == '/';
        if (!document || slash) {
            document = xcalloc(1, sizeof(*document));
            document->arena = arena_new();
            document->targets = arena_array(document->arena, 16, sizeof(struct target));
            d->documents[d->count++] = document;
        }
        const char *colon = strchr(p, ':');
        if (!slash && colon) {
            char *name =
                arena_strndup(document->arena, colon + 1, length - (size_t)(colon + 1 - p));
            struct scope *root = arena_array(document->arena, 1, sizeof(*root));
            root->word = *p == 'g' ? "resource group" : "server";
            document->targets[document->target_count++] = (struct target){
                .scopes = root,
                .scope_count = 1,
                .name = name,
                .arm_id = arena_printf(document->arena, "/%c/%s", *p, name),
            };
        }
        p += length;
    }
    return d;
}

static void add_missing(void *ctx, const char *title, const char *arm_id)
{
    buf_printf(ctx, "%s (%s)\n", title, arm_id);
}

static void assert_missing(const char *before, const char *after, const char *expected)
{
    struct desired *first = parse_desired(before);
    struct desired *second = parse_desired(after);
    struct declared *old = declared_new(first);
    struct declared *now = declared_new(second);
    struct buf said;
    /* What it knows does not live in the documents. */
    desired_free(first);
    desired_free(second);
    buf_init(&said, 4096);
    declared_missing(old, now, add_missing, &said);
    assert_string_equal(buf_text(&said), expected);
    buf_done(&said);
    declared_free(old);
    declared_free(now);
}

static void test_the_same(void **state)
{
    (void)state;
    assert_missing("", "", "");
    assert_missing("group:g server:a server:b", "group:g server:a server:b", "");
    assert_missing("group:g server:a server:b", "server:b / group:g / server:a", "");
    assert_missing("server:Alpha", "server:aLPHA", "");
    assert_missing("", "group:g server:a", "");
}

static void test_removed(void **state)
{
    (void)state;
    assert_missing("group:g server:a", "group:g", "server a (/s/a)\n");
    assert_missing("group:g server:a", "", "resource group g (/g/g)\nserver a (/s/a)\n");
    assert_missing("group:g server:b server:a / server:c", "server:b",
                   "resource group g (/g/g)\nserver a (/s/a)\nserver c (/s/c)\n");
}

static void test_renamed(void **state)
{
    (void)state;
    assert_missing("group:g server:a", "group:g server:b", "server a (/s/a)\n");
    assert_missing("group:g server:g", "group:g", "server g (/s/g)\n");
}

/* A group that two documents declare is gone when the last of them is. */
static void test_shared(void **state)
{
    (void)state;
    assert_missing("group:g server:a / group:g server:b", "group:g server:b", "server a (/s/a)\n");
    assert_missing("group:g / group:G", "", "resource group g (/g/g)\n");
}

static void test_before_the_first(void **state)
{
    (void)state;
    struct desired *d = parse_desired("group:g");
    struct declared *now = declared_new(d);
    struct buf said;
    buf_init(&said, 100);
    declared_missing(NULL, now, add_missing, &said);
    declared_missing(NULL, NULL, add_missing, &said);
    assert_string_equal(buf_text(&said), "");
    declared_missing(now, NULL, add_missing, &said);
    assert_string_equal(buf_text(&said), "resource group g (/g/g)\n");
    buf_done(&said);
    declared_free(now);
    declared_free(NULL);
    desired_free(d);
}

/* From one configuration to the next, as the daemon says it. */
static void test_records(void **state)
{
    (void)state;
    static const char *const keys[] = {"level", "title", "message", NULL};
    struct settings settings = {.desired_directory = (char[]){"/d"}};
    struct configuration c = {.settings = &settings};
    struct declared *declared = NULL;
    struct records records;
    static const char *const steps[] = {"group:g server:a", "group:g server:b", ""};
    static const char *const said[] = {
        "",
        "notice server a no longer declared: server a; it is left as it is\n",
        "warning nothing is declared in /d, so nothing is looked after\n"
        "notice resource group g no longer declared: resource group g; it is left as it is\n"
        "notice server b no longer declared: server b; it is left as it is\n",
    };
    records_init(&records);
    for (size_t i = 0; i < 3; i++) {
        c.desired = parse_desired(steps[i]);
        configuration_log_declared(&c, &declared);
        char *text = records_short(&records, keys);
        assert_string_equal(text, said[i]);
        free(text);
        records_forget(&records);
        desired_free(c.desired);
    }
    records_done(&records);
    declared_free(declared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_same),         cmocka_unit_test(test_removed),
        cmocka_unit_test(test_renamed),          cmocka_unit_test(test_shared),
        cmocka_unit_test(test_before_the_first), cmocka_unit_test(test_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
