/* A call as the other side sees it, its answer, and what is remembered of it. */
#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/must.h"
#include "pg/catalog.h"
#include "support/virtual_inside.h"

/* --- a call comes ------------------------------------------------------------------------------
 */

static int exchange_hex_digit(char c)
{
    if (isdigit((unsigned char)c)) return c - '0';
    return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

static char *exchange_decoded(struct arena *arena, const char *text, size_t length)
{
    char *out = arena_strndup(arena, text, length);
    char *to = out;
    for (const char *from = out; *from; from++) {
        if (*from == '%' && exchange_hex_digit(from[1]) >= 0 && exchange_hex_digit(from[2]) >= 0) {
            *to++ = (char)(exchange_hex_digit(from[1]) * 16 + exchange_hex_digit(from[2]));
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return out;
}

static void exchange_http(struct exchange *x, const struct http_call *http)
{
    const char *host = strstr(http->url, "://");
    must(host);
    const char *path = strchr(host + 3, '/');
    must(path);
    size_t length = strcspn(path, "?");
    x->method = arena_strdup(x->arena, http->method);
    x->url = arena_strdup(x->arena, http->url);
    x->path = exchange_decoded(x->arena, path, length);
    char *key = arena_strdup(x->arena, x->path);
    for (char *c = key; *c; c++) *c = (char)tolower((unsigned char)*c);
    x->key = key;
    x->query = arena_strdup(x->arena, path[length] ? path + length + 1 : "");
    if (http->body) x->json = json_parse(http->body, http->body_length, NULL);
    x->bearer = http->bearer != NULL;
    for (size_t i = 0; i < http->header_count; i++) {
        const char *name = http->headers[i].name;
        const char *value = arena_strdup(x->arena, http->headers[i].value);
        if (strcasecmp(name, "If-Match") == 0) x->if_match = value;
        if (strcasecmp(name, "If-None-Match") == 0) x->if_none_match = value;
    }
    bool arm = strncmp(x->url, VIRTUAL_ARM "/", strlen(VIRTUAL_ARM) + 1) == 0;
    x->class = arm ? virtual_arm_class(x->method, x->key) : VIRTUAL_TOKEN;
    x->line = arena_printf(x->arena, "%s %s", x->method, x->path);
}

static void exchange_sql(struct exchange *x, const struct sql_call *sql)
{
    const char *first = sql->statements[0].text;
    x->server = arena_strndup(x->arena, sql->target.host, strcspn(sql->target.host, "."));
    x->database = arena_strdup(x->arena, sql->target.database);
    x->user = arena_strdup(x->arena, sql->target.user);
    x->password =
        sql->target.password ? arena_strdup(x->arena, secret_bytes(sql->target.password)) : "";
    x->mode = sql->mode;
    x->count = sql->count;
    x->class = VIRTUAL_SQL_WRITE;
    if (strcmp(first, pg_cluster_queries[0].text) == 0) x->catalog = CATALOG_OF_CLUSTER;
    if (strcmp(first, pg_database_queries[0].text) == 0) x->catalog = CATALOG_OF_DATABASE;
    if (x->catalog) x->class = sql->count == 1 ? VIRTUAL_PROBE : VIRTUAL_SQL_READ;
    x->statements = arena_array(x->arena, sql->count, sizeof(const char *));
    for (size_t i = 0; i < sql->count; i++) {
        const struct sql_statement *s = &sql->statements[i];
        x->statements[i] = s->password ? arena_printf(x->arena, "%s'SCRAM of %s'", s->text,
                                                      secret_bytes(s->password))
                                       : arena_strdup(x->arena, s->text);
    }
    const char *word = x->class == VIRTUAL_PROBE ? "probe" : x->catalog ? "read" : "write";
    /* The lock that every transaction begins with says nothing. */
    const char *said = x->count > 1 && strstr(first, "advisory") ? x->statements[1] : first;
    x->line = arena_printf(x->arena, "SQL %s %s%s%.*s", word, x->database, x->catalog ? "" : " ",
                           x->catalog ? 0 : (int)strcspn(said, "\n'"), said);
}

static void exchange_record(struct virtual *v, const struct exchange *x)
{
    v->records = xreallocarray(v->records, v->record_count + 1, sizeof(*v->records));
    v->records[v->record_count++] =
        (struct call_record){.line = xstrdup(x->line), .class = x->class, .at = v->now};
}

struct exchange *virtual_exchange_new(struct virtual *v, struct call *call)
{
    struct arena *arena = arena_new();
    struct exchange *x = arena_alloc(arena, sizeof(*x));
    *x = (struct exchange){.arena = arena,
                           .call = call,
                           .kind = call->kind,
                           .number = v->record_count,
                           .deadline = call->deadline};
    if (call->kind == CALL_HTTP)
        exchange_http(x, &call->http);
    else
        exchange_sql(x, &call->sql);
    exchange_record(v, x);
    return x;
}

void virtual_exchange_free(struct exchange *x)
{
    if (!x) return;
    json_decref(x->json);
    arena_free(x->arena);
}

/* --- an answer goes ----------------------------------------------------------------------------
 */

void virtual_json(struct exchange *x, int status, json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    x->status = status;
    x->text = arena_strdup(x->arena, text);
    free(text);
    json_decref(body);
}

void virtual_error(struct exchange *x, int status, const char *code, const char *format, ...)
{
    char message[256];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    virtual_json(x, status, json_pack("{s:{s:s, s:s}}", "error", "code", code, "message", message));
}

void virtual_header(struct exchange *x, const char *name, const char *value)
{
    must(x->header_count < VIRTUAL_HEADERS);
    x->headers[x->header_count++] =
        (struct http_header){.name = name, .value = arena_strdup(x->arena, value)};
}

void virtual_exchange_answer(struct exchange *x)
{
    struct reply reply = {.kind = x->kind, .err = x->err, .unsent = x->unsent};
    if (!x->call) return;
    if (x->kind == CALL_SQL) {
        reply.sql = x->sql;
        if (!reply.sql.message) reply.sql.message = "";
        if (!reply.sql.source_function) reply.sql.source_function = "";
    } else if (x->err.kind == ERR_NONE) {
        reply.http = (struct http_reply){.status = x->status,
                                         .body = x->text ? x->text : "",
                                         .length = x->text ? strlen(x->text) : 0,
                                         .headers = x->headers,
                                         .header_count = x->header_count};
    }
    struct call *call = x->call;
    x->call = NULL;
    call->done(call, &reply);
}

/* --- what is remembered ------------------------------------------------------------------------
 */

void virtual_exchange_note(struct virtual *v, const struct exchange *x)
{
    char *outcome = v->records[x->number].outcome;
    size_t room = sizeof(v->records[x->number].outcome);
    const char *fault = x->fault ? x->fault->word : "";
    const char *between = x->fault ? " by fault " : "";
    if (x->err.kind != ERR_NONE)
        snprintf(outcome, room, "%.40s%s%.40s", x->err.text, between, fault);
    else if (x->kind == CALL_HTTP)
        snprintf(outcome, room, "%d%s%s", x->status, between, fault);
    else
        snprintf(outcome, room, "%s%s%s", x->sql.sqlstate[0] ? x->sql.sqlstate : "ok", between,
                 fault);
}

size_t virtual_calls(const struct virtual *v)
{
    return v->record_count;
}

const char *virtual_call_line(const struct virtual *v, size_t number)
{
    must(number < v->record_count);
    return v->records[number].line;
}

unsigned virtual_call_class(const struct virtual *v, size_t number)
{
    must(number < v->record_count);
    return v->records[number].class;
}

msec virtual_call_time(const struct virtual *v, size_t number)
{
    must(number < v->record_count);
    return v->records[number].at;
}

bool virtual_line_fits(const char *line, const char *pattern)
{
    size_t length = strlen(pattern);
    bool whole = length && pattern[length - 1] == '$';
    if (strncmp(line, pattern, length - whole) != 0) return false;
    return !whole || !line[length - 1];
}

size_t virtual_count(const struct virtual *v, const char *line, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < v->record_count; i++)
        n += virtual_line_fits(v->records[i].line, line);
    return n;
}

size_t virtual_count_class(const struct virtual *v, unsigned classes, size_t from)
{
    size_t n = 0;
    for (size_t i = from; i < v->record_count; i++) n += (v->records[i].class & classes) != 0;
    return n;
}

char *virtual_story(const struct virtual *v)
{
    struct buf b;
    buf_init(&b, VIRTUAL_ANSWER_MAX);
    for (size_t i = 0; i < v->record_count; i++) {
        const struct call_record *r = &v->records[i];
        buf_printf(&b, "%4zu %9.1f s  %s -> %s\n", i, (double)r->at / 1000 - 1000, r->line,
                   r->outcome[0] ? r->outcome : "...");
    }
    return buf_steal(&b);
}
