/* What becomes a record: see log.h. What it looks like is in log_entry.c, how it gets out in
 * log_output.c. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/journal.h"
#include "base/log_entry.h"
#include "base/log_output.h"
#include "base/mem.h"
#include "base/message_id.h"
#include "base/utf8.h"

enum { SENTENCE_MAX = 8192, RENDERING_MAX = 32 * 1024 * 1024 };

static const char *const format_words[] = {
    [LOG_FORMAT_AUTO] = "auto",
    [LOG_FORMAT_JOURNAL] = "journal",
    [LOG_FORMAT_TEXT] = "text",
    [LOG_FORMAT_JSON] = "json",
};

static struct {
    enum log_format format; /* never AUTO */
    enum log_level level;
    FILE *stream; /* NULL: stderr */
    bool colour;
    char identifier[64];
    int64_t (*wall_clock)(void *ctx);
    void *wall_clock_ctx;
} sink = {
    .format = LOG_FORMAT_TEXT,
    .level = LOG_LEVEL_INFO,
    .identifier = "pgdriftd",
};

static FILE *sink_stream(void)
{
    return sink.stream ? sink.stream : stderr;
}

static bool log_wants_colour(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    const char *terminal = getenv("TERM");
    if (no_color && *no_color) return false;
    if (!terminal || strcmp(terminal, "dumb") == 0) return false;
    return isatty(fileno(stream)) == 1;
}

void log_setup(enum log_format format, enum log_level level, FILE *stream, const char *identifier)
{
    if (format == LOG_FORMAT_AUTO)
        format = journal_is_stream(STDERR_FILENO) ? LOG_FORMAT_JOURNAL : LOG_FORMAT_TEXT;
    sink.format = format;
    sink.level = level;
    sink.stream = stream;
    log_output_stream(sink_stream());
    sink.colour = format == LOG_FORMAT_TEXT && log_wants_colour(sink_stream());
    snprintf(sink.identifier, sizeof(sink.identifier), "%s", identifier);
}

void log_clock(int64_t (*wall_clock)(void *ctx), void *ctx)
{
    sink.wall_clock = wall_clock;
    sink.wall_clock_ctx = ctx;
}

void log_journal_path(const char *path)
{
    log_output_journal(path);
}

bool log_enabled(enum log_level level)
{
    return level <= sink.level;
}

static int word_index(const char *const words[], int count, const char *word)
{
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0) return i;
    return -1;
}

int log_format_parse(const char *word)
{
    return word_index(format_words, (int)(sizeof(format_words) / sizeof(*format_words)), word);
}

int log_level_parse(const char *word)
{
    for (int level = LOG_LEVEL_ERROR; level <= LOG_LEVEL_DEBUG; level++)
        if (strcmp(log_level_word((enum log_level)level), word) == 0) return level;
    return -1;
}

/* --- from a record to a message -------------------------------------------------------------- */

static bool log_send(struct log_entry *e)
{
    struct log_message *m = xcalloc(1, sizeof(*m));
    buf_init(&m->journal, RENDERING_MAX);
    buf_init(&m->line, RENDERING_MAX);
    /* The journal stamps its records itself. */
    if (sink.wall_clock && sink.format != LOG_FORMAT_JOURNAL) {
        e->timed = true;
        e->wall_ms = sink.wall_clock(sink.wall_clock_ctx);
    }
    if (sink.format == LOG_FORMAT_JOURNAL) {
        log_entry_journal(e, &m->journal);
        log_entry_prefixed(e, &m->line);
    } else if (sink.format == LOG_FORMAT_JSON) {
        log_entry_json(e, &m->line);
    } else {
        log_entry_text(e, sink.colour, &m->line);
    }
    return log_output(m);
}

static void log_report_lost(unsigned long lost)
{
    char sentence[96];
    char count[24];
    snprintf(sentence, sizeof(sentence), "%lu records were lost: they were not taken", lost);
    snprintf(count, sizeof(count), "%lu", lost);
    struct log_entry e = {
        .level = LOG_LEVEL_WARNING,
        .identifier = sink.identifier,
        .message_id = MESSAGE_RECORDS_LOST,
        .sentence = sentence,
        .fields = {{"LOST", count}},
        .field_count = 1,
    };
    /* Then the report is one of them, and has been counted. */
    if (!log_send(&e)) log_output_give_back_lost(lost - 1);
}

/* Tells about lost records as soon as others are taken again. */
static void log_send_after_lost(struct log_entry *e)
{
    unsigned long lost = log_output_take_lost();
    if (lost) log_report_lost(lost);
    log_send(e);
}

int log_start_queue(size_t max, int patience_ms, struct err *err)
{
    return log_output_start_queue(max, patience_ms, err);
}

void log_close(void)
{
    unsigned long lost = log_output_close();
    if (!lost) return;
    log_report_lost(lost);
    log_output_close();
}

static void add_fields(struct log_entry *e, const struct log_field *fields)
{
    for (const struct log_field *f = fields; f && f->name; f++)
        if (f->value && e->field_count < LOG_FIELDS_MAX) e->fields[e->field_count++] = *f;
}

static void log_emit(enum log_level level, const char *message_id, const struct log_field *fields,
                     const struct log_field *more, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static void log_emit(enum log_level level, const char *message_id, const struct log_field *fields,
                     const struct log_field *more, const char *format, va_list args)
{
    if (!log_enabled(level)) return;
    int saved = errno;
    char sentence[SENTENCE_MAX + 4]; /* shows whether a character crosses the limit */
    if (vsnprintf(sentence, sizeof(sentence), format, args) < 0) sentence[0] = '\0';
    sentence[utf8_cut(sentence, strlen(sentence), SENTENCE_MAX)] = '\0';
    struct log_entry e = {
        .level = level,
        .identifier = sink.identifier,
        .message_id = message_id,
        .sentence = sentence,
    };
    /* The error's own fields come first: they are never the ones there is no room for. */
    add_fields(&e, more);
    add_fields(&e, fields);
    log_send_after_lost(&e);
    errno = saved;
}

void log_record(enum log_level level, const char *message_id, const struct log_field *fields,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_emit(level, message_id, fields, NULL, format, args);
    va_end(args);
}

/* PostgreSQL's codes are five upper-case letters or digits; ARM's are words in CamelCase. */
static bool is_sqlstate(const char *code)
{
    return strlen(code) == 5 && strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == 5;
}

void log_error(enum log_level level, const char *message_id, const struct log_field *fields,
               const struct err *err, const char *format, ...)
{
    static const struct err none;
    char status[16];
    if (!err) err = &none;
    snprintf(status, sizeof(status), "%d", err->status);
    const struct log_field own[] = {
        {"ERR_KIND", err->kind ? err_kind_word(err->kind) : NULL},
        {"HTTP_STATUS", err->status ? status : NULL},
        {is_sqlstate(err->code) ? "SQLSTATE" : "AZ_ERROR_CODE", *err->code ? err->code : NULL},
        {"AZ_REQUEST_ID", *err->request_id ? err->request_id : NULL},
        {NULL, NULL},
    };
    va_list args;
    va_start(args, format);
    log_emit(level, message_id, fields, own, format, args);
    va_end(args);
}
