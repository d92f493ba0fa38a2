/* Telling well-formed UTF-8 from other bytes, for everything that shows texts of other programs. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Reads the character at 'text', of which 'length' bytes may be looked at. Returns how many bytes
 * it has and puts its number into '*point'; 0 where there is no well-formed character (RFC 3629:
 * also no overlong form, no surrogate, nothing above U+10FFFF) or 'length' is 0. */
size_t utf8_next(const char *text, size_t length, uint32_t *point);

/* The largest length up to 'max' at which 'text' of 'length' bytes can be cut without splitting a
 * well-formed character. */
size_t utf8_cut(const char *text, size_t length, size_t max);

#endif
