/* "Did you mean": see suggest.h. */
#include "base/suggest.h"

#include <string.h>

#include "base/must.h"

enum { WORD_MAX = 63 };

static char suggest_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t suggest_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment, three rows at a time, and of each row only what is within 'limit' of
 * the diagonal: a cell farther away stands for more changes than that. */
static size_t suggest_distance_within(const char *a, size_t a_length, const char *b,
                                      size_t b_length, size_t limit)
{
    size_t rows[3][WORD_MAX + 2];
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    must(a_length <= WORD_MAX && b_length <= WORD_MAX);
    limit = suggest_least(limit, WORD_MAX);
    if (a_length > b_length + limit || b_length > a_length + limit) return limit + 1;
    size_t last_nearest = 0;
    for (size_t j = 0; j <= b_length + 1; j++) before[j] = last[j] = row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t from = i > limit ? i - limit : 1;
        size_t to = suggest_least(b_length, i + limit);
        size_t nearest = suggest_least(from == 1 ? i : limit + 1, limit + 1);
        char x = suggest_lower(a[i - 1]);
        row[from - 1] = from == 1 ? i : limit + 1;
        for (size_t j = from; j <= to; j++) {
            char y = suggest_lower(b[j - 1]);
            row[j] = suggest_least(last[j - 1] + (x != y), suggest_least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == suggest_lower(b[j - 2]) && suggest_lower(a[i - 2]) == y)
                row[j] = suggest_least(row[j], before[j - 2] + 1);
            nearest = suggest_least(nearest, row[j]);
        }
        row[to + 1] = limit + 1;
        /* A swap reaches back over a row: two rows must be too far. */
        if (nearest > limit && last_nearest > limit) return limit + 1;
        last_nearest = nearest;
        size_t *reuse = before;
        before = last;
        last = row;
        row = reuse;
    }
    return suggest_least(last[b_length], limit + 1);
}

size_t suggest_distance(const char *a, const char *b)
{
    return suggest_distance_within(a, strnlen(a, WORD_MAX), b, strnlen(b, WORD_MAX), WORD_MAX);
}

const char *suggest(const char *word, const char *const *words, size_t count)
{
    /* A third of the letters may be wrong, and always one: more is another word. */
    size_t length = strlen(word), word_length = strnlen(word, WORD_MAX);
    size_t best = length / 3 > 1 ? length / 3 : 1;
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t limit = found ? best - 1 : best; /* the first one among equals */
        size_t other_length = strnlen(words[i], WORD_MAX);
        size_t distance = suggest_distance_within(word, word_length, words[i], other_length, limit);
        if (distance > limit) continue;
        /* A word that shares no letter with the short one asked for is not meant. */
        if (distance >= length || distance >= other_length) continue;
        best = distance;
        found = words[i];
        if (distance == 0) break;
    }
    return found;
}
