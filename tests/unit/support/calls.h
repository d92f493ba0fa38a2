/* Calls executed on a real loop and network, one after the other or together, with their replies
 * copied so that they can be looked at afterwards. */
#ifndef TEST_CALLS_H
#define TEST_CALLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "flow/call.h"
#include "net/net.h"
#include "support/scratch.h"

/* A loop, the executor on it and a hosts file of its own. */
struct calls {
    struct loop *loop;
    struct net *net;
    const struct io *io;
    char hosts[SCRATCH_PATH];
    struct loop_timer *guard;
    size_t open;
};

/* 'settings' (or NULL) without hosts_file. */
void calls_init(struct calls *w, const struct net_settings *settings);
void calls_done(struct calls *w);
/* Writes the hosts file anew, as an administrator would: another file, renamed. */
void calls_hosts(struct calls *w, const char *text);
/* Turns the loop 'turns' times. */
void calls_turn(struct calls *w, unsigned turns);

/* A call and what has become of it. */
struct asked {
    struct call call;
    struct calls *calls;
    void (*then)(struct asked *a); /* NULL, or called inside done */
    unsigned times;                /* that done was called */
    struct reply reply;            /* numbers and error; pointers are not valid */
    struct buf body;    /* HTTP body; SQL rows as "a|b\n", statements separated by "--\n" */
    struct buf headers; /* "name=value\n" */
    struct buf message;
};

void asked_init(struct asked *a, struct calls *w);
void asked_done(struct asked *a);
/* Begins it. */
void asked_start(struct asked *a);
void asked_cancel(struct asked *a);
/* Runs the loop until all that was begun is answered; fails the test after half a minute of a quiet
 * machine (patience.h). */
void calls_wait(struct calls *w);
/* asked_start() and calls_wait(). */
void asked_run(struct asked *a);

#endif
