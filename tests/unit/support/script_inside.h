/* The inside of the scripted world, shared by its two files: script.c (prepare, look) and
 * script_run.c (the io, replies, faults, time). Not for tests. */
#ifndef SUPPORT_SCRIPT_INSIDE_H
#define SUPPORT_SCRIPT_INSIDE_H

#include "base/buf.h"
#include "support/script.h"

#define SCRIPT_HEADERS 8
#define SCRIPT_ROW_SETS 16
#define SCRIPT_METHODS 5

/* An answer that was prepared. */
struct answer {
    enum call_kind kind;
    char *line; /* NULL: any */
    bool always;
    bool used;
    enum err_kind failure; /* instead of all below */
    bool unsent;
    int status;
    char *body;
    struct http_header headers[SCRIPT_HEADERS];
    size_t header_count;
    char sqlstate[6];
    struct sql_rows rows[SCRIPT_ROW_SETS];
};

/* A call that is outstanding. */
struct pending {
    struct call *call;
    size_t index;  /* of this HTTP call; SIZE_MAX for others */
    bool silent;   /* will not be answered before its deadline */
    msec due;      /* of a wait or of silence */
    uint64_t turn; /* the order in which they were started */
};

/* What was sent last, copied: the caller wipes its own. */
struct sent {
    char *body;
    char *bearer;
    bool direct;
    struct http_header headers[SCRIPT_HEADERS];
    size_t header_count;
};

struct script {
    struct io io;
    struct answer *answers;
    size_t answer_count;
    struct pending *pending;
    size_t pending_count;
    struct sent sent;
    struct buf transcript;
    msec now;
    uint64_t turn;
    uint32_t random;
    size_t http_calls;
    size_t sql_calls;
    size_t by_method[SCRIPT_METHODS];
    size_t torture_at;
    enum script_fault torture;
};

extern const char *const script_methods[SCRIPT_METHODS];

void script_sent_done(struct sent *sent);
/* The functions behind script_io(). */
void script_io_init(struct script *s);

#endif
