/* Writing one resource: accepted, settled, read back; late failures; every fault at every call;
 * what was sent once is never sent twice in doubt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/world.h"

#define ID "/subscriptions/S/resourceGroups/rg/providers/P/flexibleServers/db1"
#define RESOURCE WORLD_ARM ID "?api-version=1"
#define MONITOR                                                                                    \
    WORLD_ARM "/subscriptions/S/providers/P/locations/Korea%20Central/azureAsyncOperation/G"       \
              "?api-version=1&t=1&c=a-b_c&s=x%2by&h=z"
#define RESULT                                                                                     \
    WORLD_ARM "/subscriptions/S/providers/P/locations/koreacentral/operationResults/"              \
              "G?api-version=1"
#define BODY "{\"properties\":{\"a\":1}}"

struct probe {
    struct world world;
    struct arm_write write;
    unsigned completions;
    unsigned progress;
    unsigned polls; /* as last told */
    struct err err;
};

static void done(struct flow *f, const struct err *err)
{
    struct arm_write *w = f->op;
    struct probe *p = w->owner;
    p->completions++;
    if (err) p->err = *err;
}

static void progress(struct flow *f)
{
    struct arm_write *w = f->op;
    struct probe *p = w->owner;
    assert_true(w->accepted);
    p->progress++;
    p->polls = w->polls;
}

static void init(struct probe *p, const struct arm_request *request)
{
    struct err err;
    assert_int_equal(arm_write_init(&p->write, &p->world.az, request, &err), 0);
    p->write.owner = p;
    p->write.flow.done = done;
    p->write.flow.progress = progress;
}

static const struct arm_request put = {.method = "PUT", .id = ID, .api_version = "1", .body = BODY};

static int setup(void **state)
{
    static struct probe p;
    p = (struct probe){.completions = 0};
    world_init(&p.world, true);
    world_have_token(&p.world);
    init(&p, &put);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    arm_write_done(&p->write);
    world_done(&p->world);
    return 0;
}

static struct probe *again(void **state)
{
    teardown(state);
    setup(state);
    return *state;
}

static struct probe *again_with(void **state, const struct arm_request *request)
{
    struct probe *p = again(state);
    arm_write_done(&p->write);
    init(p, request);
    return p;
}

static void run(struct probe *p)
{
    flow_start(&p->write.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    assert_int_equal(script_open(p->world.script), 0);
}

static void accept(struct probe *p)
{
    script_reply(p->world.script, "PUT " RESOURCE, 202, "{\"operation\":\"Upsert\"}");
    script_header(p->world.script, "azure-asyncoperation", MONITOR);
    script_header(p->world.script, "location", RESULT);
    script_header(p->world.script, "retry-after", "10");
}

static void state_is(struct probe *p, const char *body)
{
    script_reply(p->world.script, "GET " MONITOR, 200, body);
    script_header(p->world.script, "retry-after", "15");
}

static void read_back(struct probe *p)
{
    script_reply(p->world.script, "GET " RESOURCE, 200, "{\"name\":\"db1\"}");
    script_always(p->world.script);
}

static void test_settles(void **state)
{
    struct probe *p = *state;
    accept(p);
    state_is(p, "{\"status\":\"InProgress\"}");
    state_is(p, "{\"status\":\"SomethingNew\"}");
    state_is(p, "{\"status\":\"succeeded\"}");
    read_back(p);
    flow_start(&p->write.flow, p->world.az.io);
    assert_string_equal(script_body(p->world.script), BODY);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->world.script),
                        "PUT " RESOURCE "\nwait 10000\nGET " MONITOR "\nwait 15000\nGET " MONITOR
                        "\nwait 15000\nGET " MONITOR "\nGET " RESOURCE "\n");
    assert_string_equal(json_text_at(p->write.body, "name"), "db1");
    assert_int_equal(p->write.polls, 3);
    assert_int_equal(p->progress, 3); /* accepted, and two polls that found it running */
    assert_int_equal(p->polls, 2);
    assert_null(p->write.payload);
}

static void test_ends_at_once(void **state)
{
    static const struct {
        const char *method;
        int status;
        const char *body;
        bool result;
    } cases[] = {
        {"PUT", 200, "{\"name\":\"x\"}", true},
        {"PUT", 201, "{\"name\":\"x\"}", true},
        {"PATCH", 200, "{\"name\":\"x\"}", true},
        {"DELETE", 200, "{\"name\":\"x\"}", false},
        {"DELETE", 204, "", false},
        {"POST", 200, "{\"name\":\"x\"}", true},
        {"POST", 204, "", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct probe *p = again_with(
            state, &(struct arm_request){.method = cases[i].method, .id = ID, .api_version = "1"});
        script_reply(p->world.script, cases[i].method, cases[i].status, cases[i].body);
        run(p);
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_int_equal(script_calls(p->world.script), 1);
        assert_int_equal(p->write.body != NULL, cases[i].result);
        assert_int_equal(p->progress, 0);
    }
}

/* What was taken without an answer that says so is read back. */
static void test_read_back_instead(void **state)
{
    static const struct {
        int status;
        const char *body;
    } cases[] = {{200, "<html>"}, {200, ""}, {201, "[]"}, {202, ""}};
    for (size_t i = 0; i < 4; i++) {
        struct probe *p = again(state);
        script_reply(p->world.script, "PUT", cases[i].status, cases[i].body);
        read_back(p);
        run(p);
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_string_equal(script_transcript(p->world.script),
                            "PUT " RESOURCE "\nGET " RESOURCE "\n");
        assert_string_equal(json_text_at(p->write.body, "name"), "db1");
    }
}

static void test_delete(void **state)
{
    struct probe *p =
        again_with(state, &(struct arm_request){.method = "DELETE", .id = ID, .api_version = "1"});
    script_reply(p->world.script, "DELETE", 202, "");
    script_header(p->world.script, "location", RESULT);
    script_reply(p->world.script, "GET " RESULT, 202, "");
    script_reply(p->world.script, "GET " RESULT, 204, "");
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->world.script),
                        "DELETE " RESOURCE "\nwait 10000\nGET " RESULT "\nwait 10000\nGET " RESULT
                        "\n");
    assert_null(p->write.body);
}

static void test_delete_of_nothing(void **state)
{
    struct probe *p =
        again_with(state, &(struct arm_request){.method = "DELETE", .id = ID, .api_version = "1"});
    script_reply(p->world.script, "DELETE", 404, "{\"error\":{\"code\":\"ResourceNotFound\"}}");
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    p = again_with(state, &(struct arm_request){.method = "DELETE", .id = ID, .api_version = "1"});
    script_reply(p->world.script, "DELETE", 404,
                 "{\"error\":{\"code\":\"ResourceGroupNotFound\"}}");
    run(p);
    assert_int_equal(p->err.kind, ERR_NOT_FOUND);
}

static void test_action(void **state)
{
    struct probe *p = again_with(
        state,
        &(struct arm_request){.method = "POST", .id = ID, .verb = "restart", .api_version = "1"});
    script_reply(p->world.script, "POST", 202, "");
    script_header(p->world.script, "azure-asyncoperation", MONITOR);
    script_header(p->world.script, "retry-after", "0");
    state_is(p, "{\"status\":\"Succeeded\"}");
    read_back(p);
    run(p);
    assert_string_equal(script_transcript(p->world.script),
                        "POST " WORLD_ARM ID "/restart?api-version=1\nwait 100\nGET " MONITOR
                        "\nGET " RESOURCE "\n");
}

static void test_secret_in_the_body(void **state)
{
    struct secret *secret = secret_new("p\"w", 3);
    struct probe *p = again_with(state, &(struct arm_request){.method = "PUT",
                                                              .id = ID,
                                                              .api_version = "1",
                                                              .body = BODY,
                                                              .secret_path = "properties.password",
                                                              .secret = secret});
    secret_free(secret);
    script_reply(p->world.script, "PUT", 200, "{}");
    run(p);
    assert_string_equal(script_body(p->world.script),
                        "{\"properties\":{\"a\":1,\"password\":\"p\\\"w\"}}");
}

static void test_bad_body(void **state)
{
    struct probe *p = *state;
    struct arm_write w;
    struct err err;
    struct arm_request request = put;
    request.body = "[]";
    assert_int_equal(arm_write_init(&w, &p->world.az, &request, &err), -1);
    assert_int_equal(err.kind, ERR_CONFIG);
}

/* Refusals of the request itself. */
static void test_refusals(void **state)
{
    static const struct {
        int status;
        const char *body;
        enum err_kind kind;
        size_t sent;
    } cases[] = {
        {400, "{\"error\":{\"code\":\"InvalidParameterValue\"}}", ERR_REFUSED, 1},
        {403, "{\"error\":{\"code\":\"AuthorizationFailed\"}}", ERR_DENIED, 1},
        {404, "{\"error\":{\"code\":\"ResourceGroupNotFound\"}}", ERR_NOT_FOUND, 1},
        {409, "{\"error\":{\"code\":\"MissingSubscriptionRegistration\"}}", ERR_CONFLICT, 1},
        {412, "", ERR_CONFLICT, 1},
        {500, "{\"error\":{\"code\":\"InternalServerError\"}}", ERR_TRANSIENT, 1},
        {503, "", ERR_TRANSIENT, 1},
        {504, "{\"error\":{\"code\":\"GatewayTimeout\"}}", ERR_TRANSIENT, 1},
        {401, "", ERR_TOKEN, 2},
        {409, "{\"error\":{\"code\":\"ServerIsBusy\"}}", ERR_BUSY, 6},
        {429, "{\"error\":{\"code\":\"RetryableErrorDueToAnotherOperation\"}}", ERR_BUSY, 6},
        {429, "", ERR_THROTTLED, 5},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct probe *p = again(state);
        script_reply(p->world.script, "PUT", cases[i].status, cases[i].body);
        script_always(p->world.script);
        run(p);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_int_equal(script_count(p->world.script, "PUT"), cases[i].sent);
        assert_false(p->write.accepted);
    }
}

/* Accepted, and refused a second later. */
static void test_late_failures(void **state)
{
    static const struct {
        const char *body;
        enum err_kind kind;
        const char *code;
    } cases[] = {
        {"{\"status\":\"Failed\",\"error\":{\"code\":\"ServerEditionIncompatibleWithSkuSize\"}}",
         ERR_REFUSED, "ServerEditionIncompatibleWithSkuSize"},
        {"{\"status\":\"FAILED\",\"error\":{\"code\":\"ServerBusy\"}}", ERR_BUSY, "ServerBusy"},
        {"{\"status\":\"Failed\",\"error\":{\"code\":\"OperationFailed\",\"message\":\"{0}\"}}",
         ERR_REFUSED, "OperationFailed"},
        {"{\"status\":\"Canceled\"}", ERR_CONFLICT, "Canceled"},
        {"{\"status\":\"Cancelled\"}", ERR_CONFLICT, "Canceled"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct probe *p = again(state);
        accept(p);
        state_is(p, cases[i].body);
        run(p);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_string_equal(p->err.code, cases[i].code);
        assert_int_equal(script_count(p->world.script, "PUT"), 1);
        assert_true(p->write.accepted);
        assert_false(p->write.settled);
    }
}

/* The other monitor fails with the answer that a synchronous request would have got. */
static void test_late_failure_at_location(void **state)
{
    struct probe *p = *state;
    script_reply(p->world.script, "PUT", 202, "");
    script_header(p->world.script, "location", RESULT);
    script_reply(p->world.script, "GET " RESULT, 409, "{\"error\":{\"code\":\"ServerIsBusy\"}}");
    run(p);
    assert_int_equal(p->err.kind, ERR_BUSY);
}

/* A monitor on another host would get our token: it is not asked. */
static void test_monitor_elsewhere(void **state)
{
    struct probe *p = *state;
    script_reply(p->world.script, "PUT", 202, "");
    script_header(p->world.script, "azure-asyncoperation", "https://evil.example/op");
    script_header(p->world.script, "location", RESULT);
    script_reply(p->world.script, "GET " RESULT, 200, "");
    read_back(p);
    run(p);
    assert_string_equal(script_transcript(p->world.script),
                        "PUT " RESOURCE "\nwait 10000\nGET " RESULT "\nGET " RESOURCE "\n");
}

/* The monitor answers 404 or nonsense for a while: that says nothing about the operation. */
static void test_unreadable_monitor(void **state)
{
    struct probe *p = *state;
    accept(p);
    script_reply(p->world.script, "GET " MONITOR, 404, "");
    script_reply(p->world.script, "GET " MONITOR, 400, "{}");
    script_reply(p->world.script, "GET " MONITOR, 200, "<html>");
    script_reply(p->world.script, "GET " MONITOR, 200, "{\"state\":\"Succeeded\"}");
    script_reply(p->world.script, "GET " MONITOR, 500, "");
    state_is(p, "{\"status\":\"Succeeded\"}");
    read_back(p);
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_int_equal(script_left(p->world.script), 0);
    p = again(state);
    accept(p);
    script_reply(p->world.script, "GET " MONITOR, 404, "");
    script_always(p->world.script);
    msec before = script_now(p->world.script);
    run(p);
    assert_int_equal(p->err.kind, ERR_TRANSIENT);
    assert_in_range(script_now(p->world.script) - before, MINUTES(5), MINUTES(6));
}

static void test_never_settles(void **state)
{
    static const msec limits[] = {0, MINUTES(10)};
    for (size_t i = 0; i < 2; i++) {
        struct probe *p = again(state);
        p->world.az.settle_limit = limits[i];
        accept(p);
        state_is(p, "{\"status\":\"InProgress\"}");
        script_always(p->world.script);
        msec before = script_now(p->world.script);
        run(p);
        assert_int_equal(p->err.kind, ERR_TIMEOUT);
        msec limit = limits[i] ? limits[i] : MINUTES(60);
        assert_in_range(script_now(p->world.script) - before, limit - SECONDS(30), limit);
        assert_int_equal(script_count(p->world.script, "PUT"), 1);
    }
}

/* A resource that was just made is not found for a minute. */
static void test_not_found_at_first(void **state)
{
    struct probe *p = *state;
    accept(p);
    state_is(p, "{\"status\":\"Succeeded\"}");
    for (size_t i = 0; i < 12; i++)
        script_reply(p->world.script, "GET " RESOURCE, 404,
                     "{\"error\":{\"code\":\"ResourceNotFound\"}}");
    read_back(p);
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_non_null(p->write.body);
    assert_int_equal(script_left(p->world.script), 0);
}

/* The token is refused in the middle of the wait: the flow starts over, the write does not. */
static void test_refused_token_while_settling(void **state)
{
    struct probe *p = *state;
    accept(p);
    script_reply(p->world.script, "GET " MONITOR, 401, "");
    state_is(p, "{\"status\":\"Succeeded\"}");
    read_back(p);
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->world.script),
                        "PUT " RESOURCE "\nwait 10000\nGET " MONITOR "\n" WORLD_TOKEN_LINE
                        "\nwait 10000\nGET " MONITOR "\nGET " RESOURCE "\n");
}

/* A wait of hours outlives tokens: each poll uses the present one. */
static void test_token_renewed_while_settling(void **state)
{
    struct probe *p = *state;
    p->world.az.settle_limit = MINUTES(60 * 20);
    accept(p);
    script_reply(p->world.script, "GET " MONITOR, 200, "{\"status\":\"InProgress\"}");
    script_header(p->world.script, "retry-after", "600");
    script_always(p->world.script);
    flow_start(&p->write.flow, p->world.az.io);
    msec before = script_now(p->world.script);
    while (script_now(p->world.script) - before < MINUTES(60 * 13)) script_step(p->world.script);
    assert_true(p->write.flow.running);
    assert_non_null(strstr(script_transcript(p->world.script), WORLD_TOKEN_LINE));
}

/* Each call fails once, in each way. The write is sent once; twice only where it was certainly not
 * taken. What Azure has accepted ends well. */
static void test_torture(void **state)
{
    for (size_t index = 0; index < 4; index++) {
        for (enum script_fault fault = 0; fault < SCRIPT_FAULT_N; fault++) {
            struct probe *p = again(state);
            accept(p);
            state_is(p, "{\"status\":\"InProgress\"}");
            state_is(p, "{\"status\":\"Succeeded\"}");
            script_always(p->world.script);
            read_back(p);
            script_torture(p->world.script, index, fault);
            run(p);
            print_message("# call %zu, %s: %s\n", index, script_fault_word(fault),
                          err_kind_word(p->err.kind));
            bool doubt = index == 0 && (fault == SCRIPT_RESET || fault == SCRIPT_SILENCE ||
                                        fault == SCRIPT_UNAVAILABLE || fault == SCRIPT_INTERNAL);
            bool refused = index == 0 && (fault == SCRIPT_THROTTLED || fault == SCRIPT_BUSY ||
                                          fault == SCRIPT_UNAUTHORIZED);
            bool nonsense = index == 3 && fault == SCRIPT_GARBAGE;
            assert_int_equal(script_count(p->world.script, "PUT"), refused ? 2 : 1);
            assert_int_equal(p->err.kind != ERR_NONE, doubt || nonsense);
            assert_int_equal(p->write.accepted, !doubt);
            if (doubt)
                assert_true(p->err.kind == ERR_TRANSIENT || p->err.kind == ERR_TIMEOUT);
            else if (!nonsense)
                assert_non_null(p->write.body);
        }
    }
}

static void test_cancel_at_every_row(void **state)
{
    for (size_t steps = 0; steps < 12; steps++) {
        struct probe *p = again(state);
        accept(p);
        state_is(p, "{\"status\":\"InProgress\"}");
        state_is(p, "{\"status\":\"Succeeded\"}");
        read_back(p);
        flow_start(&p->write.flow, p->world.az.io);
        for (size_t i = 0; i < steps; i++) script_step(p->world.script);
        unsigned before = p->completions;
        arm_write_done(&p->write);
        assert_int_equal(script_open(p->world.script), 0);
        assert_int_equal(p->completions, before);
    }
}

/* A monitor address of 3.3 kB with odd encodings arrives as it was given. */
static void test_long_monitor(void **state)
{
    struct probe *p = *state;
    char url[3400] = WORLD_ARM "/locations/Korea%20Central/azureAsyncOperation/G?c=";
    size_t length = strlen(url);
    for (; length < 3300; length++) url[length] = "aZ9-_%2f"[length % 8];
    char line[3500];
    snprintf(line, sizeof(line), "GET %s", url);
    script_reply(p->world.script, "PUT", 202, "");
    script_header(p->world.script, "azure-asyncoperation", url);
    script_reply(p->world.script, line, 200, "{\"status\":\"Succeeded\"}");
    read_back(p);
    run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_non_null(strstr(script_transcript(p->world.script), line));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_settles),
        CASE(test_ends_at_once),
        CASE(test_read_back_instead),
        CASE(test_delete),
        CASE(test_delete_of_nothing),
        CASE(test_action),
        CASE(test_secret_in_the_body),
        CASE(test_bad_body),
        CASE(test_refusals),
        CASE(test_late_failures),
        CASE(test_late_failure_at_location),
        CASE(test_monitor_elsewhere),
        CASE(test_unreadable_monitor),
        CASE(test_never_settles),
        CASE(test_not_found_at_first),
        CASE(test_refused_token_while_settling),
        CASE(test_token_renewed_while_settling),
        CASE(test_torture),
        CASE(test_cancel_at_every_row),
        CASE(test_long_monitor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
