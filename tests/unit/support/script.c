/* The scripted world, prepared and looked at: see script.h. */
#include "support/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "support/script_inside.h"

const char *const script_methods[SCRIPT_METHODS] = {"GET", "PUT", "PATCH", "POST", "DELETE"};

void script_sent_done(struct sent *sent)
{
    free(sent->body);
    free(sent->bearer);
    for (size_t i = 0; i < sent->header_count; i++) {
        free(unconst(sent->headers[i].name));
        free(unconst(sent->headers[i].value));
    }
    *sent = (struct sent){.body = NULL};
}

struct script *script_new(void)
{
    struct script *s = xcalloc(1, sizeof(*s));
    script_io_init(s);
    s->now = 1000000;
    s->torture_at = SIZE_MAX;
    buf_init(&s->transcript, (size_t)1 << 24);
    return s;
}

void script_free(struct script *s)
{
    for (size_t i = 0; i < s->answer_count; i++) {
        struct answer *a = &s->answers[i];
        for (size_t h = 0; h < a->header_count; h++) {
            free(unconst(a->headers[h].name));
            free(unconst(a->headers[h].value));
        }
        free(a->line);
        free(a->body);
    }
    free(s->answers);
    free(s->pending);
    script_sent_done(&s->sent);
    buf_done(&s->transcript);
    free(s);
}

const struct io *script_io(struct script *s)
{
    return &s->io;
}

/* --- preparing ---------------------------------------------------------------------------------
 */

static struct answer *script_add(struct script *s, enum call_kind kind, const char *line)
{
    s->answers = xreallocarray(s->answers, s->answer_count + 1, sizeof(*s->answers));
    struct answer *a = &s->answers[s->answer_count++];
    *a = (struct answer){.kind = kind, .line = line ? xstrdup(line) : NULL};
    return a;
}

static struct answer *script_last(struct script *s)
{
    if (s->answer_count) return &s->answers[s->answer_count - 1];
    fprintf(stderr, "script: nothing was added yet\n");
    abort();
}

void script_reply(struct script *s, const char *line, int status, const char *body)
{
    struct answer *a = script_add(s, CALL_HTTP, line);
    a->status = status;
    a->body = xstrdup(body);
}

void script_header(struct script *s, const char *name, const char *value)
{
    struct answer *a = script_last(s);
    if (a->header_count == SCRIPT_HEADERS) abort();
    a->headers[a->header_count++] =
        (struct http_header){.name = xstrdup(name), .value = xstrdup(value)};
}

void script_always(struct script *s)
{
    script_last(s)->always = true;
}

void script_failure(struct script *s, const char *line, enum err_kind kind)
{
    script_add(s, CALL_HTTP, line)->failure = kind;
}

void script_unsent(struct script *s)
{
    script_last(s)->unsent = true;
}

void script_sql(struct script *s, const char *line, const char *sqlstate, const char *message)
{
    struct answer *a = script_add(s, CALL_SQL, line);
    snprintf(a->sqlstate, sizeof(a->sqlstate), "%s", sqlstate);
    a->body = xstrdup(message ? message : "");
}

void script_rows(struct script *s, size_t index, size_t rows, size_t columns,
                 const char *const *values)
{
    if (index >= SCRIPT_ROW_SETS) abort();
    script_last(s)->rows[index] =
        (struct sql_rows){.rows = rows, .columns = columns, .values = values};
}

void script_torture(struct script *s, size_t index, enum script_fault fault)
{
    s->torture_at = index;
    s->torture = fault;
}

/* --- looking -----------------------------------------------------------------------------------
 */

const char *script_transcript(const struct script *s)
{
    return buf_text(&s->transcript);
}

void script_forget(struct script *s)
{
    buf_reset(&s->transcript);
    s->http_calls = 0;
    s->sql_calls = 0;
    memset(s->by_method, 0, sizeof(s->by_method));
}

size_t script_calls(const struct script *s)
{
    return s->http_calls + s->sql_calls;
}

size_t script_count(const struct script *s, const char *method)
{
    for (size_t i = 0; i < SCRIPT_METHODS; i++)
        if (strcmp(method, script_methods[i]) == 0) return s->by_method[i];
    return 0;
}

size_t script_open(const struct script *s)
{
    return s->pending_count;
}

size_t script_left(const struct script *s)
{
    size_t left = 0;
    for (size_t i = 0; i < s->answer_count; i++)
        if (!s->answers[i].used && !s->answers[i].always) left++;
    return left;
}

const char *script_body(const struct script *s)
{
    return s->sent.body ? s->sent.body : "";
}

const char *script_sent_header(const struct script *s, const char *name)
{
    for (size_t i = 0; i < s->sent.header_count; i++)
        if (strcasecmp(s->sent.headers[i].name, name) == 0) return s->sent.headers[i].value;
    return NULL;
}

const char *script_bearer(const struct script *s)
{
    return s->sent.bearer;
}

bool script_direct(const struct script *s)
{
    return s->sent.direct;
}
