/* Decimal numbers in texts that others wrote. */
#ifndef BASE_DECIMAL_H
#define BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>

/* Reads the decimal number that 'text' begins with: "-1", "0.5", ".5", "1e3"; no blanks before it,
 * nothing hexadecimal, no "inf" or "nan". Returns how many bytes it has; 0, with '*out' untouched,
 * where there is none or it is too large. */
size_t decimal_read(const char *text, double *out);

/* Is 'text' such a number and nothing else? */
bool decimal_parse(const char *text, double *out);

#endif
