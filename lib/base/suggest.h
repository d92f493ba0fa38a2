/* "Did you mean": the known word that is nearest to a misspelt one. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* Insertions, deletions, replacements and swaps of neighbours that turn 'a' into 'b'; letters that
 * differ in case only count as equal. Only the first 63 bytes of each are looked at. */
size_t suggest_distance(const char *a, const char *b);

/* The word of 'words' ('count' of them) nearest to 'word', the first one among equals; NULL where
 * none is near enough to be meant. */
const char *suggest(const char *word, const char *const *words, size_t count);

#endif
