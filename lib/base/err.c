/* The one error value: see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *word;
    bool retryable;
} kinds[ERR_KIND_N] = {
#define X(name, word, meaning, retryable) [ERR_##name] = {word, retryable},
    ERR_KINDS(X)
#undef X
};

int err_set(struct err *e, enum err_kind kind, const char *format, ...)
{
    if (!e) return -1;
    char text[sizeof(e->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    err_clear(e);
    e->kind = kind;
    memcpy(e->text, text, sizeof(text));
    return -1;
}

int err_prefix(struct err *e, const char *format, ...)
{
    if (!e) return -1;
    char prefix[256];
    char text[sizeof(e->text)];
    va_list args;
    va_start(args, format);
    vsnprintf(prefix, sizeof(prefix), format, args);
    va_end(args);
    memcpy(text, e->text, sizeof(text));
    text[sizeof(text) - 1] = '\0';
    snprintf(e->text, sizeof(e->text), "%s: %.*s", prefix,
             (int)(sizeof(e->text) - strlen(prefix) - 3), text);
    return -1;
}

void err_clear(struct err *e)
{
    if (e) memset(e, 0, sizeof(*e));
}

const char *err_kind_word(enum err_kind kind)
{
    return kind < ERR_KIND_N ? kinds[kind].word : "unknown";
}

bool err_retryable(enum err_kind kind)
{
    return kind < ERR_KIND_N && kinds[kind].retryable;
}
