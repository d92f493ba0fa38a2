/* Well-formed UTF-8: see utf8.h. */
#include "base/utf8.h"

size_t utf8_next(const char *text, size_t length, uint32_t *point)
{
    /* Smallest number that needs as many bytes: anything below is an overlong form. */
    static const uint32_t smallest[] = {[2] = 0x80, [3] = 0x800, [4] = 0x10000};
    if (length == 0) return 0;
    unsigned char lead = (unsigned char)text[0];
    if (lead < 0x80) {
        *point = lead;
        return 1;
    }
    size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || size > length) return 0;
    uint32_t number = lead & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        unsigned char next = (unsigned char)text[i];
        if ((next & 0xC0) != 0x80) return 0;
        number = number << 6 | (next & 0x3FU);
    }
    if (number < smallest[size] || number > 0x10FFFF) return 0;
    if (number >= 0xD800 && number <= 0xDFFF) return 0;
    *point = number;
    return size;
}

size_t utf8_cut(const char *text, size_t length, size_t max)
{
    if (length <= max) return length;
    /* A character that crosses 'max' begins at most three bytes before it. */
    for (size_t back = 1; back <= 3 && back <= max; back++) {
        uint32_t point;
        size_t size = utf8_next(text + max - back, length - (max - back), &point);
        if (size > back) return max - back;
    }
    return max;
}
