/* Sockets: two libmicrohttpd listeners (HTTPS for ARM and login, plain HTTP for IMDS and /sim) that
 * turn connections into exchanges and send what the rooms put into them. A reply that must wait
 * suspends its connection; nothing here ever sleeps. */
#ifndef AZSIM_HTTP_H
#define AZSIM_HTTP_H

#include <stdint.h>

#include "base/err.h"
#include "control/sim.h"

struct http;

/* Listens and fills the addresses of 'sim'; serves from http_serve() on. */
struct http *http_new(struct sim *sim, struct err *err);
int http_serve(struct http *http, struct err *err);
/* Sends what waits, closes the listeners. Called without the lock. */
void http_stop(struct http *http);
void http_free(struct http *http);

/* Lets replies leave whose time has come or whose operation has ended. Returns when to call again,
 * INT64_MAX when nothing waits for a time. Called with the lock. */
int64_t http_release(struct sim *sim, int64_t now_ms);

#endif
