/* A complete answer proves itself: what does not is unknown, with a sentence that says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/world.h"

#define SERVER "/subscriptions/S/resourceGroups/rg/providers/P/servers/db1"
#define RULES SERVER "/rules"
#define LINK WORLD_ARM RULES "?api-version=1&page="

static const struct arm_member members[] = {
    {"location", ARM_TEXT},
    {"properties.size", ARM_NUMBER},
    {"properties.open", ARM_BOOL},
    {"properties.zones", ARM_ARRAY},
    {"properties", ARM_OBJECT},
    {"properties.any", ARM_ANY},
    {0},
};
static const struct arm_shape server_shape = {.type = "P/servers", .members = members};
static const struct arm_shape rule_shape = {
    .type = "P/servers/rules",
    .members = (const struct arm_member[]){{"properties.value", ARM_TEXT}, {0}},
};

struct probe {
    struct world world;
    struct arm_get get;
    struct arm_list list;
    unsigned completions;
    struct err err;
};

static int setup(void **state)
{
    static struct probe p;
    p = (struct probe){.completions = 0};
    world_init(&p.world, true);
    world_have_token(&p.world);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    arm_get_done(&p->get);
    arm_list_done(&p->list);
    world_done(&p->world);
    return 0;
}

static struct probe *again(void **state)
{
    teardown(state);
    setup(state);
    return *state;
}

static void get_done(struct flow *f, const struct err *err)
{
    struct arm_get *g = f->op;
    struct probe *p = g->owner;
    p->completions++;
    if (err) p->err = *err;
}

static void list_done(struct flow *f, const struct err *err)
{
    struct arm_list *l = f->op;
    struct probe *p = l->owner;
    p->completions++;
    if (err) p->err = *err;
}

static struct probe *get(void **state, const char *id, const struct arm_shape *shape, int status,
                         const char *body)
{
    struct probe *p = again(state);
    script_reply(p->world.script, "GET " WORLD_ARM, status, body);
    arm_get_init(&p->get, &p->world.az, id, "1", shape);
    p->get.owner = p;
    p->get.flow.done = get_done;
    flow_start(&p->get.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    assert_int_equal(script_calls(p->world.script), 1);
    return p;
}

static void check_unknown(const struct probe *p, const char *body, const char *sentence)
{
    print_message("# %.60s: %s\n", body, p->err.text);
    assert_int_equal(p->err.kind, ERR_PROTOCOL);
    assert_non_null(strstr(p->err.text, sentence));
}

#define HEAD "\"id\":\"" SERVER "\",\"name\":\"db1\",\"type\":\"P/servers\""
#define REST                                                                                       \
    ",\"location\":\"x\",\"properties\":{\"size\":1,\"open\":false,\"zones\":[],\"any\":\"\"}"

static void test_get_complete(void **state)
{
    static const char *const bodies[] = {
        "{" HEAD REST "}",
        "{" HEAD REST ",\"new\":{},\"tags\":null}",
        "{\"id\":\"/SUBSCRIPTIONS/s/resourcegroups/RG/providers/p/Servers/DB1/\",\"name\":\"DB1\","
        "\"type\":\"p/SERVERS\"" REST "}",
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct probe *p = get(state, SERVER, &server_shape, 200, bodies[i]);
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_int_equal(p->get.presence, ARM_PRESENT);
        assert_non_null(p->get.body);
    }
}

/* Each of these caused a write once, or could have. */
static void test_get_unproven(void **state)
{
    static const struct {
        int status;
        const char *body, *sentence;
    } cases[] = {
        {200, "{}", "no \"id\""},
        {200, "[]", "no object"},
        {200, "null", "no object"},
        {200, "\"x\"", "no object"},
        {200, "", "not JSON"},
        {200, "{" HEAD REST ",\"name\":\"db1\"}", "not JSON"},
        {200, "{\"id\":\"x\",\"name\":\"x\",\"properties\":{\"state\":\"Ready\"}}", "id x"},
        {200, "{\"id\":\"" SERVER "2\",\"name\":\"db1\",\"type\":\"P/servers\"" REST "}", "db12"},
        {200, "{\"id\":\"" SERVER "/rules/db1\",\"name\":\"db1\",\"type\":\"P/servers\"" REST "}",
         "rules/db1"},
        {200, "{\"id\":\"" SERVER "\",\"name\":\"db2\",\"type\":\"P/servers\"" REST "}",
         "name db2"},
        {200, "{\"id\":\"" SERVER "\",\"type\":\"P/servers\"" REST "}", "no \"name\""},
        {200, "{\"id\":7,\"name\":\"db1\",\"type\":\"P/servers\"" REST "}", "no \"id\""},
        {200, "{\"id\":\"" SERVER "\",\"name\":\"db1\"" REST "}", "no \"type\""},
        {200, "{\"id\":\"" SERVER "\",\"name\":\"db1\",\"type\":\"P/others\"" REST "}",
         "type P/others"},
        {200, "{" HEAD "}", "no \"location\""},
        {200, "{" HEAD ",\"location\":\"x\"}", "no \"properties.size\""},
        {200, "{" HEAD ",\"location\":\"x\",\"properties\":\"y\"}", "no \"properties.size\""},
        {200, "{" HEAD ",\"location\":null,\"properties\":{}}", "no \"location\""},
        {200, "{" HEAD ",\"location\":7}", "\"location\" is not a text"},
        {200, "{" HEAD ",\"location\":\"x\",\"properties\":{\"size\":\"1\"}}", "not a number"},
        {200, "{" HEAD ",\"location\":\"x\",\"properties\":{\"size\":1,\"open\":\"no\"}}",
         "not true or false"},
        {200,
         "{" HEAD ",\"location\":\"x\",\"properties\":{\"size\":1,\"open\":true,\"zones\":{}}}",
         "not an array"},
        {200,
         "{" HEAD ",\"location\":\"x\",\"properties\":{\"size\":1,\"open\":true,\"zones\":[],"
         "\"any\":null}}",
         "no \"properties.any\""},
        {201, "{" HEAD REST "}", "HTTP 201"},
        {202, "{" HEAD REST "}", "HTTP 202"},
        {204, "", "HTTP 204"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct probe *p = get(state, SERVER, &server_shape, cases[i].status, cases[i].body);
        check_unknown(p, cases[i].body, cases[i].sentence);
        assert_int_equal(p->get.presence, ARM_UNKNOWN);
        assert_null(p->get.body);
    }
}

static void test_get_without_shape(void **state)
{
    struct probe *p = get(state, SERVER, NULL, 200, "{}");
    assert_int_equal(p->get.presence, ARM_PRESENT);
    p = get(state, SERVER, NULL, 200, "[]");
    check_unknown(p, "[]", "no object");
}

/* An administrator is known by its object id and answers the principal's name. */
static void test_get_free_name(void **state)
{
    static const struct arm_shape shape = {.flags = ARM_NAME_IS_FREE};
    struct probe *p =
        get(state, SERVER, &shape, 200, "{\"id\":\"" SERVER "\",\"name\":\"a@example.org\"}");
    assert_int_equal(p->get.presence, ARM_PRESENT);
    p = get(state, SERVER, &shape, 200, "{\"id\":\"" SERVER "\"}");
    assert_int_equal(p->get.presence, ARM_PRESENT);
}

static bool keeps_a(const void *owner, const json_t *item)
{
    assert_non_null(owner);
    return strncmp(json_text_at(item, "name"), "a", 1) == 0;
}

static struct probe *list(void **state, const char *id, const struct arm_shape *shape,
                          const char *body, const char *body2)
{
    struct probe *p = again(state);
    script_reply(p->world.script, "GET " LINK "2", 200, body2);
    script_reply(p->world.script, "GET " WORLD_ARM, 200, body);
    arm_list_init(&p->list, &p->world.az, id, "1", shape);
    p->list.owner = p;
    p->list.keep = keeps_a;
    p->list.flow.done = list_done;
    flow_start(&p->list.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    return p;
}

#define ITEM_AT(id, name, properties)                                                              \
    "{\"id\":\"" id "\",\"name\":\"" name                                                          \
    "\",\"type\":\"P/servers/rules\",\"properties\":" properties "}"
#define ITEM(name, properties) ITEM_AT(RULES "/" name, name, properties)
#define GOOD "{\"value\":\"\"}"
#define LIST(items) "{\"value\":[" items "]}"

/* In a list it gets the name that it is asked for by, whatever it answers. */
static void test_list_free_name(void **state)
{
    static const struct arm_shape shape = {.flags = ARM_NAME_IS_FREE};
    struct probe *p = list(
        state, RULES, &shape,
        LIST("{\"id\":\"" RULES "/a1\"},{\"id\":\"" RULES "/a2\",\"name\":\"b@example.org\"}"), "");
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(json_array_size(p->list.items), 2);
    assert_string_equal(json_text_at(json_array_get(p->list.items, 0), "name"), "a1");
    assert_string_equal(json_text_at(json_array_get(p->list.items, 1), "name"), "a2");
}

static void test_list_complete(void **state)
{
    static const char *const bodies[] = {
        LIST(ITEM("a", GOOD)), LIST(ITEM("a", GOOD) "," ITEM("b", GOOD)),
        LIST(ITEM_AT("/SUBSCRIPTIONS/S/resourcegroups/rg/PROVIDERS/P/servers/db1/RULES/A", "a",
                     GOOD)),
        LIST(ITEM("b", "{}") "," ITEM("a", GOOD)), /* b is not kept */
    };
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        struct probe *p = list(state, RULES, &rule_shape, bodies[i], "");
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_int_equal(json_array_size(p->list.items), 1);
    }
    struct probe *p = list(state, RULES, &rule_shape, LIST(""), "");
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(json_array_size(p->list.items), 0);
}

static void test_list_unproven(void **state)
{
    static const struct {
        const char *body, *sentence;
    } cases[] = {
        {LIST("{}"), "no \"id\""},
        {LIST("7"), "no object"},
        {LIST("null"), "no object"},
        {LIST(ITEM("a", GOOD) ",[]"), "no object"},
        {LIST("{\"id\":\"" RULES "/a\"}"), "no \"name\""},
        {LIST("{\"name\":\"a\"}"), "no \"id\""},
        {LIST("{\"id\":\"" RULES "/a\",\"name\":\"a\"}"), "no \"type\""},
        {LIST(ITEM("a", "null")), "item a: the answer of ARM is not complete"},
        {LIST(ITEM("a", "{}")), "no \"properties.value\""},
        {LIST(ITEM("a", "{\"value\":null}")), "no \"properties.value\""},
        {LIST(ITEM("a", "{\"value\":1}")), "\"properties.value\" is not a text"},
        {LIST(ITEM("a", "{\"value\":[]}")), "\"properties.value\" is not a text"},
        {LIST(ITEM_AT(RULES "/b", "a", GOOD)), "name a"},
        {LIST(ITEM_AT(SERVER "2/rules/a", "a", GOOD)), "db12/rules/a"},
        {LIST(ITEM_AT(RULES "/x/a", "a", GOOD)), "rules/x/a"},
        {LIST(ITEM_AT(RULES "/", "a", GOOD)), "id " RULES "/"},
        {LIST(ITEM_AT(RULES, "rules", GOOD)), "id " RULES},
        {LIST(ITEM("a", GOOD) "," ITEM("b", GOOD) "," ITEM("a", GOOD)), "item 3 twice"},
        {LIST(ITEM("ab", GOOD) "," ITEM("AB", GOOD)), "item 2 twice"},
        {LIST(ITEM("b", GOOD) "," ITEM("b", GOOD)), "item 2 twice"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct probe *p = list(state, RULES, &rule_shape, cases[i].body, "");
        check_unknown(p, cases[i].body, cases[i].sentence);
    }
}

/* A page that repeats items of another one. */
static void test_list_repeats_over_pages(void **state)
{
    static const char first[] =
        "{\"value\":[" ITEM("a", GOOD) "," ITEM("b", GOOD) "],\"nextLink\":\"" LINK "2\"}";
    struct probe *p = list(state, RULES, &rule_shape, first, LIST(ITEM("b", GOOD)));
    check_unknown(p, "b on two pages", "item 3 twice");
    p = list(state, RULES, &rule_shape, first, LIST(ITEM("aa", GOOD)));
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(json_array_size(p->list.items), 2);
}

/* A server always has parameters: of such a collection an empty answer says nothing. */
static void test_list_never_empty(void **state)
{
    static const struct arm_shape shape = {.flags = ARM_NEVER_EMPTY};
    struct probe *p = list(state, RULES, &shape, LIST(""), "");
    check_unknown(p, "an empty list", "an empty list");
    p = list(state, RULES, &shape, "{\"value\":[],\"nextLink\":\"" LINK "2\"}", LIST(""));
    check_unknown(p, "two empty pages", "an empty list");
    p = list(state, RULES, &shape, "{\"value\":[],\"nextLink\":\"" LINK "2\"}",
             LIST(ITEM("b", GOOD)));
    assert_int_equal(p->err.kind, ERR_NONE);
}

/* The servers of a subscription stand in its groups: the same name may come twice, an id not. */
static void test_list_ids_elsewhere(void **state)
{
    static const struct arm_shape shape = {.flags = ARM_IDS_ELSEWHERE};
    struct probe *p =
        list(state, "/subscriptions/S/providers/P/servers", &shape,
             LIST(ITEM_AT("/a/1/s/a1", "a1", GOOD) "," ITEM_AT("/a/2/s/a1", "a1", GOOD)), "");
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(json_array_size(p->list.items), 2);
    p = list(state, "/subscriptions/S/providers/P/servers", &shape,
             LIST(ITEM_AT("/a/1/s/a1", "a1", GOOD) "," ITEM_AT("/A/1/s/A1", "a1", GOOD)), "");
    check_unknown(p, "one id twice", "twice");
    p = list(state, "/subscriptions/S/providers/P/servers", &shape, LIST(ITEM_AT("a1", "a1", GOOD)),
             "");
    check_unknown(p, "an id without a slash", "id a1");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_get_complete),      CASE(test_get_unproven),
        CASE(test_get_without_shape), CASE(test_get_free_name),
        CASE(test_list_free_name),    CASE(test_list_complete),
        CASE(test_list_unproven),     CASE(test_list_repeats_over_pages),
        CASE(test_list_never_empty),  CASE(test_list_ids_elsewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
