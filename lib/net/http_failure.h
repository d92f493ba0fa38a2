/* What a transfer that failed means: kind and words of libcurl's codes. */
#ifndef NET_HTTP_FAILURE_H
#define NET_HTTP_FAILURE_H

#include "net/http_exchange.h"

/* Why the transfer of 'x' ended with 'code'. Failure: as http_start(). */
void http_failure_describe(const struct http_exchange *x, CURLcode code, struct err *err);

/* Did it fail on the way to a connection that can be trusted? Before that nothing is sent. */
bool http_failure_is_unsent(CURLcode code);

#endif
