/* A configuration: the settings and the documents, valid together. Parse all, check all, or nothing
 * (P19). */
#ifndef RUN_CONFIGURATION_H
#define RUN_CONFIGURATION_H

#include "base/problem.h"
#include "config/desired.h"
#include "config/settings.h"

struct configuration {
    struct settings *settings;
    struct desired *desired;
};

/* Reads 'file' and the documents it points to: all of the desired directory, or only 'documents'
 * where 'count' is not 0. NULL where 'problems' grew. */
struct configuration *configuration_load(const char *file, const char *const *documents,
                                         size_t count, struct problems *problems);
/* Accepts NULL, and one whose desired documents have been taken out (set to NULL). */
void configuration_free(struct configuration *c);

/* One record for each problem, with FILE, LINE, PATH and REASON. */
void configuration_log(const struct problems *problems, const char *message_id);

#endif
