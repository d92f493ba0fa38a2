/* What tests of transitions share: a target of three scopes, plans of changes, and the records that
 * come of them. Included once by each. */
#ifndef TEST_TRANSITION_FIXTURE_H
#define TEST_TRANSITION_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/transition.h"
#include "resource/seen.h"
#include "resource/target.h"
#include "support/records.h"

/* A target of three scopes: what each type is in. */
static const struct scope scopes[] = {
    {.kind = SCOPE_ROOT, .word = "server"},
    {.kind = SCOPE_LIST, .word = "firewall rules"},
    {.kind = SCOPE_CLUSTER, .word = "cluster"},
};
enum { SERVER, RULES, CLUSTER, SCOPES };
static const struct target target = {
    .document = "doc", .name = "srv", .scopes = scopes, .scope_count = SCOPES};

static __attribute__((unused)) size_t scope_of(const char *type)
{
    if (strcmp(type, "firewall_rule") == 0 || strcmp(type, "configuration") == 0) return RULES;
    return strcmp(type, "server") == 0 ? SERVER : CLUSTER;
}

struct fixture {
    struct events *events;
    struct transitions *t;
    struct plan *plan;
    struct records said;
};

static __attribute__((unused)) int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    f->events = events_new();
    events_subscribe(f->events, journal_sink, NULL);
    f->t = transitions_new("doc", "srv", f->events);
    f->plan = plan_new();
    records_init(&f->said);
    *state = f;
    return 0;
}

static __attribute__((unused)) int teardown(void **state)
{
    struct fixture *f = *state;
    records_done(&f->said);
    transitions_free(f->t);
    events_free(f->events);
    plan_free(f->plan);
    free(f);
    return 0;
}

/* Holds the records since the last look against 'expected', a line each. */
static __attribute__((unused)) void expect_at(struct fixture *f, const char *expected,
                                              const char *file, int line)
{
    static const char *const keys[] = {"drift", "resource", "object", "reason", NULL};
    char *said = records_short(&f->said, keys);
    bool same = strcmp(said, expected) == 0;
    if (!same) print_error("%s:%d: said:\n%s--- instead of:\n%s", file, line, said, expected);
    free(said);
    assert_true(same);
    records_forget(&f->said);
}
#define expect(f, text) expect_at(f, text, __FILE__, __LINE__)

/* --- plans ----------------------------------------------------------------------------------- */

/* A new plan, to be filled and then taken. */
static __attribute__((unused)) void next_plan(struct fixture *f)
{
    plan_free(f->plan);
    f->plan = plan_new();
}

static __attribute__((unused)) struct change *add(struct fixture *f, const char *type,
                                                  const char *object, enum change_verdict verdict,
                                                  const char *reason)
{
    struct change *c = plan_add(f->plan, type, "srv", object);
    c->scope_index = scope_of(type);
    c->verb = CHANGE_UPDATE;
    c->verdict = verdict;
    c->reason = reason;
    plan_delta(f->plan, "value", "1", "2");
    return c;
}

/* A plan of one change of role r. */
static __attribute__((unused)) const struct change *role(struct fixture *f,
                                                         enum change_verdict verdict,
                                                         const char *reason)
{
    next_plan(f);
    return add(f, "role", "r", verdict, reason);
}

/* Takes the plan in, of a look that has compared the scopes of the set 'compared'. */
static __attribute__((unused)) size_t take_scopes(struct fixture *f, unsigned compared)
{
    struct seen seen;
    seen_init(&seen, &target);
    for (size_t i = 0; i < SCOPES; i++) seen.scopes[i].compared = compared & 1U << i;
    size_t corrected = transitions_take(f->t, f->plan, &target, &seen);
    seen_done(&seen);
    return corrected;
}

static __attribute__((unused)) size_t take(struct fixture *f)
{
    plan_sort(f->plan);
    return take_scopes(f, (1U << SCOPES) - 1);
}

static __attribute__((unused)) size_t take_nothing(struct fixture *f)
{
    next_plan(f);
    return take(f);
}

static __attribute__((unused)) struct err failure(const char *text)
{
    struct err err;
    err_set(&err, ERR_REFUSED, "%s", text);
    return err;
}

#endif
