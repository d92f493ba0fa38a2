/* Decimal numbers in texts: see decimal.h. */
#include "base/decimal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static size_t decimal_digits(const char *text)
{
    return strspn(text, "0123456789");
}

static size_t decimal_sign(const char *text)
{
    return *text == '+' || *text == '-';
}

/* How many bytes of 'text' are a decimal number. */
static size_t decimal_extent(const char *text)
{
    size_t at = decimal_sign(text);
    size_t whole = decimal_digits(text + at), fraction = 0;
    at += whole;
    if (text[at] == '.') {
        fraction = decimal_digits(text + at + 1);
        at += 1 + fraction;
    }
    if (!whole && !fraction) return 0;
    if (text[at] == 'e' || text[at] == 'E') {
        size_t exponent = 1 + decimal_sign(text + at + 1);
        size_t length = decimal_digits(text + at + exponent);
        if (length) at += exponent + length;
    }
    return at;
}

size_t decimal_read(const char *text, double *out)
{
    size_t length = decimal_extent(text);
    if (!length) return 0;
    char *end = NULL;
    errno = 0;
    double value = strtod(text, &end);
    if (errno || end != text + length) return 0; /* "0x10" is no decimal number, nor is its "0" */
    *out = value;
    return length;
}

bool decimal_parse(const char *text, double *out)
{
    double value;
    size_t length = decimal_read(text, &value);
    if (!length || text[length]) return false;
    *out = value;
    return true;
}
