/* Where records go: see log.h. What they look like is in log_entry.c, how the journal is spoken to
 * in journal.c. */
#include "base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/journal.h"
#include "base/log_entry.h"
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
    char journal_path[108];
    struct journal journal;
    unsigned long lost; /* records that the journal did not take */
    int64_t (*wall_clock)(void *ctx);
    void *wall_clock_ctx;
} sink = {
    .format = LOG_FORMAT_TEXT,
    .level = LOG_LEVEL_INFO,
    .identifier = "pgdriftd",
    .journal_path = JOURNAL_SOCKET,
    .journal = JOURNAL_INIT,
};

static FILE *sink_stream(void)
{
    return sink.stream ? sink.stream : stderr;
}

static bool wants_colour(FILE *stream)
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
    sink.colour = format == LOG_FORMAT_TEXT && wants_colour(sink_stream());
    snprintf(sink.identifier, sizeof(sink.identifier), "%s", identifier);
}

void log_clock(int64_t (*wall_clock)(void *ctx), void *ctx)
{
    sink.wall_clock = wall_clock;
    sink.wall_clock_ctx = ctx;
}

void log_journal_path(const char *path)
{
    log_close();
    snprintf(sink.journal_path, sizeof(sink.journal_path), "%s", path ? path : JOURNAL_SOCKET);
}

void log_close(void)
{
    journal_done(&sink.journal);
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

/* One line in one write, so that lines of several processes do not mix. */
static void write_line(const struct buf *line)
{
    FILE *stream = sink_stream();
    fwrite(buf_text(line), 1, line->length, stream);
    fflush(stream);
}

static enum journal_verdict to_journal(const struct log_entry *e)
{
    struct buf record;
    buf_init(&record, RENDERING_MAX);
    log_entry_journal(e, &record);
    enum journal_verdict verdict = journal_send(&sink.journal, sink.journal_path, &record);
    buf_done(&record);
    return verdict;
}

/* Tells about lost records as soon as the journal takes one again. */
static void report_lost(void)
{
    char sentence[96];
    char count[24];
    snprintf(sentence, sizeof(sentence), "%lu records were lost: the journal did not take them",
             sink.lost);
    snprintf(count, sizeof(count), "%lu", sink.lost);
    struct log_entry e = {
        .level = LOG_LEVEL_WARNING,
        .identifier = sink.identifier,
        .sentence = sentence,
        .fields = {{"LOST", count}},
        .field_count = 1,
    };
    if (to_journal(&e) == JOURNAL_TAKEN) sink.lost = 0;
}

static void emit_journal(const struct log_entry *e)
{
    if (sink.lost) report_lost();
    switch (to_journal(e)) {
    case JOURNAL_TAKEN: break;
    case JOURNAL_FULL: sink.lost++; break;
    case JOURNAL_GONE: {
        struct buf line;
        buf_init(&line, RENDERING_MAX);
        log_entry_prefixed(e, &line);
        write_line(&line);
        buf_done(&line);
        break;
    }
    }
}

static void emit_line(struct log_entry *e)
{
    struct buf line;
    if (sink.wall_clock) {
        e->timed = true;
        e->wall_ms = sink.wall_clock(sink.wall_clock_ctx);
    }
    buf_init(&line, RENDERING_MAX);
    if (sink.format == LOG_FORMAT_JSON)
        log_entry_json(e, &line);
    else
        log_entry_text(e, sink.colour, &line);
    write_line(&line);
    buf_done(&line);
}

static void add_fields(struct log_entry *e, const struct log_field *fields)
{
    for (const struct log_field *f = fields; f && f->name; f++)
        if (f->value && e->field_count < LOG_FIELDS_MAX) e->fields[e->field_count++] = *f;
}

static void emit(enum log_level level, const char *message_id, const struct log_field *fields,
                 const struct log_field *more, const char *format, va_list args)
    __attribute__((format(printf, 5, 0)));

static void emit(enum log_level level, const char *message_id, const struct log_field *fields,
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
    if (sink.format == LOG_FORMAT_JOURNAL)
        emit_journal(&e);
    else
        emit_line(&e);
    errno = saved;
}

void log_record(enum log_level level, const char *message_id, const struct log_field *fields,
                const char *format, ...)
{
    va_list args;
    va_start(args, format);
    emit(level, message_id, fields, NULL, format, args);
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
    emit(level, message_id, fields, own, format, args);
    va_end(args);
}
