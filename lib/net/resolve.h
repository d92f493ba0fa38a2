/* Names to addresses without ever blocking the loop: a hosts(5) file first, then the system's
 * resolver in a thread of its own. It neither connects nor orders addresses by preference: they
 * stay as the file or the system gave them. */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "flow/call.h"
#include "net/loop.h"

struct resolve;
struct resolve_query;

/* Numeric addresses as text, "10.1.2.3" or "2001:db8::1"; at least one. */
struct addresses {
    const char *const *texts;
    size_t count;
    bool pinned; /* from the hosts file: they hold for as long as the file says so */
};

/* 'hosts_file' (NULL: none) is read again whenever its time, size or inode has changed; a file that
 * is missing says nothing. The system's answers are kept for 'ttl'. Both outlive nothing: copied.
 */
struct resolve *resolve_new(struct loop *loop, const char *hosts_file, msec ttl);
/* Forgets all queries; their callbacks are not called any more. */
void resolve_free(struct resolve *resolve);

/* What is known about 'host' without asking anybody: an address literal, a line of the hosts file,
 * or a kept answer. NULL: it has to be asked. The result lives until the next call of this module.
 */
const struct addresses *resolve_known(struct resolve *resolve, const char *host);

/* Exactly one of 'addresses' (borrowed for the call) and 'err' is not NULL. Failure: TRANSIENT,
 * also where the name does not exist: a server that is being made gets its name late. Nobody is
 * asked while the hosts file is there and cannot be read; then it fails as file_open() does. */
typedef void resolve_cb(void *ctx, const struct addresses *addresses, const struct err *err);

/* Asks for 'host' (copied). 'cb' is called once, later, never from inside. Equal names that are
 * being asked for at the same time are one question to the system. */
struct resolve_query *resolve_start(struct resolve *resolve, const char *host, resolve_cb *cb,
                                    void *ctx);
/* Takes a query back that has not been answered yet. */
void resolve_cancel(struct resolve_query *query);

#endif
