/* Every call of a story meets every fault that can happen to it, each in a world of its own: never
 * a write on what is not known, never a second creation, never a write that changes nothing; in
 * the end everything is as declared, and whatever took long was said. A part of the combinations,
 * always the same; ENGINE_MATRIX=full in the environment: all of them; ENGINE_MATRIX="idle/3/503":
 * that one, with everything that was asked and said. */
#include <inttypes.h>
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
#include "base/message_id.h"
#include "support/virtual_stage.h"

/* Longer than this a story does not take, whatever it meets. */
#define PATIENCE MINUTES(12 * 60)
/* More than this later than without a fault is worth a word. An operation whose monitor is lost is
 * followed for five minutes, and "correcting" has been said of it. */
#define WORTH_A_WORD MINUTES(6)
/* Afterwards nothing is to happen for as long. */
#define CALM MINUTES(6)

enum { SHOWN = 40, STRIDE = 7 };

struct story {
    const char *name;
    bool from_nothing;
    void (*sabotage)(struct virtual *v);
    json_t *(*patch)(void); /* of the document; NULL: the usual one */
};

struct reference {
    json_t *goal; /* NULL: the usual one */
    size_t calls;
    unsigned *classes;
    size_t calls_in_order;
    msec took;
};

/* --- what is sabotaged -------------------------------------------------------------------------
 */

static void sabotage_azure(struct virtual *v)
{
    virtual_meddle(v, STORY_SERVER,
                   json_pack("{s:{s:s}, s:{s:{s:i}}}", "tags", "service", "theirs", "properties",
                             "backup", "backupRetentionDays", 7));
    virtual_meddle(v, STORY_SERVER "/configurations/work_mem",
                   json_pack("{s:{s:s}}", "properties", "value", "65536"));
    virtual_meddle(v, STORY_RULE,
                   json_pack("{s:{s:s}}", "properties", "endIpAddress", "255.255.255.255"));
    virtual_meddle(v, STORY_SERVER "/firewallRules/anybody",
                   json_pack("{s:{s:s, s:s}}", "properties", "startIpAddress", "0.0.0.0",
                             "endIpAddress", "255.255.255.255"));
    virtual_meddle(v, STORY_GROUP, json_pack("{s:{s:s}}", "tags", "service", "theirs"));
}

static void sabotage_postgres(struct virtual *v)
{
    virtual_sql(v, "pg-story", "app",
                "ALTER ROLE app CONNECTION LIMIT 5;"
                "REVOKE pg_monitor FROM watcher;"
                "ALTER DATABASE app RESET timezone;"
                "GRANT CONNECT ON DATABASE app TO PUBLIC;"
                "REVOKE SELECT ON TABLE public.users FROM app;"
                "GRANT TRUNCATE ON TABLE public.sessions TO app");
}

static void sabotage_rule(struct virtual *v)
{
    virtual_remove(v, STORY_RULE);
}

static void sabotage_network(struct virtual *v)
{
    virtual_remove(v, STORY_GROUP "/providers/Microsoft.Network/virtualNetworks/net/subnets/db");
    virtual_remove(v, STORY_GROUP "/providers/Microsoft.Authorization/locks/keep");
}

static const struct story stories[] = {
    {.name = "build-up", .from_nothing = true},
    {.name = "heal in Azure", .sabotage = sabotage_azure},
    {.name = "heal in PostgreSQL", .sabotage = sabotage_postgres},
    {.name = "a rule is gone", .sabotage = sabotage_rule},
    {.name = "idle"},
    {.name = "networks", .sabotage = sabotage_network, .patch = virtual_network_patch},
};

/* --- one world ---------------------------------------------------------------------------------
 */

static size_t words_said(struct stage *s)
{
    static const char *const ids[] = {MESSAGE_DRIFT_UNKNOWN, MESSAGE_DRIFT_WAITING,
                                      MESSAGE_DRIFT_BLOCKED, MESSAGE_DRIFT_UNACHIEVABLE,
                                      MESSAGE_THROTTLED};
    size_t n = stage_said_times(s, NULL, "\"reason\"");
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
        n += stage_said_times(s, ids[i], NULL);
    return n;
}

static void stage_for(struct stage *s, const struct story *story, const struct reference *r)
{
    stage_init(s, 1, NULL);
    stage_load(s, stage_built());
    if (story->from_nothing) {
        json_t *empty = json_pack("{s:{}, s:{}, s:{}}", "store", "postgres", "passwords");
        virtual_load(s->v, empty);
        json_decref(empty);
    }
    if (story->sabotage) story->sabotage(s->v);
    if (!story->patch) return;
    json_decref(s->goal);
    s->goal = json_incref(r->goal);
}

static void stage_go(struct stage *s, const struct story *story)
{
    stage_begin(s, ENGINE_DAEMON, story->patch ? story->patch() : NULL);
}

static void reference_take(struct reference *r, const struct story *story)
{
    struct stage s;
    *r = (struct reference){.goal = NULL};
    stage_for(&s, story, r);
    msec begun = virtual_now(s.v);
    stage_go(&s, story);
    bool in_order = stage_until_in_order(&s, PATIENCE);
    r->took = virtual_now(s.v) - begun;
    if (story->patch) r->goal = virtual_state(s.v);
    r->calls_in_order = virtual_calls(s.v);
    if (in_order && !*virtual_complaints(s.v)) virtual_pass(s.v, MINUTES(2));
    r->calls = virtual_calls(s.v);
    r->classes = xcalloc(r->calls, sizeof(*r->classes));
    for (size_t i = 0; i < r->calls; i++) r->classes[i] = virtual_call_class(s.v, i);
    if (!in_order) fail_msg("%s does not come in order without a fault", story->name);
    stage_done(&s);
}

/* The call has come: with its fault, or it could not be spoilt in this way. */
struct awaited {
    const struct virtual *v;
    size_t call;
};

static bool call_has_come(void *ctx)
{
    const struct awaited *w = ctx;
    return virtual_calls(w->v) > w->call;
}

/* Returns what is wrong; NULL: nothing. The caller frees it. */
static char *judge(struct stage *s, const struct reference *r, size_t call)
{
    struct awaited w = {.v = s->v, .call = call};
    msec begun = virtual_now(s->v), usual = r->took;
    if (!virtual_until(s->v, call_has_come, &w, r->took + MINUTES(10)))
        return xstrdup("the call does not come");
    size_t words = words_said(s);
    if (call >= r->calls_in_order) { /* everything stood already */
        begun = virtual_now(s->v);
        usual = 0;
        virtual_pass(s->v, MINUTES(1));
    }
    bool in_order = stage_until_in_order(s, PATIENCE);
    msec took = virtual_now(s->v) - begun;
    if (!in_order) return xstrdup("does not come in order");
    if (took > usual + WORTH_A_WORD && words_said(s) == words)
        return xasprintf("took %" PRIu64 " s instead of %" PRIu64 " s without a word", took / 1000,
                         usual / 1000);
    virtual_nothing_to_do(s->v);
    virtual_pass(s->v, CALM);
    if (*virtual_complaints(s->v)) return xstrdup(virtual_complaints(s->v));
    if (!stage_until_in_order(s, CALM)) return xstrdup("does not stay in order");
    return NULL;
}

/* The one combination that is asked for; NULL: not just one. */
static const char *chosen(void)
{
    const char *word = getenv("ENGINE_MATRIX");
    return word && strchr(word, '/') ? word : NULL;
}

static bool is_chosen(const struct story *story, size_t call, const struct virtual_fault *f)
{
    char *name = xasprintf("%s/%zu/%s", story->name, call, f->word);
    bool is = strcmp(name, chosen()) == 0;
    free(name);
    return is;
}

static bool play(const struct story *story, const struct reference *r, size_t call,
                 const struct virtual_fault *f, struct buf *told)
{
    struct stage s;
    stage_for(&s, story, r);
    virtual_fault_at(s.v, f, call);
    virtual_allow_repeats(s.v, f->repeats);
    stage_go(&s, story);
    char *wrong = judge(&s, r, call);
    if (wrong)
        buf_printf(told, "%s: \"%s\" at call %zu, %s:\n    %s\n", story->name, f->word, call,
                   call < virtual_calls(s.v) ? virtual_call_line(s.v, call) : "?", wrong);
    bool fine = wrong == NULL;
    free(wrong);
    if (chosen()) stage_show(&s);
    stage_free(&s);
    return fine;
}

/* --- all of them -------------------------------------------------------------------------------
 */

static bool is_played(const struct story *story, size_t call, const struct virtual_fault *f,
                      size_t number)
{
    const char *word = getenv("ENGINE_MATRIX");
    if (chosen()) return is_chosen(story, call, f);
    return (word && strcmp(word, "full") == 0) || number % STRIDE == 0;
}

static void play_all(const struct story *story)
{
    struct reference r;
    struct buf told;
    size_t played = 0, failed = 0, n = 0;
    buf_init(&told, 1 << 20);
    reference_take(&r, story);
    for (size_t call = 0; call < r.calls; call++) {
        for (size_t i = 0; i < virtual_fault_count; i++) {
            if (!(virtual_faults[i].classes & r.classes[call])) continue;
            if (!is_played(story, call, &virtual_faults[i], n++)) continue;
            played++;
            struct buf *where = failed < SHOWN ? &told : NULL;
            struct buf rest;
            buf_init(&rest, 4096);
            failed += !play(story, &r, call, &virtual_faults[i], where ? where : &rest);
            buf_done(&rest);
        }
    }
    free(r.classes);
    json_decref(r.goal);
    print_message("# %s: %zu calls, %zu of %zu combinations, %zu failed\n", story->name, r.calls,
                  played, n, failed);
    if (failed) fprintf(stderr, "%s", buf_text(&told));
    buf_done(&told);
    assert_int_equal(failed, 0);
}

#define STORY(name, index)                                                                         \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        (void)state;                                                                               \
        play_all(&stories[index]);                                                                 \
    }

STORY(build_up, 0)
STORY(heal_in_azure, 1)
STORY(heal_in_postgres, 2)
STORY(a_rule_is_gone, 3)
STORY(idle, 4)
STORY(networks, 5)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_build_up),
        cmocka_unit_test(test_heal_in_azure),
        cmocka_unit_test(test_heal_in_postgres),
        cmocka_unit_test(test_a_rule_is_gone),
        cmocka_unit_test(test_idle),
        cmocka_unit_test(test_networks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    stage_built_free();
    return failed;
}
