/* One log record as data, and its renderings. Internal to log.c, which decides what becomes one and
 * where its rendering goes. */
#ifndef BASE_LOG_ENTRY_H
#define BASE_LOG_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"

enum { LOG_FIELDS_MAX = 40, LOG_VALUE_MAX = 64 * 1024, LOG_TEXT_VALUE_MAX = 2048 };

struct log_entry {
    enum log_level level;
    const char *identifier;
    const char *message_id; /* NULL: none */
    const char *sentence;
    struct log_field fields[LOG_FIELDS_MAX]; /* no NULL among them */
    size_t field_count;
    bool timed;
    int64_t wall_ms; /* since 1970, where timed */
};

/* "error" ... "debug". */
const char *log_level_word(enum log_level level);

/* Each adds one rendering to 'out'; text and JSON end with a line break. */
void log_entry_text(const struct log_entry *e, bool colour, struct buf *out);
/* As text for a stream that systemd reads: <PRIORITY> first, no time. */
void log_entry_prefixed(const struct log_entry *e, struct buf *out);
void log_entry_json(const struct log_entry *e, struct buf *out);
void log_entry_journal(const struct log_entry *e, struct buf *out);

#endif
