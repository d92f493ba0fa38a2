/* One request and its reply: see exchange.h. */
#include "front/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/settings.h"
#include "control/sim.h"
#include "front/number.h"

/* Longer than any run of this program. */
#define HOLD_FOR_EVER_MS (INT64_C(100) * 365 * 24 * 3600 * 1000)

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

static char *percent_decode(struct arena *arena, const char *text, size_t length, bool form)
{
    char *out = arena_alloc(arena, length + 1);
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        int high = -1, low = -1;
        if (text[i] == '%' && i + 2 < length) {
            high = hex_digit(text[i + 1]);
            low = hex_digit(text[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else {
            out[n++] = form && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

/* In place: a path means the same with doubled slashes. */
static char *single_slashes(char *path)
{
    char *out = path;
    for (const char *p = path; *p; p++) {
        if (*p != '/' || out == path || out[-1] != '/') *out++ = *p;
    }
    *out = '\0';
    return path;
}

struct exchange *exchange_new(struct sim *sim, const char *method, const char *target)
{
    struct arena *arena = arena_new();
    struct exchange *x = arena_alloc(arena, sizeof(*x));
    x->sim = sim;
    x->arena = arena;
    x->method = arena_strdup(arena, method);
    x->target = arena_strdup(arena, target);
    x->status = 200;
    x->text = "";
    x->type = "unknown";
    buf_init(&x->body, BODY_MAX);
    const char *mark = strchr(x->target, '?');
    size_t length = mark ? (size_t)(mark - x->target) : strlen(x->target);
    while (length > 1 && x->target[length - 1] == '/') length--;
    x->path = single_slashes(percent_decode(arena, x->target, length, false));
    x->query = mark ? mark + 1 : "";
    return x;
}

void exchange_free(struct exchange *x)
{
    if (!x) return;
    buf_wipe(&x->body);
    json_decref(x->json);
    arena_free(x->arena);
}

/* Names of query parameters have no case and may be percent-encoded, as a dollar sign often is. */
const char *form_value(struct arena *arena, const char *form, const char *name)
{
    for (const char *p = form; *p; p += strcspn(p, "&"), p += (*p == '&')) {
        size_t length = strcspn(p, "=&");
        if (p[length] != '=' || strcasecmp(percent_decode(arena, p, length, true), name) != 0)
            continue;
        const char *value = p + length + 1;
        return percent_decode(arena, value, strcspn(value, "&"), true);
    }
    return NULL;
}

const char *exchange_query(const struct exchange *x, const char *name)
{
    return form_value(x->arena, x->query, name);
}

void reply_header(struct exchange *x, const char *name, const char *format, ...)
{
    if (x->header_n == HEADERS_MAX) return;
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) return;
    char *value = arena_alloc(x->arena, (size_t)length + 1);
    va_start(args, format);
    vsnprintf(value, (size_t)length + 1, format, args);
    va_end(args);
    x->headers[x->header_n++] = (struct header){arena_strdup(x->arena, name), value};
}

void reply_text(struct exchange *x, int status, const char *text)
{
    x->status = status;
    x->text = arena_strdup(x->arena, text);
    x->text_length = strlen(text);
}

void reply_json(struct exchange *x, int status, json_t *body)
{
    char *text = json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY);
    json_decref(body);
    reply_header(x, "Content-Type", "application/json; charset=utf-8");
    reply_text(x, status, text ? text : "");
    free(text);
}

void reply_error(struct exchange *x, int status, const char *code, const char *format, ...)
{
    char message[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    x->error_code = arena_strdup(x->arena, code);
    reply_json(x, status, json_pack("{s:{s:s, s:s}}", "error", "code", code, "message", message));
}

void reply_not_found(struct exchange *x, const char *type, const char *name)
{
    reply_error(x, 404, "ResourceNotFound",
                "The Resource '%s/%s' under resource group '%s' was not found. For more details "
                "please go to https://aka.ms/ARMResourceNotFoundFix",
                type, name, x->args[1] ? x->args[1] : "");
}

void reply_broken_gzip(struct exchange *x)
{
    reply_header(x, "Content-Encoding", "gzip");
    reply_text(x, 200, "\x1f\x8b\x08 no gzip follows");
}

void reply_endlessly(struct exchange *x)
{
    reply_header(x, "Content-Type", "application/json; charset=utf-8");
    reply_text(x, 200, "");
    x->delivery = DELIVER_ENDLESS;
}

void reply_never(struct exchange *x)
{
    x->hold_ms = HOLD_FOR_EVER_MS;
}

const char *reply_next_link(struct exchange *x, const char *token)
{
    struct buf b;
    buf_init(&b, BODY_MAX);
    buf_printf(&b, "%s%s?", x->sim->arm_url, x->path);
    for (const char *p = x->query; *p;) {
        size_t length = strcspn(p, "&"), name = strcspn(p, "=&");
        if (strcasecmp(percent_decode(x->arena, p, name, true), "$skiptoken") != 0)
            buf_printf(&b, "%.*s&", (int)length, p);
        p += length;
        if (*p == '&') p++;
    }
    buf_printf(&b, "%%24skiptoken=%s", token);
    const char *link = arena_strdup(x->arena, buf_text(&b));
    buf_done(&b);
    return link;
}

void reply_list(struct exchange *x, json_t *items)
{
    size_t size = (size_t)setting(&x->sim->settings, SET_PAGE_SIZE);
    int64_t top = number_or(exchange_query(x, "$top"), 0);
    int64_t asked = number_or(exchange_query(x, "$skiptoken"), 0);
    if (top > 0 && (size_t)top < size) size = (size_t)top;
    size_t from = asked > 0 ? (size_t)asked : 0;
    size_t to = x->empty_page ? from : from + size;
    json_t *page = json_array();
    for (size_t i = from; i < to && i < json_array_size(items); i++)
        json_array_append(page, json_array_get(items, i));
    json_t *body = json_pack("{s:o}", "value", page);
    if (to < json_array_size(items) || x->empty_page) {
        /* What follows an empty page has an address of its own, or the list would be a circle. */
        const char *here = exchange_query(x, "$skiptoken");
        const char *token = x->empty_page ? arena_printf(x->arena, "0%s", here ? here : "0")
                                          : arena_printf(x->arena, "%zu", to);
        json_object_set_new(body, "nextLink", json_string(reply_next_link(x, token)));
    }
    json_decref(items);
    reply_json(x, 200, body);
}
