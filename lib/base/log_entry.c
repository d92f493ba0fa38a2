/* Renderings of a log record: see log_entry.h. What other programs said passes through here on its
 * way to terminals and parsers, so nothing gets out that is not UTF-8, and no control character. */
#include "base/log_entry.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/journal.h"
#include "base/utf8.h"

static const struct {
    const char *word;
    const char *colour;
} levels[] = {
    [LOG_LEVEL_ERROR] = {.word = "error", .colour = "\033[1;31m"},
    [LOG_LEVEL_WARNING] = {.word = "warning", .colour = "\033[33m"},
    [LOG_LEVEL_NOTICE] = {.word = "notice", .colour = "\033[1m"},
    [LOG_LEVEL_INFO] = {.word = "info", .colour = "\033[32m"},
    [LOG_LEVEL_DEBUG] = {.word = "debug", .colour = "\033[2m"},
};

/* Each byte may become a replacement character of three. */
enum { CLEAN_MAX = 3 * LOG_VALUE_MAX };

#define DIM "\033[2m"
#define PLAIN "\033[0m"
#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define ELLIPSIS "\xE2\x80\xA6"

const char *log_level_word(enum log_level level)
{
    return levels[level].word;
}

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7F && point < 0xA0);
}

static void add_escape(struct buf *out, uint32_t point)
{
    if (point == '\n')
        buf_str(out, "\\n");
    else if (point == '\t')
        buf_str(out, "\\t");
    else
        buf_printf(out, "\\x%02x", (unsigned)point);
}

/* Adds at most 'max' bytes of 'text', harmless for a terminal; 'quoted' escapes quotes as well. */
static void add_visible(struct buf *out, const char *text, size_t max, bool quoted)
{
    size_t whole = strlen(text);
    size_t length = utf8_cut(text, whole, max);
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t size = utf8_next(text + at, length - at, &point);
        if (size == 0) {
            buf_str(out, REPLACEMENT);
            size = 1;
        } else if (is_control(point)) {
            add_escape(out, point);
        } else {
            if (quoted && (point == '"' || point == '\\')) buf_char(out, '\\');
            buf_add(out, text + at, size);
        }
        at += size;
    }
    if (length < whole) buf_str(out, ELLIPSIS);
}

/* A value stands bare unless a reader could mistake where it ends. */
static bool wants_quotes(const char *value)
{
    if (!*value) return true;
    for (const char *p = value; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == '"' || *p == '\\' || *p == 0x7F) return true;
    return false;
}

static void add_lower(struct buf *out, const char *name)
{
    for (const char *p = name; *p; p++) buf_char(out, (char)tolower((unsigned char)*p));
}

static void add_field(struct buf *out, const struct log_field *field)
{
    bool quoted = wants_quotes(field->value);
    add_lower(out, field->name);
    buf_char(out, '=');
    if (quoted) buf_char(out, '"');
    add_visible(out, field->value, LOG_TEXT_VALUE_MAX, quoted);
    if (quoted) buf_char(out, '"');
}

/* Sentence and fields: what all renderings for people have in common. A field whose value the
 * sentence says already is left out. */
static void add_story(const struct log_entry *e, bool colour, struct buf *out)
{
    size_t shown = 0;
    add_visible(out, e->sentence, SIZE_MAX, false);
    for (size_t i = 0; i < e->field_count; i++) {
        if (*e->fields[i].value && strstr(e->sentence, e->fields[i].value)) continue;
        buf_str(out, shown++ ? " " : colour ? "  " DIM : "  ");
        add_field(out, &e->fields[i]);
    }
    if (shown && colour) buf_str(out, PLAIN);
    buf_char(out, '\n');
}

void log_entry_text(const struct log_entry *e, bool colour, struct buf *out)
{
    struct tm local;
    time_t seconds = (time_t)(e->wall_ms / 1000);
    if (e->timed && localtime_r(&seconds, &local))
        buf_printf(out, "%02d:%02d:%02d ", local.tm_hour, local.tm_min, local.tm_sec);
    if (colour) buf_str(out, levels[e->level].colour);
    buf_printf(out, "%-7s", levels[e->level].word);
    buf_str(out, colour ? PLAIN " " : " ");
    add_story(e, colour, out);
}

void log_entry_prefixed(const struct log_entry *e, struct buf *out)
{
    buf_printf(out, "<%d>", (int)e->level);
    add_story(e, false, out);
}

/* RFC 3339 in UTC with milliseconds; "" where the year has not four digits. */
static void time_text(int64_t wall_ms, char out[32])
{
    struct tm utc;
    time_t seconds = (time_t)(wall_ms / 1000);
    char day[24];
    out[0] = '\0';
    if (wall_ms < 0 || !gmtime_r(&seconds, &utc) || utc.tm_year > 8099) return;
    if (strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc) == 0) return;
    snprintf(out, 32, "%s.%03dZ", day, (int)(wall_ms % 1000));
}

/* The first LOG_VALUE_MAX bytes of 'text' as UTF-8, with a replacement character for each byte that
 * belongs to none; in 'room' where something had to be replaced, else 'text' itself. */
static const char *log_entry_clean(const char *text, size_t *length, struct buf *room)
{
    bool replaced = false;
    *length = utf8_cut(text, strlen(text), LOG_VALUE_MAX);
    for (size_t at = 0; at < *length;) {
        uint32_t point;
        size_t size = utf8_next(text + at, *length - at, &point);
        if (size == 0 && !replaced) {
            buf_add(room, text, at);
            replaced = true;
        }
        if (replaced && size)
            buf_add(room, text + at, size);
        else if (replaced)
            buf_str(room, REPLACEMENT);
        at += size ? size : 1;
    }
    if (!replaced) return text;
    *length = room->length;
    return buf_text(room);
}

/* The first of equal names stays: a field cannot pose as the level or the sentence. */
static void put_new(json_t *object, const char *name, const char *value)
{
    if (json_object_get(object, name)) return;
    struct buf room;
    size_t length;
    buf_init(&room, CLEAN_MAX);
    const char *text = log_entry_clean(value, &length, &room);
    json_object_set_new(object, name, json_stringn(text, length));
    buf_done(&room);
}

static int log_entry_add_piece(const char *piece, size_t length, void *out)
{
    buf_add(out, piece, length);
    return 0;
}

void log_entry_json(const struct log_entry *e, struct buf *out)
{
    char when[32] = "";
    if (e->timed) time_text(e->wall_ms, when);
    json_t *object = json_object();
    if (*when) put_new(object, "time", when);
    put_new(object, "level", levels[e->level].word);
    put_new(object, "identifier", e->identifier);
    put_new(object, "message", e->sentence);
    if (e->message_id) put_new(object, "message_id", e->message_id);
    for (size_t i = 0; i < e->field_count; i++) {
        struct buf name;
        buf_init(&name, 64);
        add_lower(&name, e->fields[i].name);
        put_new(object, buf_text(&name), e->fields[i].value);
        buf_done(&name);
    }
    json_dump_callback(object, log_entry_add_piece, out, JSON_COMPACT);
    json_decref(object);
    buf_char(out, '\n');
}

static void add_journal(struct buf *out, const char *name, const char *value)
{
    struct buf room;
    size_t length;
    buf_init(&room, CLEAN_MAX);
    const char *text = log_entry_clean(value, &length, &room);
    journal_add(out, name, text, length);
    buf_done(&room);
}

void log_entry_journal(const struct log_entry *e, struct buf *out)
{
    char priority[2] = {(char)('0' + (int)e->level), '\0'};
    add_journal(out, "PRIORITY", priority);
    add_journal(out, "SYSLOG_IDENTIFIER", e->identifier);
    add_journal(out, "MESSAGE", e->sentence);
    if (e->message_id) add_journal(out, "MESSAGE_ID", e->message_id);
    for (size_t i = 0; i < e->field_count; i++)
        add_journal(out, e->fields[i].name, e->fields[i].value);
}
