#include "pg/diff/texts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int pg_texts_compare(const char *a, const char *b)
{
    if (!a || !b) return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

int pg_texts_order(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

size_t pg_texts_sort(const char **texts, size_t count)
{
    size_t kept = 0;
    if (count) qsort(texts, count, sizeof(*texts), pg_texts_order);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || strcmp(texts[i], texts[i - 1]) != 0) texts[kept++] = texts[i];
    }
    return kept;
}

size_t pg_texts_find(const char *const *texts, size_t count, const char *text)
{
    const char *const *found =
        count ? bsearch(&text, texts, count, sizeof(*texts), pg_texts_order) : NULL;
    return found ? (size_t)(found - texts) : SIZE_MAX;
}
