/* The one error value. It is filled where something fails and logged once, where it is decided what
 * to do about it. Its kind alone decides whether and how something is tried again (P10, P11). */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

/* name, word used in logs, JSON and tests, what it means, may it be tried again by itself? */
#define ERR_KINDS(X)                                                                               \
    X(NONE, "none", "no error", false)                                                             \
    X(INTERNAL, "internal", "a bug in this program", false)                                        \
    X(CONFIG, "config", "a setting or the document is wrong", false)                               \
    X(TRANSIENT, "transient", "the other side or the way to it failed for the moment", true)       \
    X(TIMEOUT, "timeout", "no answer in time", true)                                               \
    X(THROTTLED, "throttled", "too many requests", true)                                           \
    X(BUSY, "busy", "another operation or session holds the object", true)                         \
    X(TOKEN, "token", "the credential was not accepted", false)                                    \
    X(DENIED, "denied", "the identity may not do this", false)                                     \
    X(NOT_FOUND, "not-found", "the object does not exist", false)                                  \
    X(CONFLICT, "conflict", "the object changed under us or exists already", false)                \
    X(REFUSED, "refused", "the request itself was refused as wrong", false)                        \
    X(PROTOCOL, "protocol", "an answer could not be understood", false)                            \
    X(CANCELLED, "cancelled", "given up on request", false)

enum err_kind {
#define X(name, word, meaning, retryable) ERR_##name,
    ERR_KINDS(X)
#undef X
        ERR_KIND_N
};

struct err {
    enum err_kind kind;
    int status;              /* HTTP status, 0 where there was none */
    uint64_t retry_after_ms; /* the other side's hint; 0 where it gave none */
    char code[64];           /* ARM's error code or the SQLSTATE, "" where there was none */
    char request_id[64];     /* x-ms-request-id, "" where there was none */
    char text[512];          /* a sentence for people, without a final full stop */
};

/* Fills 'e' (NULL is accepted: the caller does not care). Returns -1, so that a function can fail
 * and say why in one expression. Code, status and hints are reset. */
int err_set(struct err *e, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text that 'e' already has. Returns -1. */
int err_prefix(struct err *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

void err_clear(struct err *e);

/* The word of a kind, for logs and JSON. */
const char *err_kind_word(enum err_kind kind);

/* May the same thing be tried again without anybody changing anything? */
bool err_retryable(enum err_kind kind);

#endif
