/* Executes HTTP calls: connections kept and shared, TLS always verified, names resolved by
 * net/resolve.h. It follows no redirect, asks nothing twice and reads no meaning into a status. */
#ifndef NET_HTTP_H
#define NET_HTTP_H

#include "flow/call.h"
#include "net/loop.h"
#include "net/net.h"
#include "net/resolve.h"

struct http;

/* 'settings' have no zeroes left; everything given outlives it. */
struct http *http_new(struct loop *loop, struct resolve *resolve,
                      const struct net_settings *settings);
/* Forgets all calls and closes all connections. */
void http_free(struct http *http);

/* As struct io's: see flow/call.h. Failures of the transport:
 *   TIMEOUT    the deadline, or no connection within the connect timeout
 *   CONFIG     the certificate was not accepted; a token would have gone over plain HTTP
 *   PROTOCOL   the URL is none; the answer is too long, or is no HTTP
 *   TRANSIENT  everything else: refused, reset, cut short, no address
 * A call that may change something never travels on a kept connection, because a connection that
 * the other side has just closed makes libcurl send the request a second time. */
void http_start(struct http *http, struct call *call);
void http_cancel(struct http *http, struct call *call);

/* Fills the http_ fields. */
void http_counters(const struct http *http, struct net_counters *out);

#endif
