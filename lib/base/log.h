/* Log records: a sentence for people and fields for machines, in one call. Where they go is decided
 * once: the journal's native protocol, readable lines, or JSON lines. Library code does not log
 * (debug excepted): an error is reported once, by whoever decides about it (P10). */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

/* The numbers are syslog's, as in systemd.journal-fields(7), PRIORITY=. */
enum log_level {
    LOG_LEVEL_ERROR = 3,
    LOG_LEVEL_WARNING = 4,
    LOG_LEVEL_NOTICE = 5,
    LOG_LEVEL_INFO = 6,
    LOG_LEVEL_DEBUG = 7,
};

enum log_format {
    LOG_FORMAT_AUTO,    /* journal when stderr is the journal ($JOURNAL_STREAM), else text */
    LOG_FORMAT_JOURNAL, /* native protocol to /run/systemd/journal/socket */
    LOG_FORMAT_TEXT,    /* readable lines; coloured on a terminal unless NO_COLOR is set */
    LOG_FORMAT_JSON,    /* one object a line */
};

/* Name in upper case as the journal wants it (A-Z 0-9 _, not first a digit or _, at most 64 bytes),
 * e.g. "RESOURCE"; text and JSON show it in lower case. NULL values are left out. */
struct log_field {
    const char *name;
    const char *value;
};

/* Sets where records go. 'stream' (borrowed; NULL: stderr) is for text and JSON, and for the
 * journal when its socket is gone: then a line begins with <N>, which systemd understands as its
 * priority. 'identifier' becomes SYSLOG_IDENTIFIER. May be called again. Before the first call
 * records go to stderr as text from level info on. Logging is for one thread. Records that were not
 * taken are counted and reported when others are taken again. Without a queue a line blocks as long
 * as its stream does, and the journal for at most 100 ms. */
void log_setup(enum log_format format, enum log_level level, FILE *stream, const char *identifier);
/* The wall clock for text and JSON, milliseconds since 1970 (struct io's wall_clock fits); the
 * journal stamps its records itself. NULL, as at the beginning: lines carry no time. */
void log_clock(int64_t (*wall_clock)(void *ctx), void *ctx);
/* Another socket than /run/systemd/journal/socket; NULL: that one again. Copied. For tests. */
void log_journal_path(const char *path);
/* From now on records wait in a queue of at most 'max' bytes for a thread that writes them: whoever
 * logs never waits, whatever stderr is and whether anybody reads it. log_close() waits at most
 * 'patience_ms' for the rest. Failure: TRANSIENT, no descriptor or no thread. */
int log_start_queue(size_t max, int patience_ms, struct err *err);
/* Ends the queue and closes the journal's socket; a later record opens it again. */
void log_close(void);
bool log_enabled(enum log_level level);

/* One record. 'message_id' is one of base/message_id.h, or NULL. 'fields' ends with a NULL name, or
 * is NULL. Too long sentences (8 KiB) and values (64 KiB) are cut, more than 40 fields dropped.
 * errno is kept. */
void log_record(enum log_level level, const char *message_id, const struct log_field *fields,
                const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The same with the fields of an error added: ERR_KIND, HTTP_STATUS, SQLSTATE or AZ_ERROR_CODE,
 * AZ_REQUEST_ID. The sentence is the caller's whole: it names err->text itself where it wants it.
 */
void log_error(enum log_level level, const char *message_id, const struct log_field *fields,
               const struct err *err, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#define log_debug(...)                                                                             \
    do {                                                                                           \
        if (log_enabled(LOG_LEVEL_DEBUG)) log_record(LOG_LEVEL_DEBUG, NULL, NULL, __VA_ARGS__);    \
    } while (0)

/* "text", "json", "journal", "auto"; -1 for anything else. */
int log_format_parse(const char *word);
/* "error", "warning", "notice", "info", "debug"; -1 for anything else. */
int log_level_parse(const char *word);

#endif
