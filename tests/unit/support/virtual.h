/* A whole world in one process: a struct io with a virtual clock, an Azure Resource Manager and
 * PostgreSQL servers behind it, faults, and somebody who watches every call. No socket, no thread,
 * no real time; the same seed gives the same story. What it believes about Azure and PostgreSQL is
 * what tests/azure believes (the sources are named there); it is a model small enough to live
 * through weeks in a second.
 *
 *     struct virtual *v = virtual_new(1);
 *     ... flow_start(&f, virtual_io(v)), or a whole engine ...
 *     virtual_until(v, is_done, &f, MINUTES(10));
 *     assert_string_equal(virtual_complaints(v), "");
 *     virtual_free(v);
 */
#ifndef SUPPORT_VIRTUAL_H
#define SUPPORT_VIRTUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "flow/call.h"
#include "support/virtual_fault.h"

#define VIRTUAL_ARM "https://management.azure.com"
#define VIRTUAL_IMDS "http://169.254.169.254"
#define VIRTUAL_SUBSCRIPTION "00000000-0000-0000-0000-000000000001"

struct virtual;

struct virtual *virtual_new(uint32_t seed);
/* Nothing may be outstanding any more that somebody will cancel. Accepts NULL. */
void virtual_free(struct virtual *v);
const struct io *virtual_io(struct virtual *v);

/* --- time ------------------------------------------------------------------------------------- */

msec virtual_now(const struct virtual *v);
/* One event: something arrives, is answered, ends. False where nothing is to come. */
bool virtual_step(struct virtual *v);
/* Runs until 'met' says so (asked after every event), nothing is to come, or 'span' is over.
 * Returns whether it was met. */
bool virtual_until(struct virtual *v, bool (*met)(void *ctx), void *ctx, msec span);
/* Lets time pass. */
void virtual_pass(struct virtual *v, msec span);
/* Somebody does something 'span' from now. */
void virtual_later(struct virtual *v, msec span, void (*act)(void *ctx), void *ctx);
/* Calls that are outstanding, waits included. */
size_t virtual_open(const struct virtual *v);

/* --- Azure: the truth, and an operator's hand ---------------------------------------------------
 */

/* The resource as it is; NULL where there is none. Borrowed until the next event. */
const json_t *virtual_resource(const struct virtual *v, const char *id);
/* Is there an operation on it, or on its server? */
bool virtual_is_busy(const struct virtual *v, const char *id);
/* Somebody else made or changed it, at once: 'patch' (stolen) is merged over what is there (RFC
 * 7396), or over what Azure makes of a new one. */
void virtual_meddle(struct virtual *v, const char *id, json_t *patch);
void virtual_remove(struct virtual *v, const char *id);
/* An operation of somebody else runs on it for 'span'. */
void virtual_occupy(struct virtual *v, const char *id, msec span);
/* Reads show what was true 'lag' ago, from now on. */
void virtual_lag(struct virtual *v, msec lag);
/* Items of one page of a list; 0: all of them, as at first. */
void virtual_page_size(struct virtual *v, size_t items);
/* Servers that are being made are shown, as Provisioning, instead of 404 (nobody knows which). */
void virtual_shows_creations(struct virtual *v, bool shows);

/* --- PostgreSQL: likewise ------------------------------------------------------------------------
 */

/* The model of the server whose host name begins with 'server'; NULL where there is none. */
const json_t *virtual_postgres(const struct virtual *v, const char *server);
/* The service and its users do this as a superuser. Fails the test where it is not understood. */
void virtual_sql(struct virtual *v, const char *server, const char *database, const char *sql);
/* Refuses connections, or does not answer at all, until told otherwise. */
enum virtual_health { VIRTUAL_WELL, VIRTUAL_REFUSING, VIRTUAL_DUMB };
void virtual_postgres_is(struct virtual *v, enum virtual_health health);
/* Likewise for ARM. */
void virtual_arm_is(struct virtual *v, enum virtual_health health);

/* --- what was asked ------------------------------------------------------------------------------
 */

/* HTTP and SQL calls so far, in the order in which they were begun. */
size_t virtual_calls(const struct virtual *v);
/* "GET /subscriptions/...", "SQL read postgres", "SQL write db GRANT SELECT ...": no host, no
 * query.
 */
const char *virtual_call_line(const struct virtual *v, size_t number);
unsigned virtual_call_class(const struct virtual *v, size_t number); /* one of VIRTUAL_... bits */
msec virtual_call_time(const struct virtual *v, size_t number);
/* Calls from number 'from' on whose line begins with 'line', or is it where 'line' ends in "$". */
size_t virtual_count(const struct virtual *v, const char *line, size_t from);
/* Calls of these classes from number 'from' on. */
size_t virtual_count_class(const struct virtual *v, unsigned classes, size_t from);
/* Every line with its time and outcome, for people. free() it. */
char *virtual_story(const struct virtual *v);

/* --- the watch -----------------------------------------------------------------------------------
 */

/* What must never happen and did: a line each, "" where nothing. See virtual_watch.c. */
const char *virtual_complaints(const struct virtual *v);
/* From now on every write is one too many. */
void virtual_nothing_to_do(struct virtual *v);
/* Whoever looked has forgotten it: his next write needs looks of its own. */
void virtual_forget_looks(struct virtual *v);
/* How often an equal write may be accepted that changes nothing; 0 at first. */
void virtual_allow_repeats(struct virtual *v, unsigned writes);

/* --- whole states --------------------------------------------------------------------------------
 */

/* Everything that is true now, without what merely counts (a new reference): to compare. */
json_t *virtual_state(const struct virtual *v);
/* Everything that is true now, to begin another world with. */
json_t *virtual_save(const struct virtual *v);
void virtual_load(struct virtual *v, const json_t *saved);

#endif
