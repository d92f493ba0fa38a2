/* The written forms of field values: see form.h. */
#include "field/form.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool form_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool form_is_word(char c)
{
    return isalnum((unsigned char)c) && !((unsigned char)c & 0x80);
}

bool form_ipv4(const char *text)
{
    struct in_addr address;
    return inet_pton(AF_INET, text, &address) == 1;
}

bool form_timezone(const char *text)
{
    size_t parts = 1;
    if (!isalpha((unsigned char)*text)) return false;
    for (const char *p = text; *p; p++) {
        if (*p == '/') {
            if (!form_is_word(p[1]) || ++parts > 3) return false;
        } else if (!form_is_word(*p) && !strchr("_+-", *p)) {
            return false;
        }
    }
    return true;
}

bool form_time_of_day(const char *text)
{
    if (strlen(text) != 5 || text[2] != ':') return false;
    for (size_t i = 0; i < 5; i++)
        if (i != 2 && !form_is_digit(text[i])) return false;
    return (text[0] - '0') * 10 + (text[1] - '0') < 24 && text[3] < '6';
}

bool form_arm_id(const char *text)
{
    size_t segments = 0;
    if (*text != '/') return false;
    for (const char *p = text; *p == '/' && p[1];) {
        size_t length = strcspn(++p, "/");
        if (length == 0 || strcspn(p, " \t\r\n") < length) return false;
        segments++;
        p += length;
    }
    return segments >= 2 && segments % 2 == 0;
}

bool form_location(const char *text)
{
    bool any = false;
    for (const char *p = text; *p; p++) {
        if (!form_is_word(*p) && *p != ' ') return false;
        any = any || *p != ' ';
    }
    return any;
}

static size_t form_length_without_slash(const char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == '/') length--;
    return length;
}

bool form_arm_id_equal(const char *a, const char *b)
{
    size_t length = form_length_without_slash(a);
    return length == form_length_without_slash(b) && strncasecmp(a, b, length) == 0;
}

bool form_location_equal(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == ' ') a++;
        while (*b == ' ') b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
        if (!*a) return true;
    }
}
