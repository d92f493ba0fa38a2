/* What became of writes before: holds, writes without effect, fights. See transition.h. */
#include <inttypes.h>

#include "engine/transition_inside.h"

/* A write that was accepted so often and is still wanted has no effect; one that failed so often
 * will go on to. */
enum { WITHOUT_EFFECT = 2, HOPELESS = 4 };

unsigned transitions_attempts(const struct transitions *t, const struct change *change)
{
    const struct entry *e = entry_find(t, change);
    return e ? e->attempts : 0;
}

bool transitions_has(const struct transitions *t, const struct change *change)
{
    return entry_find(t, change) != NULL;
}

bool transitions_hopeless(const struct transitions *t, const struct change *change)
{
    const struct entry *e = entry_find(t, change);
    return e && (e->refused || e->failures >= HOPELESS);
}

msec transitions_held(const struct transitions *t, const struct change *change)
{
    const struct entry *e = entry_find(t, change);
    msec quiet = fights_quiet(&t->fights, content_subject(change));
    return e && e->held_until > quiet ? e->held_until : quiet;
}

void transitions_written(struct transitions *t, const struct change *change, msec now, msec quiet)
{
    struct entry *e = entry_find(t, change);
    uint64_t hash = content_hash(change);
    fights_note(&t->fights, content_subject(change), now, quiet, MINUTES(24 * 60));
    if (!e) return;
    e->failures = 0;
    e->refused = false;
    e->settled = e->settled_hash == hash ? e->settled + 1 : 1;
    e->settled_hash = hash;
}

static void judge_change(struct transitions *t, struct plan *plan, struct change *c,
                         const struct transition_limits *limits, msec now)
{
    const struct entry *e = entry_find(t, c);
    bool same = e && e->settled >= WITHOUT_EFFECT && e->settled_hash == content_hash(c);
    if (same && e->held_until <= now) {
        c->verdict = CHANGE_UNACHIEVABLE;
        c->reason = "it was written twice, accepted, and is without effect";
        return;
    }
    if (!fights_held(&t->fights, content_subject(c), limits->fights, limits->fight_window,
                     limits->fight_hold, now))
        return;
    c->verdict = CHANGE_WAIT;
    c->fought = true;
    c->reason = arena_printf(plan->arena,
                             "it was put back %u times within %" PRIu64
                             " min and somebody keeps changing it; left alone for %" PRIu64 " min",
                             limits->fights, limits->fight_window / MINUTES(1),
                             limits->fight_hold / MINUTES(1));
}

void transitions_judge(struct transitions *t, struct plan *plan,
                       const struct transition_limits *limits, msec now)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->changes[i].verdict == CHANGE_GO)
            judge_change(t, plan, &plan->changes[i], limits, now);
}
