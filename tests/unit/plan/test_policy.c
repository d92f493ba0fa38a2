/* What may be done: every class and verb under every policy, and the limits of a whole plan. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/policy.h"

static const struct policy everything = {
    .mode = POLICY_ENFORCE,
    .allow_create = true,
    .allow_disruptive = true,
    .limit_deletions = 100,
    .limit_creations = 100,
    .limit_percent = 100,
};

static const struct policy nothing = {.mode = POLICY_ENFORCE, .limit_percent = 100};

static const struct policy looking = {
    .mode = POLICY_OBSERVE,
    .allow_create = true,
    .allow_disruptive = true,
    .limit_deletions = 100,
    .limit_creations = 100,
    .limit_percent = 100,
};

static const struct {
    const char *what;
    const struct policy *policy;
    enum change_verb verb;
    enum change_class class;
    bool observe_only;
    const char *busy;
    enum change_verdict verdict;
    const char *reason; /* how it begins */
} rows[] = {
    /* An open policy lets everything through. */
    {"online", &everything, CHANGE_UPDATE, CHANGE_ONLINE_CLASS, false, NULL, CHANGE_GO, NULL},
    {"restart", &everything, CHANGE_UPDATE, CHANGE_RESTART_CLASS, false, NULL, CHANGE_GO, NULL},
    {"disruptive", &everything, CHANGE_UPDATE, CHANGE_DISRUPTIVE_CLASS, false, NULL, CHANGE_GO,
     NULL},
    {"create", &everything, CHANGE_CREATE, CHANGE_CREATE_CLASS, false, NULL, CHANGE_GO, NULL},
    {"destructive", &everything, CHANGE_DELETE, CHANGE_DESTRUCTIVE_CLASS, false, NULL, CHANGE_GO,
     NULL},
    {"secret", &everything, CHANGE_UPDATE, CHANGE_SECRET_CLASS, false, NULL, CHANGE_GO, NULL},
    /* A closed one: what it names. */
    {"online, closed", &nothing, CHANGE_UPDATE, CHANGE_ONLINE_CLASS, false, NULL, CHANGE_GO, NULL},
    {"restart, closed", &nothing, CHANGE_UPDATE, CHANGE_RESTART_CLASS, false, NULL, CHANGE_GO,
     NULL},
    {"disruptive, closed", &nothing, CHANGE_UPDATE, CHANGE_DISRUPTIVE_CLASS, false, NULL,
     CHANGE_WAIT, "it interrupts connections"},
    {"create, closed", &nothing, CHANGE_CREATE, CHANGE_CREATE_CLASS, false, NULL, CHANGE_NEVER,
     "policy.allowCreate"},
    {"small create, closed", &nothing, CHANGE_CREATE, CHANGE_ONLINE_CLASS, false, NULL,
     CHANGE_NEVER, "more creations"},
    {"destructive, closed", &nothing, CHANGE_DELETE, CHANGE_DESTRUCTIVE_CLASS, false, NULL,
     CHANGE_NEVER, "more deletions"},
    /* Modes come before everything else. */
    {"document observes", &looking, CHANGE_UPDATE, CHANGE_ONLINE_CLASS, false, NULL, CHANGE_NEVER,
     "the document's mode"},
    {"item observes", &everything, CHANGE_UPDATE, CHANGE_ONLINE_CLASS, true, NULL, CHANGE_NEVER,
     "the item's mode"},
    {"both observe, busy", &looking, CHANGE_DELETE, CHANGE_DESTRUCTIVE_CLASS, true, "busy",
     CHANGE_NEVER, "the document's mode"},
    /* Busy comes last: what is forbidden is not said to wait. */
    {"busy", &everything, CHANGE_UPDATE, CHANGE_ONLINE_CLASS, false, "it restarts", CHANGE_WAIT,
     "it restarts"},
    {"busy, forbidden", &nothing, CHANGE_CREATE, CHANGE_CREATE_CLASS, false, "it restarts",
     CHANGE_NEVER, "policy.allowCreate"},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct plan *p = plan_new();
        struct change *c = plan_add(p, "server", "t", "o");
        c->verb = rows[i].verb;
        c->class = rows[i].class;
        c->observe_only = rows[i].observe_only;
        const struct policy_facts facts = {.busy = rows[i].busy};
        policy_permit(p, rows[i].policy, &facts);
        if (c->verdict != rows[i].verdict)
            fail_msg("%s: %s", rows[i].what, change_verdict_word(c->verdict));
        const char *reason = rows[i].reason;
        if (!reason)
            assert_null(c->reason);
        else if (!c->reason || strncmp(c->reason, reason, strlen(reason)) != 0)
            fail_msg("%s: %s", rows[i].what, c->reason ? c->reason : "(no reason)");
        plan_free(p);
    }
}

/* What the comparison itself has decided is not up to policy. */
static void test_given_verdicts_stay(void **state)
{
    (void)state;
    struct plan *p = plan_new();
    for (enum change_verdict v = CHANGE_WAIT; v < CHANGE_VERDICT_N; v++) {
        struct change *c = plan_add(p, "server", "t", change_verdict_word(v));
        c->verdict = v;
        c->reason = "its own";
        c->observe_only = true;
    }
    const struct policy_facts facts = {.busy = "busy"};
    policy_permit(p, &looking, &facts);
    for (size_t i = 0; i < p->count; i++) {
        assert_string_equal(change_verdict_word(p->changes[i].verdict), p->changes[i].object);
        assert_string_equal(p->changes[i].reason, "its own");
    }
    plan_free(p);
}

static void test_busy_below_a_stage(void **state)
{
    (void)state;
    struct plan *p = plan_new();
    plan_add(p, "configuration", "t", "wait")->stage = 20;
    plan_add(p, "role", "t", "go")->stage = 100;
    for (size_t i = 0; i < p->count; i++) p->changes[i].verb = CHANGE_UPDATE;
    const struct policy_facts facts = {.busy = "ARM does not answer", .busy_below = 100};
    policy_permit(p, &everything, &facts);
    for (size_t i = 0; i < p->count; i++)
        assert_string_equal(change_verdict_word(p->changes[i].verdict), p->changes[i].object);
    plan_free(p);
}

struct blast {
    size_t creations, deletions, updates;
    size_t observed_deletions; /* of items that say mode: observe */
};

static struct plan *plan_of(const struct blast *b)
{
    struct plan *p = plan_new();
    for (size_t i = 0; i < b->creations; i++)
        plan_add(p, "firewall_rule", "t", "new")->verb = CHANGE_CREATE;
    for (size_t i = 0; i < b->updates; i++)
        plan_add(p, "configuration", "t", "changed")->verb = CHANGE_UPDATE;
    for (size_t i = 0; i < b->deletions + b->observed_deletions; i++) {
        struct change *c = plan_add(p, "firewall_rule", "t", "old");
        c->verb = CHANGE_DELETE;
        c->class = CHANGE_DESTRUCTIVE_CLASS;
        c->observe_only = i >= b->deletions;
    }
    return p;
}

/* How many may be done of a plan with so many changes, of so many declared items. */
static size_t permitted(struct blast b, struct policy policy, size_t items)
{
    struct plan *p = plan_of(&b);
    const struct policy_facts facts = {.items = items};
    policy_permit(p, &policy, &facts);
    size_t go = plan_count(p).go;
    plan_free(p);
    return go;
}

static void test_limits_of_a_plan(void **state)
{
    (void)state;
    struct policy p = everything;
    p.limit_deletions = 2;
    p.limit_creations = 3;
    assert_int_equal(permitted((struct blast){.deletions = 2}, p, 0), 2);
    assert_int_equal(permitted((struct blast){.deletions = 3}, p, 0), 0);
    assert_int_equal(permitted((struct blast){.creations = 3}, p, 0), 3);
    assert_int_equal(permitted((struct blast){.creations = 4}, p, 0), 0);
    /* One kind over its limit does not stop the others. */
    assert_int_equal(permitted((struct blast){.creations = 4, .deletions = 3, .updates = 5}, p, 0),
                     5);
    p.limit_deletions = 0;
    assert_int_equal(permitted((struct blast){.deletions = 1, .updates = 1}, p, 0), 1);
}

/* Deletions that are only reported must not keep a permitted one from being done. */
static void test_what_is_forbidden_uses_up_nothing(void **state)
{
    (void)state;
    struct policy p = everything;
    p.limit_deletions = 1;
    assert_int_equal(permitted((struct blast){.deletions = 1, .observed_deletions = 9}, p, 0), 1);
    p.limit_percent = 10;
    assert_int_equal(permitted((struct blast){.updates = 1, .observed_deletions = 9}, p, 10), 1);
}

static void test_percentage(void **state)
{
    (void)state;
    struct policy p = everything;
    p.limit_percent = 25;
    assert_int_equal(permitted((struct blast){.updates = 5}, p, 20), 5);
    assert_int_equal(permitted((struct blast){.updates = 6}, p, 20), 0);
    assert_int_equal(permitted((struct blast){.updates = 6}, p, 0), 6); /* not known */
    p.limit_percent = 100;
    assert_int_equal(permitted((struct blast){.updates = 30}, p, 20), 30); /* no limit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_given_verdicts_stay),
        cmocka_unit_test(test_busy_below_a_stage),
        cmocka_unit_test(test_limits_of_a_plan),
        cmocka_unit_test(test_what_is_forbidden_uses_up_nothing),
        cmocka_unit_test(test_percentage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
