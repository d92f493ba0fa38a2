/* Lists of names: comparing, sorting, finding. Private to lib/pg. */
#ifndef PG_DIFF_TEXTS_H
#define PG_DIFF_TEXTS_H

#include <stddef.h>

/* Both are the same text, or both NULL. */
#define PG_TEXTS_SAME(a, b) (pg_texts_compare((a), (b)) == 0)

/* As strcmp(); NULL comes first. */
int pg_texts_compare(const char *a, const char *b);
/* For qsort() and bsearch() over 'const char *'; none of them NULL. */
int pg_texts_order(const void *a, const void *b);
/* Sorts the list and removes repetitions; how many are left. */
size_t pg_texts_sort(const char **texts, size_t count);
/* The place of 'text' in a sorted list; SIZE_MAX: it is not there. */
size_t pg_texts_find(const char *const *texts, size_t count, const char *text);

#endif
