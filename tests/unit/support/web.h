/* An HTTP or HTTPS server on a loopback address, in a thread of its own, that behaves badly on
 * request. What it does is in the path:
 *
 *   /echo        the request as text: "METHOD raw-uri", a line per header, empty line, body
 *   /size/N      N bytes
 *   /gzip        "squeezed", compressed
 *   /headers/N   N further headers "x-N: N"
 *   /status/N    status N, and for 3xx a Location to /echo
 *   /hang        never an answer
 *   /reset       the connection is closed without an answer
 *   /truncate    half of the promised body, then the connection is closed */
#ifndef TEST_WEB_H
#define TEST_WEB_H

struct web;

/* HTTPS where 'cert' and 'key' (PEM) are given. Aborts on failure. */
struct web *web_start(const char *cert, const char *key);
/* The same on a port that is wanted, on another address; 0: any. */
struct web *web_start_at(int port, const char *cert, const char *key);
/* Ends all connections. Accepts NULL. */
void web_stop(struct web *w);

const char *web_address(const struct web *w); /* "127.9.8.7" */
int web_port(const struct web *w);
/* How many connections and requests there have been. */
unsigned web_connections(struct web *w);
unsigned web_requests(struct web *w);

#endif
