/* Whole decimal numbers as texts: the only way from one to the other that cannot be misunderstood.
 */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stdint.h>

/* Reads 'text', which must be nothing but digits (no sign, no blank) and fit. Returns 0, or -1 with
 * 'number' untouched. */
int number_parse(const char *text, uint64_t *number);

#endif
