/* What logic may ask of the world, and what comes back: plain data (P1). Whoever fills in a call
 * does no I/O; whoever executes it (lib/net, or a script in a test) knows no Azure and no catalog.
 * Everything a call points to stays valid until its reply has been handed over or it is cancelled.
 */
#ifndef FLOW_CALL_H
#define FLOW_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/secret.h"

/* A time or a span in milliseconds on the loop's monotonic clock. */
typedef uint64_t msec;

#define SECONDS(n) ((msec)(n)*1000)
#define MINUTES(n) SECONDS((n)*60)

enum call_kind {
    CALL_NONE, /* nothing to ask: the row is skipped as if taken with NEXT */
    CALL_PARK, /* somebody else wakes the flow with flow_wake() (a shared token being fetched) */
    CALL_FAIL, /* cannot be asked: flow->err says why, and the flow fails with it */
    CALL_WAIT,
    CALL_HTTP,
    CALL_SQL,
};

struct http_header {
    const char *name;
    const char *value;
};

struct http_call {
    const char *method;
    const char *url; /* absolute; sent byte for byte, up to 16 kB */
    struct http_header headers[8];
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_length;
    const char *content_type;
    const struct secret *bearer; /* sent as Authorization: Bearer; NULL: none */
    size_t max_reply;            /* largest body accepted, bytes; 0: 8 MiB, ARM's own limit */
    bool direct;                 /* never through a proxy (IMDS forbids one) */
    bool question;               /* a POST that only asks: counts as a read, may be sent twice */
};

struct http_reply {
    int status;
    const char *body; /* ends in NUL beyond 'length' */
    size_t length;
    const struct http_header *headers; /* names in lower case */
    size_t header_count;
};

/* Where a statement goes. Equal targets share kept connections. */
struct sql_target {
    const char *host; /* a name: checked against the certificate, resolved by hosts file and DNS */
    const char *port;
    const char *database;
    const char *user;
    const struct secret *password;
    const char *ssl_mode;      /* libpq's sslmode: "verify-full" by default */
    const char *ssl_root_cert; /* file, or NULL for the system's store */
};

struct sql_statement {
    const char *text;
    /* Where not NULL, the SCRAM-SHA-256 verifier of this password for 'role', as a quoted literal,
     * is appended to 'text': clear text never enters a statement. */
    const struct secret *password;
    const char *role;
};

enum sql_mode {
    SQL_READ, /* pipeline: first statement alone, then the rest in one REPEATABLE READ READ ONLY */
    SQL_TRANSACTION, /* all in one transaction, pipelined */
    SQL_EACH,        /* one by one, each its own transaction, stop at the first failure */
    SQL_SIMPLE,      /* one simple Query with everything in statements[0] (schema files) */
};

struct sql_call {
    struct sql_target target;
    enum sql_mode mode;
    const struct sql_statement *statements;
    size_t count;
    msec statement_timeout; /* 0: 60 s */
};

/* The rows of one statement. values[row * columns + column]; NULL is SQL's NULL. */
struct sql_rows {
    size_t rows;
    size_t columns;
    const char *const *values;
};

struct sql_reply {
    size_t count; /* statements answered */
    const struct sql_rows *results;
    uint64_t connection; /* differs for every new connection ever made: new = forget counters */
    size_t failed;       /* index of the failed statement where 'sqlstate' is set */
    char sqlstate[6];    /* "" on success; also warnings 01006 and 01007, which are failures */
    const char *message; /* server's message of the failure, never with statement text */
    const char *source_function; /* PG_DIAG_SOURCE_FUNCTION or "" */
};

struct reply;

struct call {
    enum call_kind kind;
    msec wait; /* CALL_WAIT */
    union {
        struct http_call http;
        struct sql_call sql;
    };
    /* Filled by the runner: */
    msec deadline;     /* absolute; the executor gives up then with ERR_TIMEOUT */
    const char *label; /* "flow/row resource" for debug lines */
    /* Exactly once, never inside start. The executor has let go of 'call' before, because the same
     * struct is filled anew and started again from in here; 'reply' stays valid until it returns.
     */
    void (*done)(struct call *call, const struct reply *reply);
    void *owner; /* the runner's */
    void *slot;  /* the executor's */
};

struct reply {
    enum call_kind kind;
    struct err err; /* transport only: kind NONE when there is an answer, whatever it says */
    bool unsent;    /* with 'err': the request certainly has not left */
    union {
        struct http_reply http;
        struct sql_reply sql;
    };
};

/* The value of header 'name' (lower case), NULL where absent. */
const char *http_reply_header(const struct http_reply *reply, const char *name);

struct flow;

/* The world as logic sees it. */
struct io {
    void *ctx;
    /* Begins 'call'; completion comes later through call->done, also for immediate failures. */
    void (*start)(void *ctx, struct call *call);
    /* Forgets 'call': done is not called any more and nothing it points to is touched. */
    void (*cancel)(void *ctx, struct call *call);
    msec (*now)(void *ctx);           /* monotonic */
    int64_t (*wall_clock)(void *ctx); /* milliseconds since 1970, for texts and token expiry */
    uint32_t (*random)(void *ctx);    /* uniform; for jitter, not for secrets */
    /* NULL, or told what happens to flows, for debug lines: 'event' is one word. */
    void (*trace)(void *ctx, const struct flow *f, const char *event);
};

#endif
