/* Catches what is logged: see records.h. */
#include "support/records.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"

static void records_open(struct records *r)
{
    r->stream = open_memstream(&r->text, &r->length);
    log_setup(LOG_FORMAT_JSON, LOG_LEVEL_INFO, r->stream, "test");
}

static void records_close(struct records *r)
{
    fclose(r->stream);
    free(r->text);
    *r = (struct records){0};
}

void records_init(struct records *r)
{
    log_clock(NULL, NULL);
    records_open(r);
}

void records_done(struct records *r)
{
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL, "test");
    records_close(r);
}

void records_forget(struct records *r)
{
    records_close(r);
    records_open(r);
}

json_t *records_one(struct records *r)
{
    fflush(r->stream);
    return json_parse(r->text, r->length, NULL);
}

static void add_short(const char *line, size_t length, const char *const *keys, struct buf *out)
{
    json_t *record = json_parse(line, length, NULL);
    const char *between = "";
    for (size_t i = 0; keys[i]; i++) {
        const char *value = json_text_at(record, keys[i]);
        if (!value) continue;
        bool aside = strcmp(keys[i], "reason") == 0;
        buf_printf(out, aside ? "%s(%s)" : "%s%s", between, value);
        between = " ";
    }
    buf_char(out, '\n');
    json_decref(record);
}

char *records_short(struct records *r, const char *const *keys)
{
    struct buf b;
    buf_init(&b, 1 << 20);
    fflush(r->stream);
    for (const char *at = r->text; *at;) {
        size_t length = strcspn(at, "\n");
        add_short(at, length, keys, &b);
        at += length + (at[length] == '\n');
    }
    return buf_steal(&b);
}
