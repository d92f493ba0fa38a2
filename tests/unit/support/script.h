/* A scripted world: a struct io that records what is asked, hands out prepared replies in order and
 * owns a clock that only waiting moves. No socket, no thread, no real time.
 *
 *     struct script *s = script_new();
 *     script_reply(s, "GET https://arm/x", 200, "{}");
 *     flow_start(&f, script_io(s));
 *     script_run(s);
 *     assert_string_equal(script_transcript(s), "GET https://arm/x\n");
 *     script_free(s);
 */
#ifndef SUPPORT_SCRIPT_H
#define SUPPORT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/call.h"
#include "flow/flow.h"

struct script;

struct script *script_new(void);
/* Checks nothing: ask script_open() and script_left() first. */
void script_free(struct script *s);
const struct io *script_io(struct script *s);

/* --- what the world answers --------------------------------------------------------------------
 */

/* Adds an HTTP reply. 'line' must be how the call's line begins ("GET https://arm/x"), NULL: any
 * call. The first unused reply that fits is handed out. Texts are copied. */
void script_reply(struct script *s, const char *line, int status, const char *body);
/* Adds a header (name in lower case) to the reply added last. */
void script_header(struct script *s, const char *name, const char *value);
/* The reply added last is handed out for ever instead of once. */
void script_always(struct script *s);
/* Adds a transport failure instead of a reply. ERR_TIMEOUT comes at the call's deadline. */
void script_failure(struct script *s, const char *line, enum err_kind kind);

/* Adds a reply to an SQL call whose first statement begins with 'line' (NULL: any): one row set for
 * each statement, all of them empty; 'sqlstate' "" is success. */
void script_sql(struct script *s, const char *line, const char *sqlstate, const char *message);
/* Gives the SQL reply added last the rows of statement 'index': 'rows' x 'columns' values, row by
 * row, which must outlive the script. */
void script_rows(struct script *s, size_t index, size_t rows, size_t columns,
                 const char *const *values);

/* The failure added last came before the request left. */
void script_unsent(struct script *s);

enum script_fault {
    SCRIPT_RESET,        /* the connection breaks */
    SCRIPT_SILENCE,      /* no answer until the deadline */
    SCRIPT_UNAVAILABLE,  /* 503 */
    SCRIPT_INTERNAL,     /* 500 */
    SCRIPT_THROTTLED,    /* 429, Retry-After: 7 */
    SCRIPT_BUSY,         /* 429 RetryableErrorDueToAnotherOperation */
    SCRIPT_UNAUTHORIZED, /* 401 */
    SCRIPT_GARBAGE,      /* 200 with a body that is no JSON */
    SCRIPT_FAULT_N
};

/* The word of a fault, for messages of failing tests. */
const char *script_fault_word(enum script_fault fault);

/* HTTP call number 'index' (0 is the first) meets 'fault' and uses up no reply: the torture loop.
 */
void script_torture(struct script *s, size_t index, enum script_fault fault);

/* --- time and running --------------------------------------------------------------------------
 */

/* Answers and lets waits end until nothing is outstanding. */
void script_run(struct script *s);
/* One event only: a reply or the end of a wait. False where nothing is outstanding. */
bool script_step(struct script *s);
/* Moves the clock without ending anything. */
void script_advance(struct script *s, msec span);
msec script_now(const struct script *s);
/* What random() gives from now on; 0 at first, so that there is no jitter. */
void script_random(struct script *s, uint32_t number);

/* --- what was seen -----------------------------------------------------------------------------
 */

/* One line for each call, in the order in which they were started: "GET https://arm/x",
 * "SQL select 1"; and "wait 10000" for each wait that has ended (waits of 0 ms are not shown). */
const char *script_transcript(const struct script *s);
/* Begins the transcript and all counts of calls anew. */
void script_forget(struct script *s);
/* HTTP and SQL calls so far. */
size_t script_calls(const struct script *s);
/* HTTP calls so far whose method is 'method'. */
size_t script_count(const struct script *s, const char *method);
/* Calls that are outstanding. */
size_t script_open(const struct script *s);
/* Prepared replies that nobody asked for (those for ever not counted). */
size_t script_left(const struct script *s);
/* Of the HTTP call started last: its body ("" none), the value of a header (NULL none), its token
 * (NULL none), and whether it went past the proxy. */
const char *script_body(const struct script *s);
const char *script_sent_header(const struct script *s, const char *name);
const char *script_bearer(const struct script *s);
bool script_direct(const struct script *s);

#endif
