/* Time and chance for the local Azure: see clock.h. */
#include "front/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <openssl/evp.h>

#include "base/mem.h"

int64_t clock_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_unix(void)
{
    return (int64_t)time(NULL);
}

void clock_text_at(char out[CLOCK_TEXT], int64_t unix_seconds)
{
    time_t when = (time_t)unix_seconds;
    struct tm tm;
    gmtime_r(&when, &tm);
    strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void clock_text(char out[CLOCK_TEXT], int digits)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    clock_text_at(out, ts.tv_sec);
    if (digits <= 0) return;
    char fraction[16];
    snprintf(fraction, sizeof(fraction), "%07ld", ts.tv_nsec / 100 % 10000000);
    char *end = strchr(out, 'Z');
    size_t room = CLOCK_TEXT - (size_t)(end - out);
    snprintf(end, room, ".%.*sZ", digits < 7 ? digits : 7, fraction);
}

void clock_http_text(char out[CLOCK_TEXT], int64_t unix_seconds)
{
    struct tm tm;
    time_t t = (time_t)unix_seconds;
    gmtime_r(&t, &tm);
    strftime(out, CLOCK_TEXT, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

void random_bytes(void *out, size_t size)
{
    unsigned char *p = out;
    while (size) {
        ssize_t got = getrandom(p, size, 0);
        if (got <= 0) continue;
        p += got;
        size -= (size_t)got;
    }
}

uint32_t random_below(uint32_t below)
{
    uint64_t draw;
    random_bytes(&draw, sizeof(draw));
    return (uint32_t)(draw % below);
}

void random_guid(char out[GUID_TEXT])
{
    unsigned char b[16];
    random_bytes(b, sizeof(b));
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(out, GUID_TEXT, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
             b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}

char *base64url(const void *data, size_t size)
{
    unsigned char *text = xmalloc((size + 2) / 3 * 4 + 1);
    EVP_EncodeBlock(text, data, (int)size);
    char *p = (char *)text;
    for (; *p && *p != '='; p++) {
        if (*p == '+') *p = '-';
        if (*p == '/') *p = '_';
    }
    *p = '\0';
    return (char *)text;
}
