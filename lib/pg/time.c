/* RFC 3339 times, as a document writes an account's end. Not for anything that needs a calendar in
 * words or a time zone's name: those depend on the machine. */
#include "pg/time.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Reads exactly 'digits' digits. */
static bool number(const char **p, int digits, int *value)
{
    int v = 0;
    for (int i = 0; i < digits; i++, (*p)++) {
        if (**p < '0' || **p > '9') return false;
        v = v * 10 + (**p - '0');
    }
    *value = v;
    return true;
}

static bool literal(const char **p, char c)
{
    if (**p != c) return false;
    (*p)++;
    return true;
}

/* Days since 1970-01-01 of a date in the Gregorian calendar: years start in March, so that the leap
 * day is the last one. */
static int64_t days_since_epoch(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = y / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static bool read_date(const char **p, int64_t *days)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year;
    int month;
    int day;
    if (!number(p, 4, &year) || !literal(p, '-') || !number(p, 2, &month) || !literal(p, '-') ||
        !number(p, 2, &day)) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > lengths[month - 1]) return false;
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2 && day == 29 && !leap) return false;
    *days = days_since_epoch(year, month, day);
    return true;
}

static bool read_clock(const char **p, int64_t *seconds)
{
    int hour;
    int minute;
    int second;
    if (!number(p, 2, &hour) || !literal(p, ':') || !number(p, 2, &minute) || !literal(p, ':') ||
        !number(p, 2, &second)) {
        return false;
    }
    if (**p == '.') {
        (*p)++;
        *p += strspn(*p, "0123456789");
    }
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 60;
}

/* "Z", "+09", "+09:00", "-0330". */
static bool read_zone(const char **p, int64_t *seconds)
{
    *seconds = 0;
    if (literal(p, 'Z') || literal(p, 'z')) return true;
    int sign = **p == '-' ? -1 : 1;
    int hour;
    int minute = 0;
    if (!literal(p, '+') && !literal(p, '-')) return false;
    if (!number(p, 2, &hour)) return false;
    if (**p == ':') (*p)++;
    if (**p && !number(p, 2, &minute)) return false;
    *seconds = sign * (hour * 3600 + minute * 60);
    return hour < 16 && minute < 60;
}

int pg_time_parse(const char *text, int64_t *seconds)
{
    const char *p = text;
    int64_t days;
    int64_t clock = 0;
    int64_t zone = 0;
    if (!read_date(&p, &days)) return -1;
    if (*p) {
        if (*p != 'T' && *p != 't' && *p != ' ') return -1;
        p++;
        if (!read_clock(&p, &clock) || !read_zone(&p, &zone) || *p) return -1;
    }
    *seconds = days * 86400 + clock - zone;
    return 0;
}

void pg_time_text(char *out, size_t size, int64_t seconds)
{
    const int64_t first = days_since_epoch(1, 1, 1) * 86400;
    const int64_t last = days_since_epoch(10000, 1, 1) * 86400;
    if (seconds < first || seconds >= last) {
        snprintf(out, size, "%sinfinity", seconds < first ? "-" : "");
        return;
    }
    int64_t days = (seconds - first) / 86400;
    int64_t clock = (seconds - first) % 86400;
    /* Walk by the average length of a year, then correct: at most a step in either direction. */
    int year = 1 + (int)(days * 400 / 146097);
    while (year > 1 && days_since_epoch(year, 1, 1) * 86400 > seconds) year--;
    while (days_since_epoch(year + 1, 1, 1) * 86400 <= seconds) year++;
    int month = 12;
    while (days_since_epoch(year, month, 1) * 86400 > seconds) month--;
    int day = 1 + (int)(days + first / 86400 - days_since_epoch(year, month, 1));
    snprintf(out, size, "%04d-%02d-%02dT%02d:%02d:%02dZ", year, month, day, (int)(clock / 3600),
             (int)(clock / 60 % 60), (int)(clock % 60));
}
