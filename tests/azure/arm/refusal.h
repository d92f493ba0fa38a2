/* Why a request is not done: what a check fills and a room answers. */
#ifndef AZSIM_REFUSAL_H
#define AZSIM_REFUSAL_H

#include <stdbool.h>

enum { REFUSAL_TEXT = 1024 };

struct refusal {
    bool at_once;     /* answered now; otherwise the operation fails late */
    int status;       /* of an answer now; 0 is 400 */
    const char *code; /* a static text */
    char message[REFUSAL_TEXT];
};

/* Fills 'refusal'; always -1, so that a check can return it. 'at_once' is left alone. */
int refuse(struct refusal *refusal, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same, to be answered now with 'status'. */
int refuse_now(struct refusal *refusal, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
