/* The world as lib/flow sees it, made of a real loop: waits, HTTP calls and SQL calls are executed
 * here. It decides nothing: neither what to ask nor whether to ask again. */
#ifndef NET_NET_H
#define NET_NET_H

#include <stddef.h>
#include <stdint.h>

#include "flow/call.h"
#include "net/loop.h"

/* Everything is copied. A zero or NULL is the default. */
struct net_settings {
    const char *hosts_file; /* hosts(5), asked before DNS for HTTP and SQL alike; none */
    const char *ca_file;  /* PEM; authorities trusted for HTTPS, and for SQL targets that name none;
                             the system's store */
    const char *proxy;    /* URL of an HTTP proxy for calls that are not 'direct'; none. The
                             environment is not looked at */
    const char *no_proxy; /* hosts that go without it, curl's syntax: "a.test,.internal" */
    msec resolve_ttl;     /* how long an answer of DNS is kept; 30 s */
    msec connect_timeout; /* for making one connection; 10 s */
    unsigned http_max_connections; /* to one host; 8 */
    msec sql_idle;                 /* a connection unused for so long is closed; 10 min */
    unsigned sql_max_busy;         /* connections to one server that work at the same time; 2 */
    unsigned sql_max_kept;         /* idle connections to one server that are kept; 8 */
    size_t sql_max_result;         /* bytes of all results of one call; 256 MiB */
};

/* Since the start; for metrics and tests. */
struct net_counters {
    uint64_t http_calls;
    uint64_t http_connections;
    uint64_t http_bytes; /* of bodies received, as they came over the wire */
    uint64_t sql_calls;
    uint64_t sql_connections;
    size_t sql_open; /* now */
};

struct net;

/* 'loop' outlives it. It takes variables from the environment that the libraries would read
 * although they are told otherwise (PGSERVICE, PGOPTIONS, SSLKEYLOGFILE ...: net/sql_parameters.h):
 * the first one is made before there are threads that read the environment. */
struct net *net_new(struct loop *loop, const struct net_settings *settings);
/* Forgets every call (no 'done' is called any more) and closes every connection. Not from inside a
 * 'done'. */
void net_free(struct net *net);

/* Lives as long as 'net'. A call that fails at once fails in the next turn, never inside start. A
 * deadline of 0 is none. CALL_PARK and CALL_NONE are no business of the executor and are refused as
 * INTERNAL. 'done' may start and cancel calls, its own call's memory may be reused. */
const struct io *net_io(struct net *net);

void net_counters(const struct net *net, struct net_counters *out);

#endif
