/* Listing a collection: pages, their ends, and what a next page must not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "support/world.h"

#define ID "/subscriptions/S/resourceGroups/rg/providers/P/t/x/configurations"
#define FIRST "GET " WORLD_ARM ID "?api-version=1"
#define SECOND WORLD_ARM ID "?api-version=1&$skiptoken=a%2Fb"

struct probe {
    struct world world;
    struct arm_list list;
    unsigned completions;
    struct err err;
};

static void done(struct flow *f, const struct err *err)
{
    struct arm_list *l = f->op;
    struct probe *p = l->owner;
    p->completions++;
    if (err) p->err = *err;
}

static int setup(void **state)
{
    static struct probe p;
    p = (struct probe){.completions = 0};
    world_init(&p.world, true);
    world_have_token(&p.world);
    arm_list_init(&p.list, &p.world.az, ID, "1", NULL);
    p.list.owner = &p;
    p.list.flow.done = done;
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    arm_list_done(&p->list);
    world_done(&p->world);
    return 0;
}

static void again(void **state)
{
    teardown(state);
    setup(state);
}

static void run(struct probe *p)
{
    flow_start(&p->list.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    assert_int_equal(script_open(p->world.script), 0);
}

/* Three pages, the middle one empty. */
static void prepare_pages(struct probe *p)
{
    script_reply(p->world.script, "GET " SECOND "2", 200, "{\"value\":[3],\"nextLink\":null}");
    script_always(p->world.script);
    script_reply(p->world.script, "GET " SECOND, 200,
                 "{\"value\":[],\"nextLink\":\"" SECOND "2\"}");
    script_always(p->world.script);
    script_reply(p->world.script, FIRST, 200, "{\"value\":[1,2],\"nextLink\":\"" SECOND "\"}");
    script_always(p->world.script);
}

static void check_items(struct probe *p)
{
    assert_int_equal(json_array_size(p->list.items), 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(json_integer_value(json_array_get(p->list.items, i)), (json_int_t)i + 1);
    assert_int_equal(p->list.pages, 3);
}

static void test_pages(void **state)
{
    struct probe *p = *state;
    prepare_pages(p);
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    check_items(p);
    assert_string_equal(script_transcript(p->world.script),
                        FIRST "\nGET " SECOND "\nGET " SECOND "2\n");
}

static void test_ends(void **state)
{
    static const char *const ends[] = {"{\"value\":[]}", "{\"value\":[],\"nextLink\":\"\"}",
                                       "{\"value\":[],\"nextLink\":null}"};
    for (size_t i = 0; i < 3; i++) {
        again(state);
        struct probe *p = *state;
        script_reply(p->world.script, FIRST, 200, ends[i]);
        run(p);
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_int_equal(json_array_size(p->list.items), 0);
        assert_int_equal(p->list.pages, 1);
    }
}

/* Answers that are no list, and next pages that are not followed. The token stays at home. */
static void test_refusals(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err_kind kind;
    } cases[] = {
        {200, "{}", ERR_PROTOCOL},
        {200, "{\"value\":{}}", ERR_PROTOCOL},
        {200, "[1]", ERR_PROTOCOL},
        {200, "<html>", ERR_PROTOCOL},
        {200, "{\"value\":[1],\"nextLink\":\"https://evil.example/x\"}", ERR_PROTOCOL},
        {200, "{\"value\":[1],\"nextLink\":\"http://management.azure.com/x\"}", ERR_PROTOCOL},
        {200, "{\"value\":[1],\"nextLink\":\"/relative\"}", ERR_PROTOCOL},
        {200, "{\"value\":[1],\"nextLink\":\"" WORLD_ARM ID "?api-version=1\"}", ERR_PROTOCOL},
        {200, "{\"value\":[1],\"nextLink\":7}", ERR_PROTOCOL},
        {200, "{\"value\":[1],\"nextLink\":{}}", ERR_PROTOCOL},
        {202, "{\"value\":[1]}", ERR_PROTOCOL},
        {301, "", ERR_PROTOCOL},
        {404, "{\"error\":{\"code\":\"ResourceNotFound\"}}", ERR_NOT_FOUND},
        {403, "{\"error\":{\"code\":\"AuthorizationFailed\"}}", ERR_DENIED},
        {400, "{\"error\":{\"code\":\"InvalidApiVersionParameter\"}}", ERR_REFUSED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        again(state);
        struct probe *p = *state;
        script_reply(p->world.script, FIRST, cases[i].status, cases[i].body);
        run(p);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_int_equal(script_calls(p->world.script), 1);
    }
}

/* Pages that lead round in a circle: A -> B -> A, and longer ones; each is asked once. */
static void test_circles(void **state)
{
    static const char *const back[] = {WORLD_ARM ID "?api-version=1", SECOND, SECOND "2"};
    for (size_t i = 0; i < 3; i++) {
        again(state);
        struct probe *p = *state;
        char last[512];
        snprintf(last, sizeof(last), "{\"value\":[3],\"nextLink\":\"%s\"}", back[i]);
        script_reply(p->world.script, "GET " SECOND "2", 200, last);
        script_always(p->world.script);
        script_reply(p->world.script, "GET " SECOND, 200,
                     "{\"value\":[2],\"nextLink\":\"" SECOND "2\"}");
        script_always(p->world.script);
        script_reply(p->world.script, FIRST, 200, "{\"value\":[1],\"nextLink\":\"" SECOND "\"}");
        script_always(p->world.script);
        run(p);
        assert_int_equal(p->err.kind, ERR_PROTOCOL);
        assert_non_null(strstr(p->err.text, "comes back to the same page"));
        assert_int_equal(script_calls(p->world.script), 3);
    }
}

/* 'pages' with new addresses each and no last one, of 'items' items and 'blanks' blanks each.
 * Returns how many were read. */
static size_t endless(struct probe *p, size_t pages, size_t items, int blanks)
{
    char line[256] = FIRST;
    for (size_t page = 1; page <= pages; page++) {
        struct buf b;
        buf_init(&b, 16 << 20);
        buf_printf(&b, "{\"nextLink\":\"%s&n=%03zu\",\"value\":[", SECOND, page);
        for (size_t i = 0; i < items; i++) buf_str(&b, i ? ",0" : "0");
        buf_printf(&b, "]%*s}", blanks, "");
        script_reply(p->world.script, line, 200, b.data);
        buf_done(&b);
        snprintf(line, sizeof(line), "GET %s&n=%03zu", SECOND, page);
    }
    run(p);
    assert_int_equal(p->err.kind, ERR_PROTOCOL);
    assert_non_null(strstr(p->err.text, "the list has no end"));
    return script_calls(p->world.script);
}

/* New addresses without end: bounded by pages, by items and by bytes. */
static void test_endless(void **state)
{
    assert_int_equal(endless(*state, 101, 0, 0), 100);
    again(state);
    assert_int_equal(endless(*state, 27, 2000, 0), 26);
    again(state);
    assert_int_equal(endless(*state, 9, 1, 4 << 20), 8);
}

/* Each page fails once, in each way: nothing is lost and nothing comes twice. */
static void test_torture(void **state)
{
    for (size_t index = 0; index < 3; index++) {
        for (enum script_fault fault = 0; fault < SCRIPT_FAULT_N; fault++) {
            again(state);
            struct probe *p = *state;
            prepare_pages(p);
            script_torture(p->world.script, index, fault);
            run(p);
            if (fault == SCRIPT_GARBAGE) {
                assert_int_equal(p->err.kind, ERR_PROTOCOL);
            } else {
                assert_int_equal(p->err.kind, ERR_NONE);
                check_items(p);
            }
        }
    }
}

static void test_cancel_at_every_row(void **state)
{
    for (size_t steps = 0; steps < 6; steps++) {
        again(state);
        struct probe *p = *state;
        prepare_pages(p);
        flow_start(&p->list.flow, p->world.az.io);
        for (size_t i = 0; i < steps; i++) script_step(p->world.script);
        unsigned before = p->completions;
        arm_list_done(&p->list);
        assert_int_equal(script_open(p->world.script), 0);
        assert_int_equal(p->completions, before);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_pages),
        CASE(test_ends),

        CASE(test_refusals),
        CASE(test_circles),
        CASE(test_endless),
        CASE(test_torture),
        CASE(test_cancel_at_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
