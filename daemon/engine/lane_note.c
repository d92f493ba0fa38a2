/* What becomes of the outcome of a look: see lane.h. */
#include "engine/lane.h"
#include "engine/run.h"

void lane_note(struct lane *l, size_t scope, const struct err *err)
{
    struct run *r = l->run;
    struct observation *o = &l->seen.scopes[scope];
    const char *word = r->target->scopes[scope].word;
    if (!err) {
        transitions_known(r->transitions, word, run_now(r));
        return;
    }
    o->state = SEEN_FAILED;
    o->err = *err;
    l->failed = true;
    if (err->retry_after_ms > l->retry_after) l->retry_after = err->retry_after_ms;
    /* That Azure wants to be left alone is one fact of the subscription, told by the gate. */
    if (err->kind != ERR_THROTTLED) transitions_unknown(r->transitions, word, err, run_now(r));
}
