/* What may be done about a change. This is the only place that permits (P7): classes, modes, blast
 * radius. Pure: facts in, verdicts out. */
#ifndef PLAN_POLICY_H
#define PLAN_POLICY_H

#include <stdbool.h>
#include <stddef.h>

#include "plan/plan.h"

enum policy_mode { POLICY_OBSERVE, POLICY_ENFORCE };

struct policy {
    enum policy_mode mode;
    bool allow_create;      /* ARM resources and databases may be made */
    bool allow_disruptive;  /* writes that interrupt connections may be sent */
    size_t limit_deletions; /* more deletions than this in one plan stop all of them */
    size_t limit_creations; /* likewise creations */
    unsigned limit_percent; /* more writes than this part of the declared items stop all of them */
};

/* What is known about the moment, per target. */
struct policy_facts {
    const char *busy;    /* why no write may be sent now; NULL: they may */
    unsigned busy_below; /* only changes of lower stages have to wait for that; 0: all */
    size_t items; /* declared for the target; 0: not known, then the percentage is not looked at */
};

/* Gives every change of 'p' that has none yet (verdict GO) its verdict. Changes that the comparison
 * itself found unachievable or waiting keep theirs. */
void policy_permit(struct plan *p, const struct policy *policy, const struct policy_facts *facts);

#endif
