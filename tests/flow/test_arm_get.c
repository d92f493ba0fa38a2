/* Reading one resource: present, absent, unknown; every fault at every call; cancel at every row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "support/world.h"

#define GROUP "/subscriptions/S/resourceGroups/rg"
#define SERVER GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers/db1"
#define LINE "GET " WORLD_ARM SERVER "?api-version=2025-08-01"

struct probe {
    struct world world;
    struct arm_get get;
    unsigned completions;
    struct err err;
};

static void done(struct flow *f, const struct err *err)
{
    struct arm_get *g = f->op;
    struct probe *p = g->owner;
    p->completions++;
    if (err) p->err = *err;
}

static void init(struct probe *p, const char *id)
{
    arm_get_init(&p->get, &p->world.az, id, "2025-08-01", NULL);
    p->get.owner = p;
    p->get.flow.done = done;
}

static int setup(void **state)
{
    static struct probe p;
    p = (struct probe){.completions = 0};
    world_init(&p.world, true);
    init(&p, SERVER);
    *state = &p;
    return 0;
}

static int teardown(void **state)
{
    struct probe *p = *state;
    arm_get_done(&p->get);
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
    flow_start(&p->get.flow, p->world.az.io);
    script_run(p->world.script);
    assert_int_equal(p->completions, 1);
    assert_int_equal(script_open(p->world.script), 0);
    assert_true((p->get.body != NULL) == (p->get.presence == ARM_PRESENT));
    if (p->err.kind != ERR_NONE) assert_int_equal(p->get.presence, ARM_UNKNOWN);
}

static void test_present(void **state)
{
    struct probe *p = *state;
    memcpy(p->world.az.correlation_id, "c0", 3);
    script_reply(p->world.script, LINE, 200, "{\"name\":\"db1\"}");
    run(p);
    assert_string_equal(script_transcript(p->world.script), WORLD_TOKEN_LINE "\n" LINE "\n");
    assert_int_equal(p->get.presence, ARM_PRESENT);
    assert_string_equal(json_text_at(p->get.body, "name"), "db1");
    assert_string_equal(script_bearer(p->world.script), "T");
    assert_string_equal(script_sent_header(p->world.script, "x-ms-client-request-id"),
                        p->get.op.request_id);
    assert_string_equal(script_sent_header(p->world.script, "x-ms-return-client-request-id"),
                        "true");
    assert_string_equal(script_sent_header(p->world.script, "x-ms-correlation-request-id"), "c0");
    assert_string_equal(script_sent_header(p->world.script, "Accept"), "application/json");
}

/* Which 404 means what. */
static void test_absences(void **state)
{
    static const struct {
        const char *id;
        int status;
        const char *body;
        enum arm_presence presence;
        enum err_kind kind;
    } cases[] = {
        {SERVER, 404, "{\"error\":{\"code\":\"ResourceNotFound\"}}", ARM_ABSENT, ERR_NONE},
        {SERVER, 404, "{\"error\":{\"code\":\"NotFound\"}}", ARM_ABSENT, ERR_NONE},
        {SERVER, 404, "{\"code\":\"resourcenotfound\"}", ARM_ABSENT, ERR_NONE},
        {SERVER, 404, "{\"error\":{\"code\":\"ResourceGroupNotFound\"}}", ARM_GROUP_ABSENT,
         ERR_NONE},
        {GROUP, 404, "{\"error\":{\"code\":\"ResourceGroupNotFound\"}}", ARM_ABSENT, ERR_NONE},
        {SERVER, 404, "{\"error\":{\"code\":\"ParentResourceNotFound\"}}", ARM_UNKNOWN,
         ERR_NOT_FOUND},
        {SERVER, 404, "{\"error\":{\"code\":\"SubscriptionNotFound\"}}", ARM_UNKNOWN,
         ERR_NOT_FOUND},
        {SERVER, 404, "<html>a proxy says</html>", ARM_UNKNOWN, ERR_NOT_FOUND},
        {SERVER, 400, "{\"error\":{\"code\":\"ResourceNotFound\"}}", ARM_UNKNOWN, ERR_NOT_FOUND},
        {SERVER, 403, "{\"error\":{\"code\":\"AuthorizationFailed\"}}", ARM_UNKNOWN, ERR_DENIED},
        {SERVER, 200, "half of a", ARM_UNKNOWN, ERR_PROTOCOL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        again(state);
        struct probe *p = *state;
        arm_get_done(&p->get);
        init(p, cases[i].id);
        script_reply(p->world.script, "GET " WORLD_ARM, cases[i].status, cases[i].body);
        run(p);
        assert_int_equal(p->get.presence, cases[i].presence);
        assert_int_equal(p->err.kind, cases[i].kind);
    }
}

/* Each call fails once, in each way: it converges, or says cleanly why not; it is never absent. */
static void test_torture(void **state)
{
    for (size_t index = 0; index < 2; index++) {
        for (enum script_fault fault = 0; fault < SCRIPT_FAULT_N; fault++) {
            again(state);
            struct probe *p = *state;
            script_torture(p->world.script, index, fault);
            script_reply(p->world.script, LINE, 200, "{\"name\":\"db1\"}");
            script_always(p->world.script);
            run(p);
            print_message("# call %zu, %s: %s\n", index, script_fault_word(fault),
                          err_kind_word(p->err.kind));
            bool fatal = fault == SCRIPT_GARBAGE || (index == 0 && fault == SCRIPT_UNAUTHORIZED);
            assert_int_equal(p->err.kind == ERR_NONE, !fatal);
            assert_int_equal(p->get.presence, fatal ? ARM_UNKNOWN : ARM_PRESENT);
        }
    }
}

/* The endpoint is down for good: the end comes, and in time. */
static void test_faults_without_end(void **state)
{
    static const struct {
        int status;
        enum err_kind kind;
    } cases[] = {{503, ERR_TRANSIENT}, {429, ERR_THROTTLED}, {401, ERR_TOKEN}};
    for (size_t i = 0; i < 3; i++) {
        again(state);
        struct probe *p = *state;
        script_reply(p->world.script, LINE, cases[i].status, "");
        script_always(p->world.script);
        msec before = script_now(p->world.script);
        run(p);
        assert_int_equal(p->err.kind, cases[i].kind);
        assert_true(script_now(p->world.script) - before <= SECONDS(60));
    }
}

/* A refused token is dropped, fetched again, and the new one is used. */
static void test_refused_token(void **state)
{
    struct probe *p = *state;
    script_reply(p->world.script, LINE, 401,
                 "{\"error\":{\"code\":\"ExpiredAuthenticationToken\"}}");
    script_reply(p->world.script, LINE, 200, "{}");
    run(p);
    assert_string_equal(script_transcript(p->world.script),
                        WORLD_TOKEN_LINE "\n" LINE "\n" WORLD_TOKEN_LINE "\n" LINE "\n");
    assert_int_equal(p->err.kind, ERR_NONE);
}

static void test_cancel_at_every_row(void **state)
{
    for (size_t steps = 0; steps < 6; steps++) {
        again(state);
        struct probe *p = *state;
        script_reply(p->world.script, LINE, 503, "");
        script_reply(p->world.script, LINE, 200, "{}");
        flow_start(&p->get.flow, p->world.az.io);
        for (size_t i = 0; i < steps; i++) script_step(p->world.script);
        unsigned before = p->completions;
        arm_get_done(&p->get);
        script_run(p->world.script); /* a fetch of the token may still be under way */
        assert_int_equal(p->completions, before);
        assert_int_equal(script_open(p->world.script), 0);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_present),       CASE(test_absences),
        CASE(test_torture),       CASE(test_faults_without_end),
        CASE(test_refused_token), CASE(test_cancel_at_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
