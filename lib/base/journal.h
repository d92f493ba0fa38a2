/* The journal's native protocol, spoken without libsystemd: one record is one datagram. It knows
 * nothing of levels or texts; log.c is its only user. Source: systemd's "Native Journal Protocol".
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct journal {
    int fd; /* connected to the journal; -1: not now */
};

enum journal_verdict {
    JOURNAL_TAKEN,
    JOURNAL_FULL, /* it is there but does not read */
    JOURNAL_GONE, /* there is no journal at that socket */
};

#define JOURNAL_INIT                                                                               \
    {                                                                                              \
        .fd = -1                                                                                   \
    }
void journal_done(struct journal *j);

/* Adds a field to a record being put together. A name that the journal would drop is left out. */
void journal_add(struct buf *record, const char *name, const char *value, size_t length);

/* Sends a record to the socket 'path'. One that is too large for a datagram goes as a sealed memory
 * file. Waits at most 'patience_ms' for a journal that does not read (-1: for ever). */
enum journal_verdict journal_send(struct journal *j, const char *path, const struct buf *record,
                                  int patience_ms);

/* Is 'fd' the stream to the journal that systemd gave us ($JOURNAL_STREAM)? */
bool journal_is_stream(int fd);

#endif
