/* "Did you mean": see suggest.h. */
#include "base/suggest.h"

#include <string.h>

enum { WORD_MAX = 63 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment, three rows at a time. */
size_t suggest_distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    size_t a_length = strnlen(a, WORD_MAX);
    size_t b_length = strnlen(b, WORD_MAX);
    size_t *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_length; j++) before[j] = last[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        char x = lower(a[i - 1]);
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            char y = lower(b[j - 1]);
            row[j] = least(last[j - 1] + (x != y), least(last[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *reuse = before;
        before = last;
        last = row;
        row = reuse;
    }
    return last[b_length];
}

const char *suggest(const char *word, const char *const *words, size_t count)
{
    /* A third of the letters may be wrong, and always one: more is another word. */
    size_t allowed = strlen(word) / 3;
    size_t best = allowed > 1 ? allowed : 1;
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance = suggest_distance(word, words[i]);
        if (distance > best || (found && distance == best)) continue;
        /* A word that shares no letter with the short one asked for is not meant. */
        if (distance >= strlen(word) || distance >= strlen(words[i])) continue;
        best = distance;
        found = words[i];
    }
    return found;
}
