/* Catches what is logged, as JSON, and says it in short, so that a test can compare whole stories.
 */
#ifndef SUPPORT_RECORDS_H
#define SUPPORT_RECORDS_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

struct records {
    FILE *stream;
    char *text;
    size_t length;
};

/* From here on until records_done() everything of level info and above is caught. */
void records_init(struct records *r);
void records_done(struct records *r);
/* Forgets what has been said so far. */
void records_forget(struct records *r);

/* The one record that was said; a new reference, NULL where it is not one. */
json_t *records_one(struct records *r);

/* One line for each record, the values of 'keys' (ends with NULL) that it has with blanks between
 * them, "reason" in parentheses. free() it. */
char *records_short(struct records *r, const char *const *keys);

#endif
