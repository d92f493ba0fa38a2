/* The gate and Retry-After: who asked to be left alone is left alone, for as long as it asked,
 * whoever asks next; the others are not; and it is said once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "flow/gate.h"
#include "support/script.h"

#define ARM "https://management.azure.com"
#define GROUP ARM "/subscriptions/s1/resourceGroups/g"
#define SERVER GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers/a?api-version=1"
#define LOCK                                                                                       \
    GROUP "/providers/Microsoft.DBforPostgreSQL/flexibleServers/a/providers/"                      \
          "Microsoft.Authorization/locks/l?api-version=1"
#define NETWORK GROUP "/providers/Microsoft.Network/virtualNetworks/v?api-version=1"
#define VAULT "https://vault.test/secrets/s?api-version=7.5"

enum { MAX_CALLS = 8 };

struct hold_probe {
    struct script *script;
    struct gate *gate;
    struct call calls[MAX_CALLS];
    size_t count;
    struct err err;
    int status; /* of the answer that came last; 0: it was not sent */
    struct buf said;
};

static void hold_probe_held(void *ctx, const struct gate_hold *hold, bool over)
{
    struct hold_probe *p = ctx;
    buf_printf(&p->said, "%s %s %s %d x%u %s\n", hold->subscription,
               hold->service ? hold->service : "(budget)",
               hold->class == GATE_READS ? "reads" : "writes", hold->status, hold->refusals,
               over ? "over" : "begins");
}

static int hold_probe_set_up(void **state)
{
    static struct hold_probe p;
    const struct gate_limits limits = {
        .metered = ARM,
        .budget = {[GATE_READS] = {.name = "reads", .size = 100, .per_second = 10},
                   [GATE_WRITES] = {.name = "writes", .size = 100, .per_second = 10}},
        .held = hold_probe_held,
        .held_ctx = &p,
        .calm = SECONDS(60),
    };
    p = (struct hold_probe){.script = script_new()};
    buf_init(&p.said, 4096);
    p.gate = gate_new(script_io(p.script), &limits);
    *state = &p;
    return 0;
}

static int hold_probe_tear_down(void **state)
{
    struct hold_probe *p = *state;
    gate_free(p->gate);
    assert_int_equal(script_open(p->script), 0);
    script_free(p->script);
    buf_done(&p->said);
    return 0;
}

static void hold_probe_done(struct call *call, const struct reply *reply)
{
    struct hold_probe *p = call->owner;
    p->err = reply->err;
    p->status = reply->err.kind == ERR_NONE ? reply->http.status : 0;
}

/* Asks and says how long it took. */
static msec hold_probe_ask(struct hold_probe *p, const char *method, const char *url, msec patience)
{
    const struct io *io = gate_io(p->gate);
    struct call *call = &p->calls[p->count++ % MAX_CALLS];
    msec before = script_now(p->script);
    *call = (struct call){.kind = CALL_HTTP,
                          .http = {.method = method, .url = url},
                          .deadline = before + patience,
                          .done = hold_probe_done,
                          .owner = p};
    io->start(io->ctx, call);
    script_run(p->script);
    return script_now(p->script) - before;
}

/* The next answer is a refusal. */
static void hold_probe_refuse(struct hold_probe *p, int status, const char *retry_after)
{
    script_reply(p->script, NULL, status, "");
    if (retry_after) script_header(p->script, "retry-after", retry_after);
}

static void hold_probe_answer(struct hold_probe *p)
{
    script_reply(p->script, NULL, 200, "");
    script_always(p->script);
}

/* What another cycle asks, long after the first asker has given up. */
static void test_503_is_remembered(void **state)
{
    struct hold_probe *p = *state;
    hold_probe_refuse(p, 503, "120");
    hold_probe_answer(p);
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    assert_int_equal(p->status, 503);
    script_advance(p->script, SECONDS(20));
    assert_int_equal(hold_probe_ask(p, "PUT", SERVER, SECONDS(300)), 100000);
    assert_int_equal(p->status, 200);
}

static void test_503_in_vain(void **state)
{
    struct hold_probe *p = *state;
    hold_probe_refuse(p, 503, "120");
    hold_probe_answer(p);
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    script_forget(p->script);
    /* Told at once, with the way to go: nothing is sent. */
    assert_int_equal(hold_probe_ask(p, "GET", SERVER, SECONDS(30)), 0);
    assert_int_equal(p->status, 0);
    assert_int_equal(p->err.kind, ERR_THROTTLED);
    assert_int_equal(p->err.retry_after_ms, 120000);
    assert_non_null(strstr(p->err.text, "Microsoft.DBforPostgreSQL answered 503"));
    assert_int_equal(script_calls(p->script), 0);
}

static void test_503_stops_no_neighbour(void **state)
{
    static const char *const others[] = {NETWORK, LOCK, GROUP "?api-version=1", VAULT,
                                         ARM
                                         "/subscriptions/s2/providers/Microsoft.DBforPostgreSQL/x"};
    struct hold_probe *p = *state;
    hold_probe_refuse(p, 503, "120");
    hold_probe_answer(p);
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        assert_int_equal(hold_probe_ask(p, "GET", others[i], SECONDS(30)), 0);
        assert_int_equal(p->status, 200);
    }
}

static void test_retry_after_as_a_date(void **state)
{
    struct hold_probe *p = *state;
    const struct io *io = gate_io(p->gate);
    /* The script's clock of the wall begins with 2026. */
    int64_t wall = io->wall_clock(io->ctx);
    assert_in_range(wall, INT64_C(1767225600000), INT64_C(1767225600000) + 3600000);
    msec begin = (msec)(INT64_C(1767225600000) + 3600000 - wall);
    script_advance(p->script, begin); /* 01:00:00 */
    hold_probe_refuse(p, 503, "Thu, 01 Jan 2026 01:00:45 GMT");
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    script_reply(p->script, NULL, 200, "");
    assert_int_equal(hold_probe_ask(p, "GET", SERVER, SECONDS(300)), 45000);
    /* 01:00:45 now. */
    hold_probe_refuse(p, 429, "Thursday, 01-Jan-26 01:02:00 GMT");
    hold_probe_ask(p, "PUT", SERVER, SECONDS(30));
    assert_int_equal(gate_closed_for(p->gate, GATE_WRITES), 75000);
}

/* Retry-After: 0, a date that is past, nonsense: none of them lets anybody hammer. */
static void test_never_less_than_a_second(void **state)
{
    static const char *const values[] = {"0", "Thu, 01 Jan 1970 00:00:00 GMT"};
    struct hold_probe *p = *state;
    for (size_t i = 0; i < 2; i++) {
        hold_probe_refuse(p, i == 0 ? 429 : 503, values[i]);
        hold_probe_ask(p, "GET", SERVER, SECONDS(30));
        script_reply(p->script, NULL, 200, "");
        assert_in_range(hold_probe_ask(p, "GET", SERVER, SECONDS(30)), 1000, 1200);
        assert_int_equal(p->status, 200);
    }
    hold_probe_refuse(p, 503, "99999");
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    script_reply(p->script, NULL, 200, "");
    assert_int_equal(hold_probe_ask(p, "GET", SERVER, SECONDS(90000)), 3600000);
}

/* Without Retry-After a 5xx closes nothing: the asker's own backoff is enough. */
static void test_5xx_without_retry_after(void **state)
{
    struct hold_probe *p = *state;
    hold_probe_refuse(p, 503, NULL);
    hold_probe_answer(p);
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    assert_int_equal(hold_probe_ask(p, "GET", SERVER, SECONDS(30)), 0);
    assert_int_equal(gate_holds(p->gate, NULL, 0), 0);
}

static void test_another_host_is_left_alone_too(void **state)
{
    struct hold_probe *p = *state;
    hold_probe_refuse(p, 429, "20");
    hold_probe_answer(p);
    hold_probe_ask(p, "GET", VAULT, SECONDS(30));
    assert_int_equal(hold_probe_ask(p, "GET", SERVER, SECONDS(30)), 0);
    assert_int_equal(hold_probe_ask(p, "GET", VAULT, SECONDS(30)), 20000);
    assert_int_equal(p->status, 200);
}

/* Ten refusals are one fact, and it is over once. */
static void test_said_once(void **state)
{
    struct hold_probe *p = *state;
    for (unsigned i = 0; i < 10; i++) {
        hold_probe_refuse(p, 429, "5");
        hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    }
    assert_string_equal(buf_text(&p->said), "s1 (budget) reads 429 x1 begins\n");
    struct gate_hold holds[2];
    assert_int_equal(gate_holds(p->gate, holds, 2), 1);
    assert_int_equal(holds[0].refusals, 10);
    assert_in_range(holds[0].until - holds[0].since, 50000, 60000);
    assert_string_equal(holds[0].host, ARM);
    hold_probe_answer(p);
    buf_reset(&p->said);
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    script_advance(p->script, SECONDS(30));
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    assert_string_equal(buf_text(&p->said), "");
    script_advance(p->script, SECONDS(40));
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    assert_string_equal(buf_text(&p->said), "s1 (budget) reads 429 x10 over\n");
    assert_int_equal(gate_holds(p->gate, holds, 2), 0);
}

static void test_each_is_its_own_fact(void **state)
{
    struct hold_probe *p = *state;
    hold_probe_refuse(p, 429, "5");
    hold_probe_ask(p, "GET", SERVER, SECONDS(30));
    hold_probe_refuse(p, 429, "5");
    hold_probe_ask(p, "PUT", SERVER, SECONDS(30));
    hold_probe_refuse(p, 503, "5");
    hold_probe_ask(p, "PUT", NETWORK, SECONDS(30));
    hold_probe_refuse(p, 504, "5");
    hold_probe_ask(p, "GET", VAULT, SECONDS(30));
    assert_string_equal(buf_text(&p->said), "s1 (budget) reads 429 x1 begins\n"
                                            "s1 (budget) writes 429 x1 begins\n"
                                            "s1 Microsoft.Network reads 503 x1 begins\n"
                                            "  reads 504 x1 begins\n");
    struct gate_hold one;
    assert_int_equal(gate_holds(p->gate, &one, 1), 4);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, hold_probe_set_up, hold_probe_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_503_is_remembered),
        CASE(test_503_in_vain),
        CASE(test_503_stops_no_neighbour),
        CASE(test_retry_after_as_a_date),
        CASE(test_never_less_than_a_second),
        CASE(test_5xx_without_retry_after),
        CASE(test_another_host_is_left_alone_too),
        CASE(test_said_once),
        CASE(test_each_is_its_own_fact),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
