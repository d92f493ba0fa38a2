/* What a list remembers from look to look: a page that reads the same is not read, and of any other
 * page only the items that have changed. What comes out is what reading everything would give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/json.h"
#include "support/world.h"

#define ID "/subscriptions/S/resourceGroups/rg/providers/P/t/x/configurations"
#define FIRST "GET " WORLD_ARM ID "?api-version=1"
#define NEXT WORLD_ARM ID "?api-version=1&page="

static const struct arm_shape shape = {
    .members = (const struct arm_member[]){{"v", ARM_NUMBER}, {0}},
};

struct probe {
    struct world world;
    struct arm_list list;
    struct arm_list_memory memory;
    unsigned completions;
    struct err err;
    char seen[256]; /* the items of the last look: "a1 b2" */
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
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    arm_list_done(&p->list);
    if (p->world.script) world_done(&p->world);
    arm_list_memory_done(&p->memory);
    return 0;
}

/* Odd values only. */
static bool is_odd(const void *owner, const json_t *item)
{
    assert_non_null(((const struct probe *)owner)->list.flow.done);
    return json_int_at(item, "v", 0) % 2 != 0;
}

static void tell_items(struct probe *p)
{
    size_t i, used = 0;
    json_t *item;
    p->seen[0] = '\0';
    json_array_foreach(p->list.items, i, item)
    {
        used += (size_t)snprintf(p->seen + used, sizeof(p->seen) - used, "%s%s%d", i ? " " : "",
                                 json_text_at(item, "name"), (int)json_int_at(item, "v", -1));
    }
}

/* A look with the memory at 'count' pages of items "a1 b2" each. */
static void look_raw(struct probe *p, const char *const *bodies, size_t count)
{
    arm_list_done(&p->list);
    if (p->world.script) world_done(&p->world);
    world_init(&p->world, true);
    world_have_token(&p->world);
    p->completions = 0;
    err_clear(&p->err);
    for (size_t i = 0; i < count; i++) {
        char line[256] = FIRST;
        if (i) snprintf(line, sizeof(line), "GET %s%zu", NEXT, i);
        script_reply(p->world.script, line, 200, bodies[i]);
    }
    arm_list_init(&p->list, &p->world.az, ID, "1", &shape);
    p->list.owner = p;
    p->list.memory = &p->memory;
    p->list.keep = is_odd;
    p->list.flow.done = done;
    flow_start(&p->list.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    tell_items(p);
}

/* The page with items of 'words'; 'page' of 'pages'. */
static char *page_of(const char *words, size_t page, size_t pages)
{
    struct buf b;
    buf_init(&b, 1 << 16);
    buf_str(&b, "{\"value\":[");
    for (const char *w = words; *w; w += w[2] ? 3 : 2)
        buf_printf(&b, "%s{\"id\":\"" ID "/%c\",\"name\":\"%c\",\"v\":%c}", w == words ? "" : ",",
                   w[0], w[0], w[1]);
    buf_str(&b, "]");
    if (page + 1 < pages) buf_printf(&b, ",\"nextLink\":\"%s%zu\"", NEXT, page + 1);
    buf_str(&b, "}");
    return buf_steal(&b);
}

static void look(struct probe *p, const char *const *words, size_t count)
{
    char *bodies[4] = {NULL};
    for (size_t i = 0; i < count; i++) bodies[i] = page_of(words[i], i, count);
    look_raw(p, (const char *const *)bodies, count);
    for (size_t i = 0; i < count; i++) free(bodies[i]);
}

static void check(struct probe *p, const char *words, const char *seen, unsigned parsed)
{
    look(p, &words, 1);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(p->seen, seen);
    assert_int_equal(p->list.parsed, parsed);
}

/* Only what has changed is read, wherever it stands. */
static void test_changes(void **state)
{
    struct probe *p = *state;
    check(p, "a1 b2 c3", "a1 c3", 3);
    check(p, "a1 b2 c3", "a1 c3", 0);
    check(p, "a1 b3 c3", "a1 b3 c3", 1);
    check(p, "c3 a1 b3", "c3 a1 b3", 0); /* another order is another page, of known items */
    check(p, "c3 a1 b3 d5", "c3 a1 b3 d5", 1);
    check(p, "d5", "d5", 0);
    check(p, "a1 d5", "a1 d5", 1); /* what was gone is forgotten */
    check(p, "", "", 0);
    check(p, "d4", "", 1);
    check(p, "d4", "", 0);
}

/* The same page is the same list, not a copy. */
static void test_same_page(void **state)
{
    struct probe *p = *state;
    check(p, "a1 b2", "a1", 2);
    const json_t *items = p->memory.items;
    assert_ptr_equal(p->list.items, items);
    check(p, "a1 b2", "a1", 0);
    assert_ptr_equal(p->list.items, items);
    arm_list_memory_done(&p->memory);
    assert_int_equal(json_array_size(p->list.items), 1); /* the result outlives the memory */
}

static void test_pages(void **state)
{
    struct probe *p = *state;
    look(p, (const char *const[]){"a1 b1", "", "c1"}, 3);
    assert_string_equal(p->seen, "a1 b1 c1");
    assert_int_equal(p->list.parsed, 3);
    assert_null(p->memory.items); /* only a single page is known as a whole */
    look(p, (const char *const[]){"a1 b1", "", "c1"}, 3);
    assert_int_equal(p->list.parsed, 0);
    look(p, (const char *const[]){"a1", "b3 c1"}, 2);
    assert_string_equal(p->seen, "a1 b3 c1");
    assert_int_equal(p->list.parsed, 1);
    check(p, "a1 b3 c1", "a1 b3 c1", 0);
    look(p, (const char *const[]){"a1 b1", "b1"}, 2);
    assert_int_equal(p->err.kind, ERR_PROTOCOL);
}

/* A failure is not remembered, and what was known before stays known. */
static void test_failures(void **state)
{
    static const char head[] = "{\"value\":[";
    static const char *const bodies[] = {
        "{\"value\":{}}",
        "{\"value\":[",
        "{}",
        "<html>",
        "{\"value\":[7]}",
        "{\"value\":[{}]}",
        "{\"value\":[{]}",
        "{\"value\":[{\"a\":tru}]}",
        "{\"value\":[]]}",
        "{\"value\":[],}",
        "{\"value\":[],\"value\":[]}",
        "{\"value\":[],\"nextLink\":7}",
        "{\"value\":[{},]}",
        "{\"value\":[]} x",
    };
    struct probe *p = *state;
    check(p, "a1 b2", "a1", 2);
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        look_raw(p, &bodies[i], 1);
        print_message("# %s: %s\n", bodies[i], p->err.text);
        assert_int_equal(p->err.kind, ERR_PROTOCOL);
        check(p, "a1 b2", "a1", 0);
    }
    /* A known item first, and then something wrong. */
    char *good = page_of("a1", 0, 1);
    good[strlen(good) - 2] = '\0';
    static const char *const tails[] = {",7]}", ",{}]}", ",]}", "", "]", "}"};
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        char body[512];
        snprintf(body, sizeof(body), "%s%s", good, tails[i]);
        const char *page = body;
        look_raw(p, &page, 1);
        assert_int_equal(p->err.kind, ERR_PROTOCOL);
    }
    assert_memory_equal(good, head, strlen(head));
    free(good);
    check(p, "b2 a1", "a1", 0);
}

/* The same name twice, one of them known. */
static void test_twice(void **state)
{
    struct probe *p = *state;
    check(p, "a1 b2", "a1", 2);
    static const char *const words[] = {"a1 a1", "a1 b2 b2", "a1 b2 a3", "a1 A1"};
    for (size_t i = 0; i < 4; i++) {
        look(p, &words[i], 1);
        assert_int_equal(p->err.kind, ERR_PROTOCOL);
        assert_non_null(strstr(p->err.text, "twice"));
    }
}

/* A page that cannot be cut is read as a whole, and known as one. */
static void test_whole_page(void **state)
{
    struct probe *p = *state;
    const char *page =
        "{\"nextLink\":null,\"value\":[{\"id\":\"" ID "/a\",\"name\":\"a\",\"v\":1}]}";
    look_raw(p, &page, 1);
    assert_string_equal(p->seen, "a1");
    assert_int_equal(p->list.parsed, 1);
    look_raw(p, &page, 1);
    assert_string_equal(p->seen, "a1");
    assert_int_equal(p->list.parsed, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_changes),  CASE(test_same_page), CASE(test_pages),
        CASE(test_failures), CASE(test_twice),     CASE(test_whole_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
