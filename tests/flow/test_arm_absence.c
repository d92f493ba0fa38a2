/* The proof of an absence: all must agree; whatever is missing or contradicts leaves it unknown,
 * with a sentence that says what. Nothing is ever written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "azure/arm_absence.h"
#include "base/json.h"
#include "support/world.h"

#define SUBSCRIPTION "/subscriptions/S"
#define GROUP SUBSCRIPTION "/resourceGroups/rg"
#define SERVERS GROUP "/providers/P/servers"
#define SERVER SERVERS "/db1"
#define URL(id, version) WORLD_ARM id "?api-version=" version

/* The calls, in the order in which they are made. */
enum { SELF, PARENT, LIST, RULES, PARAMETERS, NAME, CALLS_N };
static const char *const lines[CALLS_N] = {
    [SELF] = "GET " URL(SERVER, "1"),
    [PARENT] = "GET " URL(GROUP, "2"),
    [LIST] = "GET " URL(SERVERS, "1"),
    [RULES] = "GET " URL(SERVER "/rules", "1"),
    [PARAMETERS] = "GET " URL(SERVER "/parameters", "3"),
    [NAME] = "POST " URL(SUBSCRIPTION "/providers/P/checkNameAvailability", "1"),
};

#define ERROR_OF(code) "{\"error\":{\"code\":\"" code "\"}}"
#define ITEM(id, name) "{\"id\":\"" id "\",\"name\":\"" name "\",\"type\":\"P/servers\"}"
#define FOUND "{\"id\":\"" SERVER "\",\"name\":\"db1\",\"type\":\"P/servers\"}"
#define IS_FREE "{\"nameAvailable\":true,\"message\":\"\",\"name\":\"db1\",\"type\":\"P/servers\"}"

struct answer_text {
    int status;
    const char *body;
};

/* A server that does not exist, in a group that does. */
static const struct answer_text absent[CALLS_N] = {
    [SELF] = {404, ERROR_OF("ResourceNotFound")},
    [PARENT] = {200, "{\"id\":\"" GROUP "\",\"name\":\"rg\",\"location\":\"x\"}"},
    [LIST] = {200, "{\"value\":[" ITEM(SERVERS "/db2", "db2") "]}"},
    [RULES] = {404, ERROR_OF("ParentResourceNotFound")},
    [PARAMETERS] = {404, ERROR_OF("ResourceNotFound")},
    [NAME] = {200, IS_FREE},
};

static const struct arm_shape server_shape = {.type = "P/servers"};
static const struct arm_shape group_shape = {
    .members = (const struct arm_member[]){{"location", ARM_TEXT}, {0}},
};
static const struct arm_child_collection children[] = {
    {"rules", "1"},
    {"parameters", "3"},
    {0},
};
static const struct arm_name_check name_check = {
    .path = SUBSCRIPTION "/providers/P", .api_version = "1", .type = "P/servers"};
static const struct arm_absence_question everybody = {
    .id = SERVER,
    .api_version = "1",
    .shape = &server_shape,
    .parent_id = GROUP,
    .parent_api_version = "2",
    .parent_shape = &group_shape,
    .collection_id = SERVERS,
    .collection_api_version = "1",
    .children = children,
    .name_check = &name_check,
};

struct probe {
    struct world world;
    struct arm_absence absence;
    unsigned completions;
    struct err err;
};

static void done(struct flow *f, const struct err *err)
{
    struct arm_absence *a = f->op;
    struct probe *p = a->owner;
    p->completions++;
    if (err) p->err = *err;
}

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
    arm_absence_done(&p->absence);
    world_done(&p->world);
    return 0;
}

/* A new question; the answers to it are still to be prepared. */
static struct probe *begin(void **state, const struct arm_absence_question *question)
{
    teardown(state);
    setup(state);
    struct probe *p = *state;
    arm_absence_init(&p->absence, &p->world.az, question);
    p->absence.owner = p;
    p->absence.flow.done = done;
    return p;
}

/* As if it were absent, but for 'other' (CALLS_N: nothing). */
static void answer(struct probe *p, size_t other, struct answer_text text)
{
    for (size_t i = 0; i < CALLS_N; i++) {
        const struct answer_text *t = i == other ? &text : &absent[i];
        char line[256];
        snprintf(line, sizeof(line), "%s", lines[i]);
        script_reply(p->world.script, line, t->status, t->body);
        script_always(p->world.script);
    }
}

static void run(struct probe *p)
{
    flow_start(&p->absence.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    assert_int_equal(script_open(p->world.script), 0);
    assert_int_equal(script_count(p->world.script, "PUT"), 0);
    assert_int_equal(script_count(p->world.script, "PATCH"), 0);
    assert_int_equal(script_count(p->world.script, "DELETE"), 0);
    bool known = p->absence.presence != ARM_UNKNOWN;
    assert_int_equal(known, p->err.kind == ERR_NONE);
}

static void test_all_agree(void **state)
{
    struct probe *p = begin(state, &everybody);
    char expected[2048] = "";
    answer(p, CALLS_N, absent[0]);
    run(p);
    for (size_t i = 0; i < CALLS_N; i++) {
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof(expected) - used, "%s\n", lines[i]);
    }
    assert_string_equal(script_transcript(p->world.script), expected);
    assert_int_equal(p->absence.presence, ARM_ABSENT);
    assert_int_equal(arm_absence_calls(&p->absence), CALLS_N);
    assert_string_equal(script_body(p->world.script), "{\"name\":\"db1\",\"type\":\"P/servers\"}");
}

static void test_present(void **state)
{
    struct probe *p = begin(state, &everybody);
    answer(p, SELF, (struct answer_text){200, FOUND});
    run(p);
    assert_int_equal(p->absence.presence, ARM_PRESENT);
    assert_string_equal(json_text_at(p->absence.self.body, "name"), "db1");
    assert_int_equal(script_calls(p->world.script), 1);
}

/* Who is not to be asked is not. */
static void test_itself_only(void **state)
{
    struct arm_absence_question alone = {.id = SERVER, .api_version = "1"};
    struct probe *p = begin(state, &alone);
    answer(p, CALLS_N, absent[0]);
    run(p);
    assert_int_equal(p->absence.presence, ARM_ABSENT);
    assert_int_equal(script_calls(p->world.script), 1);
    alone.collection_id = SERVERS;
    alone.collection_api_version = "1";
    p = begin(state, &alone);
    answer(p, LIST, (struct answer_text){200, "{\"value\":[7]}"});
    run(p);
    assert_int_equal(p->err.kind, ERR_PROTOCOL);
}

/* One piece of evidence is missing or speaks against it. */
static const struct {
    size_t call;
    struct answer_text answer;
    enum err_kind kind;
    const char *sentence;
} doubts[] = {
    {SELF, {404, "<html>a proxy says</html>"}, ERR_NOT_FOUND, "not proved"},
    {SELF, {404, ERROR_OF("SubscriptionNotFound")}, ERR_NOT_FOUND, "not proved"},
    {SELF, {404, ERROR_OF("ParentResourceNotFound")}, ERR_NOT_FOUND, "not proved"},
    {SELF, {200, "{}"}, ERR_PROTOCOL, "no \"id\""},
    {SELF, {200, ITEM(SERVERS "/db2", "db2")}, ERR_PROTOCOL, "something else"},
    {SELF, {403, ""}, ERR_DENIED, "not proved"},
    {PARENT, {404, ERROR_OF("ResourceGroupNotFound")}, ERR_NOT_FOUND, "parent is not there"},
    {PARENT, {404, ""}, ERR_NOT_FOUND, "its parent: "},
    {PARENT, {200, "{\"id\":\"" GROUP "\",\"name\":\"rg\"}"}, ERR_PROTOCOL, "its parent: "},
    {PARENT, {200, FOUND}, ERR_PROTOCOL, "its parent: "},
    {PARENT, {403, ERROR_OF("AuthorizationFailed")}, ERR_DENIED, "its parent: "},
    {LIST, {200, "{\"value\":[" FOUND "]}"}, ERR_CONFLICT, "its parent's list has it"},
    {LIST,
     {200, "{\"value\":[" ITEM(SERVERS "/db2", "db2") "," ITEM(SERVERS "/DB1", "DB1") "]}"},
     ERR_CONFLICT,
     "its parent's list has it"},
    {LIST, {200, "{\"value\":[{}]}"}, ERR_PROTOCOL, "list: "},
    {LIST, {200, "{}"}, ERR_PROTOCOL, "list: "},
    {LIST, {404, ERROR_OF("ResourceGroupNotFound")}, ERR_NOT_FOUND, "list: "},
    {LIST, {200, "{\"value\":[],\"nextLink\":\"" URL(SERVERS, "1") "\"}"}, ERR_PROTOCOL, "list: "},
    {RULES, {200, "{\"value\":[]}"}, ERR_CONFLICT, "a collection below it answers"},
    {RULES, {200, "<html>"}, ERR_CONFLICT, "a collection below it answers"},
    {RULES, {204, ""}, ERR_CONFLICT, "a collection below it answers"},
    {PARAMETERS, {200, "{\"value\":[]}"}, ERR_CONFLICT, "a collection below it answers"},
    {PARAMETERS, {404, "<html>"}, ERR_NOT_FOUND, "a collection below it: "},
    {PARAMETERS, {500, ERROR_OF("InternalServerError")}, ERR_TRANSIENT, "below it: "},
    {PARAMETERS, {403, ""}, ERR_DENIED, "a collection below it: "},
    {NAME,
     {200, "{\"nameAvailable\":false,\"reason\":\"AlreadyExists\",\"message\":\"x\"}"},
     ERR_CONFLICT,
     "its name is not free"},
    {NAME, {200, "{\"nameAvailable\":false}"}, ERR_CONFLICT, "its name is not free"},
    {NAME,
     {200, "{\"nameAvailable\":false,\"reason\":\"Invalid\"}"},
     ERR_REFUSED,
     "does not allow its name"},
    {NAME, {200, "{}"}, ERR_PROTOCOL, "no \"nameAvailable\""},
    {NAME, {200, "{\"nameAvailable\":\"true\"}"}, ERR_PROTOCOL, "no \"nameAvailable\""},
    {NAME,
     {200, "{\"nameAvailable\":true,\"name\":\"db2\"}"},
     ERR_PROTOCOL,
     "something else: name db2"},
    {NAME, {404, ERROR_OF("ResourceNotFound")}, ERR_NOT_FOUND, "its name is free: "},
    {NAME, {202, IS_FREE}, ERR_PROTOCOL, "its name is free: "},
};

static void test_not_believed(void **state)
{
    for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++) {
        struct probe *p = begin(state, &everybody);
        answer(p, doubts[i].call, doubts[i].answer);
        run(p);
        print_message("# case %zu: %s\n", i, p->err.text);
        assert_int_equal(p->err.kind, doubts[i].kind);
        assert_non_null(strstr(p->err.text, doubts[i].sentence));
        assert_int_equal(p->absence.presence, ARM_UNKNOWN);
    }
}

/* Each call fails once, in each way: what may pass is asked again and all agree in the end; the
 * rest is unknown. */
static void test_torture(void **state)
{
    for (size_t index = 0; index < CALLS_N; index++) {
        for (enum script_fault fault = 0; fault < SCRIPT_FAULT_N; fault++) {
            struct probe *p = begin(state, &everybody);
            answer(p, CALLS_N, absent[0]);
            script_torture(p->world.script, index, fault);
            run(p);
            bool unknown = fault == SCRIPT_GARBAGE;
            assert_int_equal(p->absence.presence, unknown ? ARM_UNKNOWN : ARM_ABSENT);
        }
    }
}

/* A piece that cannot be had for good: the end comes, and in time. */
static void test_faults_without_end(void **state)
{
    for (size_t call = 0; call < CALLS_N; call++) {
        static const int statuses[] = {503, 429, 401};
        for (size_t i = 0; i < 3; i++) {
            struct probe *p = begin(state, &everybody);
            answer(p, call, (struct answer_text){statuses[i], ""});
            msec before = script_now(p->world.script);
            run(p);
            assert_int_equal(p->absence.presence, ARM_UNKNOWN);
            assert_true(script_now(p->world.script) - before <= MINUTES(3));
        }
    }
}

/* The token is refused at the last question: what others have said stands, it is not asked again.
 */
static void test_refused_token(void **state)
{
    struct probe *p = begin(state, &everybody);
    answer(p, CALLS_N, absent[0]);
    script_torture(p->world.script, NAME, SCRIPT_UNAUTHORIZED);
    run(p);
    assert_int_equal(p->absence.presence, ARM_ABSENT);
    assert_int_equal(script_calls(p->world.script), CALLS_N + 2); /* a token, and the question */
}

static void test_cancel_at_every_row(void **state)
{
    for (size_t steps = 0; steps < 10; steps++) {
        struct probe *p = begin(state, &everybody);
        answer(p, CALLS_N, absent[0]);
        flow_start(&p->absence.flow, p->world.az.io);
        for (size_t i = 0; i < steps; i++) script_step(p->world.script);
        unsigned before = p->completions;
        arm_absence_done(&p->absence);
        assert_int_equal(script_open(p->world.script), 0);
        assert_int_equal(p->completions, before);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_all_agree),     CASE(test_present),
        CASE(test_itself_only),   CASE(test_not_believed),
        CASE(test_torture),       CASE(test_faults_without_end),
        CASE(test_refused_token), CASE(test_cancel_at_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
