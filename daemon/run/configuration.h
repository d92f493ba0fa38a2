/* A configuration: the settings and the documents, valid together. Parse all, check all, or nothing
 * (P19). */
#ifndef RUN_CONFIGURATION_H
#define RUN_CONFIGURATION_H

#include "base/problem.h"
#include "config/desired.h"
#include "config/settings.h"
#include "run/declared.h"
#include "run/lock.h"

struct configuration {
    struct settings *settings;
    struct desired *desired;
    struct lock *lock; /* of its state directory; NULL: its owner has that already */
};

/* Reads 'file' and the documents it points to: all of the desired directory, or only 'documents'
 * where 'count' is not 0. NULL where 'problems' grew. */
struct configuration *configuration_load(const char *file, const char *const *documents,
                                         size_t count, struct problems *problems);
/* Takes the lock of its state directory. -1 where 'problems' grew. */
int configuration_lock(struct configuration *c, const char *file, struct problems *problems);
/* Gives its lock back. Accepts NULL, and one whose desired documents have been taken out (set to
 * NULL). */
void configuration_free(struct configuration *c);

/* One record for each problem, with FILE, LINE, PATH and REASON. */
void configuration_log(const struct problems *problems, const char *message_id);

/* Says what is worth saying when 'c' comes into force: that it declares nothing, and what it does
 * not declare any more, compared with '*declared', which becomes what it declares (NULL: the
 * first). */
void configuration_log_declared(const struct configuration *c, struct declared **declared);

#endif
