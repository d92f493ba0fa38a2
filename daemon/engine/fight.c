/* Who changes what we put back: see fight.h. */
#include "engine/fight.h"

#include <stdlib.h>

#include "base/mem.h"

void fights_done(struct fights *f)
{
    free(f->items);
    *f = (struct fights){0};
}

static struct fight *fights_find(const struct fights *f, uint64_t subject)
{
    for (size_t i = 0; i < f->count; i++)
        if (f->items[i].subject == subject) return &f->items[i];
    return NULL;
}

static msec fight_last(const struct fight *f)
{
    msec last = f->times[(f->count - 1) % FIGHT_TIMES];
    return last > f->held_until ? last : f->held_until;
}

static void fights_prune(struct fights *f, msec now, msec keep)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->count; i++)
        if (fight_last(&f->items[i]) + keep > now) f->items[kept++] = f->items[i];
    f->count = kept;
}

void fights_note(struct fights *f, uint64_t subject, msec now, msec quiet, msec keep)
{
    fights_prune(f, now, keep);
    struct fight *it = fights_find(f, subject);
    if (!it) {
        if (f->count == f->room) {
            f->room = f->room ? f->room * 2 : 8;
            f->items = xreallocarray(f->items, f->room, sizeof(*f->items));
        }
        it = &f->items[f->count++];
        *it = (struct fight){.subject = subject};
    }
    it->times[it->count++ % FIGHT_TIMES] = now;
    it->quiet_until = quiet;
}

msec fights_quiet(const struct fights *f, uint64_t subject)
{
    const struct fight *it = fights_find(f, subject);
    return it ? it->quiet_until : 0;
}

static unsigned fight_recent(const struct fight *f, msec window, msec now)
{
    unsigned n = 0;
    for (size_t i = 0; i < f->count && i < FIGHT_TIMES; i++) n += f->times[i] + window > now;
    return n;
}

bool fights_held(struct fights *f, uint64_t subject, unsigned most, msec window, msec hold,
                 msec now)
{
    struct fight *it = fights_find(f, subject);
    if (!it || !most) return false;
    if (it->held_until > now) return true;
    if (it->held_until) { /* it has had its rest: once more from the beginning */
        *it = (struct fight){.subject = subject};
        it->times[it->count++] = now > window ? now - window : 0;
        return false;
    }
    if (fight_recent(it, window, now) < most) return false;
    it->held_until = now + hold;
    return true;
}
