/* Writing one resource: accepted, settled, read back; refused at once, and late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/write_probe.h"

static void test_settles(void **state)
{
    struct write_probe *p = *state;
    write_accept(p);
    write_state_is(p, "{\"status\":\"InProgress\"}");
    write_state_is(p, "{\"status\":\"SomethingNew\"}");
    write_state_is(p, "{\"status\":\"succeeded\"}");
    write_read_back(p);
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
    assert_int_equal(p->write.flow.calls, 5); /* waits are no calls */
    assert_int_equal(p->progress, 3);         /* accepted, and two polls that found it running */
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
        struct write_probe *p = write_again_with(
            state, &(struct arm_request){.method = cases[i].method, .id = ID, .api_version = "1"});
        script_reply(p->world.script, cases[i].method, cases[i].status, cases[i].body);
        write_run(p);
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
    } cases[] = {{200, "<html>"}, {200, ""}, {201, "[]"}};
    for (size_t i = 0; i < 3; i++) {
        struct write_probe *p = write_again(state);
        script_reply(p->world.script, "PUT", cases[i].status, cases[i].body);
        write_read_back(p);
        write_run(p);
        assert_int_equal(p->err.kind, ERR_NONE);
        assert_string_equal(script_transcript(p->world.script),
                            "PUT " RESOURCE "\nGET " RESOURCE "\n");
        assert_string_equal(json_text_at(p->write.body, "name"), "db1");
    }
}

static void test_delete(void **state)
{
    struct write_probe *p = write_again_with(
        state, &(struct arm_request){.method = "DELETE", .id = ID, .api_version = "1"});
    script_reply(p->world.script, "DELETE", 202, "");
    script_header(p->world.script, "location", RESULT);
    script_reply(p->world.script, "GET " RESULT, 202, "");
    script_reply(p->world.script, "GET " RESULT, 204, "");
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_string_equal(script_transcript(p->world.script),
                        "DELETE " RESOURCE "\nwait 10000\nGET " RESULT "\nwait 10000\nGET " RESULT
                        "\n");
    assert_null(p->write.body);
}

static void test_delete_of_nothing(void **state)
{
    struct write_probe *p = write_again_with(
        state, &(struct arm_request){.method = "DELETE", .id = ID, .api_version = "1"});
    script_reply(p->world.script, "DELETE", 404, "{\"error\":{\"code\":\"ResourceNotFound\"}}");
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    p = write_again_with(state,
                         &(struct arm_request){.method = "DELETE", .id = ID, .api_version = "1"});
    script_reply(p->world.script, "DELETE", 404,
                 "{\"error\":{\"code\":\"ResourceGroupNotFound\"}}");
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NOT_FOUND);
}

static void test_action(void **state)
{
    struct write_probe *p = write_again_with(
        state,
        &(struct arm_request){.method = "POST", .id = ID, .verb = "restart", .api_version = "1"});
    script_reply(p->world.script, "POST", 202, "");
    script_header(p->world.script, "azure-asyncoperation", MONITOR);
    script_header(p->world.script, "retry-after", "0");
    write_state_is(p, "{\"status\":\"Succeeded\"}");
    write_read_back(p);
    write_run(p);
    assert_string_equal(script_transcript(p->world.script),
                        "POST " WORLD_ARM ID "/restart?api-version=1\nwait 100\nGET " MONITOR
                        "\nGET " RESOURCE "\n");
}

static void test_secret_in_the_body(void **state)
{
    struct secret *secret = secret_new("p\"w", 3);
    struct write_probe *p =
        write_again_with(state, &(struct arm_request){.method = "PUT",
                                                      .id = ID,
                                                      .api_version = "1",
                                                      .body = BODY,
                                                      .secret_path = "properties.password",
                                                      .secret = secret});
    secret_free(secret);
    script_reply(p->world.script, "PUT", 200, "{}");
    write_run(p);
    assert_string_equal(script_body(p->world.script),
                        "{\"properties\":{\"a\":1,\"password\":\"p\\\"w\"}}");
}

static void test_bad_body(void **state)
{
    struct write_probe *p = *state;
    struct arm_write w;
    struct err err;
    struct arm_request request = write_put;
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
        struct write_probe *p = write_again(state);
        script_reply(p->world.script, "PUT", cases[i].status, cases[i].body);
        script_always(p->world.script);
        write_run(p);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_int_equal(script_count(p->world.script, "PUT"), cases[i].sent);
        assert_int_equal(p->write.fate, cases[i].status < 500 ? ARM_REFUSED : ARM_IN_DOUBT);
    }
}

/* What was not found and is busy all the same is being made by a write whose answer was lost. */
static void test_creation_meets_busy(void **state)
{
    struct write_probe *p = write_again_with(
        state,
        &(struct arm_request){.method = "PUT", .id = ID, .api_version = "1", .creates = true});
    script_reply(p->world.script, "PUT", 409, "{\"error\":{\"code\":\"ServerIsBusy\"}}");
    write_run(p);
    assert_int_equal(p->completions, 1);
    assert_int_equal(p->err.kind, ERR_BUSY);
    assert_string_equal(p->err.code, "ServerIsBusy");
    assert_int_equal(script_calls(p->world.script), 1);
    assert_int_equal(p->write.fate, ARM_REFUSED);
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
        struct write_probe *p = write_again(state);
        write_accept(p);
        write_state_is(p, cases[i].body);
        write_run(p);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_string_equal(p->err.code, cases[i].code);
        assert_int_equal(script_count(p->world.script, "PUT"), 1);
        assert_int_equal(p->write.fate, i < 3 ? ARM_FAILED : ARM_CANCELED);
    }
}

/* The other monitor fails with the answer that a synchronous request would have got. */
static void test_late_failure_at_location(void **state)
{
    struct write_probe *p = *state;
    script_reply(p->world.script, "PUT", 202, "");
    script_header(p->world.script, "location", RESULT);
    script_reply(p->world.script, "GET " RESULT, 409, "{\"error\":{\"code\":\"ServerIsBusy\"}}");
    write_run(p);
    assert_int_equal(p->err.kind, ERR_BUSY);
}

/* A monitor on another host would get our token: it is not asked. */
static void test_monitor_elsewhere(void **state)
{
    struct write_probe *p = *state;
    script_reply(p->world.script, "PUT", 202, "");
    script_header(p->world.script, "azure-asyncoperation", "https://evil.example/op");
    script_header(p->world.script, "location", RESULT);
    script_reply(p->world.script, "GET " RESULT, 200, "");
    write_read_back(p);
    write_run(p);
    assert_string_equal(script_transcript(p->world.script),
                        "PUT " RESOURCE "\nwait 10000\nGET " RESULT "\nGET " RESOURCE "\n");
}

/* A monitor address of 3.3 kB with odd encodings arrives as it was given. */
static void test_long_monitor(void **state)
{
    struct write_probe *p = *state;
    char url[3400] = WORLD_ARM "/locations/Korea%20Central/azureAsyncOperation/G?c=";
    size_t length = strlen(url);
    for (; length < 3300; length++) url[length] = "aZ9-_%2f"[length % 8];
    char line[3500];
    snprintf(line, sizeof(line), "GET %s", url);
    script_reply(p->world.script, "PUT", 202, "");
    script_header(p->world.script, "azure-asyncoperation", url);
    script_reply(p->world.script, line, 200, "{\"status\":\"Succeeded\"}");
    write_read_back(p);
    write_run(p);
    assert_int_equal(p->err.kind, ERR_NONE);
    assert_non_null(strstr(script_transcript(p->world.script), line));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, write_setup, write_teardown)

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
        CASE(test_creation_meets_busy),
        CASE(test_late_failures),
        CASE(test_late_failure_at_location),
        CASE(test_monitor_elsewhere),
        CASE(test_long_monitor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
