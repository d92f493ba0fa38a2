/* A statement read word by word: see virtual_model.h. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"
#include "support/virtual_model.h"

/* 'close' doubled stands for itself; 'escapes': so does a doubled backslash. */
static void words_quoted(struct words *w, char close, bool escapes)
{
    size_t n = 0;
    for (w->at++; *w->at; w->at++) {
        if (*w->at == close && w->at[1] != close) break;
        if (*w->at == close || (escapes && *w->at == '\\')) w->at++;
        if (n + 1 < MODEL_WORD) w->word[n++] = *w->at;
    }
    if (*w->at) w->at++;
    w->word[n] = '\0';
}

static void words_run(struct words *w, const char *more)
{
    size_t n = 0;
    while (*w->at && (isalnum((unsigned char)*w->at) || strchr(more, *w->at))) {
        if (n + 1 < MODEL_WORD) w->word[n++] = *w->at;
        w->at++;
    }
    w->word[n] = '\0';
}

void words_next(struct words *w)
{
    while (isspace((unsigned char)*w->at)) w->at++;
    w->word[0] = '\0';
    if (!*w->at) {
        w->token = TOKEN_END;
    } else if (*w->at == '"') {
        w->token = TOKEN_QUOTED;
        words_quoted(w, '"', false);
    } else if (*w->at == '\'' || (w->at[0] == 'E' && w->at[1] == '\'')) {
        bool escapes = *w->at == 'E';
        w->token = TOKEN_LITERAL;
        w->at += escapes;
        words_quoted(w, '\'', escapes);
    } else if (isalpha((unsigned char)*w->at) || *w->at == '_') {
        w->token = TOKEN_WORD;
        words_run(w, "_$");
    } else if (isdigit((unsigned char)*w->at) || *w->at == '-') {
        w->token = TOKEN_NUMBER;
        words_run(w, "-");
    } else {
        w->token = TOKEN_OTHER;
        w->word[0] = *w->at++;
        w->word[1] = '\0';
    }
}

void words_init(struct words *w, const char *sql)
{
    w->at = sql;
    words_next(w);
}

bool words_is(const struct words *w, const char *keyword)
{
    return w->token != TOKEN_QUOTED && w->token != TOKEN_LITERAL &&
           strcasecmp(w->word, keyword) == 0;
}

bool words_take(struct words *w, const char *keywords)
{
    struct words at = *w;
    while (*keywords) {
        size_t length = strcspn(keywords, " ");
        bool keyword = at.token == TOKEN_WORD || at.token == TOKEN_OTHER;
        if (!keyword || strlen(at.word) != length || strncasecmp(at.word, keywords, length) != 0)
            return false;
        words_next(&at);
        keywords += length + (keywords[length] == ' ');
    }
    *w = at;
    return true;
}

bool words_name(struct words *w, char out[MODEL_WORD])
{
    if (w->token != TOKEN_WORD && w->token != TOKEN_QUOTED) return false;
    memcpy(out, w->word, MODEL_WORD);
    words_next(w);
    return true;
}

bool words_literal(struct words *w, char out[MODEL_WORD])
{
    if (w->token != TOKEN_LITERAL) return false;
    memcpy(out, w->word, MODEL_WORD);
    words_next(w);
    return true;
}

bool words_end(const struct words *w)
{
    return w->token == TOKEN_END;
}

bool words_number(struct words *w, json_int_t *number)
{
    bool negative = w->word[0] == '-';
    uint64_t digits = 0;
    if (w->token != TOKEN_NUMBER || number_parse(w->word + negative, &digits) < 0) return false;
    *number = negative ? -(json_int_t)digits : (json_int_t)digits;
    words_next(w);
    return true;
}
