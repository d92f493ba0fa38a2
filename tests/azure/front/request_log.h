/* What was asked of this Azure: one JSON line per request in DIR/requests.jsonl, and counters. */
#ifndef AZSIM_REQUEST_LOG_H
#define AZSIM_REQUEST_LOG_H

#include <jansson.h>

#include "base/err.h"
#include "front/exchange.h"

struct request_log;

/* Appends to the file 'path'. */
struct request_log *request_log_new(const char *path, struct err *err);
void request_log_free(struct request_log *log);

void request_log_add(struct request_log *log, const struct exchange *x);
/* Forgets lines and counters. */
void request_log_reset(struct request_log *log);
/* The lines from number 'since' (from 0) on: {"next", "requests"}. */
json_t *request_log_json(const struct request_log *log, size_t since);
/* {"reads", "writes", "operator_writes", "tokens", "throttled", "by": {"GET flexibleServers": n}}
 */
json_t *request_log_summary(const struct request_log *log);

#endif
