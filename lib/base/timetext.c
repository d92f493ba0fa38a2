/* Times and spans as texts: see timetext.h. */
#include "base/timetext.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DAY_S 86400

/* Reads decimal digits at '*at' up to 'limit' of them; false where there is none. */
static bool take_digits(const char **at, unsigned limit, uint64_t *number)
{
    uint64_t value = 0;
    unsigned count = 0;
    for (; isdigit((unsigned char)**at) && count < limit; (*at)++, count++)
        value = value * 10 + (uint64_t)(**at - '0');
    *number = value;
    return count > 0 && !isdigit((unsigned char)**at);
}

/* Reads exactly 'count' digits. */
static bool take_exactly(const char **at, unsigned count, int *number)
{
    int value = 0;
    for (unsigned i = 0; i < count; i++, (*at)++) {
        if (!isdigit((unsigned char)**at)) return false;
        value = value * 10 + (**at - '0');
    }
    *number = value;
    return true;
}

/* Reads ".ddd" of any length where there is one; thousandths. */
static bool take_fraction(const char **at, unsigned *thousandths)
{
    *thousandths = 0;
    if (**at != '.' && **at != ',') return true;
    (*at)++;
    if (!isdigit((unsigned char)**at)) return false;
    for (unsigned weight = 100; isdigit((unsigned char)**at); (*at)++, weight /= 10)
        *thousandths += weight * (unsigned)(**at - '0');
    return true;
}

/* The units in the only order in which they may appear. */
static const struct {
    char letter;
    bool time; /* after the T */
    uint64_t ms;
} units[] = {
    {'W', false, 7 * UINT64_C(86400000)}, {'D', false, UINT64_C(86400000)},
    {'H', true, UINT64_C(3600000)},       {'M', true, UINT64_C(60000)},
    {'S', true, UINT64_C(1000)},
};
#define UNIT_N (sizeof(units) / sizeof(units[0]))

/* Reads one "12H"; 'unit' is where the search for its letter begins, and then the one after it. */
static bool take_component(const char **at, bool in_time, size_t *unit, uint64_t *ms)
{
    uint64_t number;
    unsigned thousandths;
    if (!take_digits(at, 9, &number) && **at != '.' && **at != ',') return false;
    if (!take_fraction(at, &thousandths)) return false;
    char letter = (char)toupper((unsigned char)**at);
    while (*unit < UNIT_N && (units[*unit].letter != letter || units[*unit].time != in_time))
        (*unit)++;
    if (*unit == UNIT_N) return false;
    *ms += number * units[*unit].ms + thousandths * (units[*unit].ms / 1000);
    (*unit)++;
    (*at)++;
    return true;
}

int timetext_duration(const char *text, uint64_t *ms)
{
    const char *at = text;
    uint64_t total = 0;
    size_t unit = 0;
    bool in_time = false, any = false;
    if (toupper((unsigned char)*at++) != 'P') return -1;
    while (*at) {
        if (toupper((unsigned char)*at) == 'T') {
            if (in_time || !at[1]) return -1;
            in_time = true;
            at++;
        }
        if (!take_component(&at, in_time, &unit, &total)) return -1;
        any = true;
    }
    if (!any) return -1;
    *ms = total;
    return 0;
}

/* Days from 1970-01-01 to a date of the Gregorian calendar, by counting 400-year eras whose years
 * begin in March, so that the leap day comes last. */
static int64_t days_since_1970(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static bool date_exists(int year, int month, int day)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1) return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= lengths[month - 1] + (month == 2 && leap);
}

/* Reads "Z" or "+09:00"; seconds east of UTC. */
static bool take_offset(const char **at, int *offset_s)
{
    char sign = *(*at)++;
    *offset_s = 0;
    if (sign == 'Z' || sign == 'z') return true;
    int hour, minute;
    if (sign != '+' && sign != '-') return false;
    if (!take_exactly(at, 2, &hour) || *(*at)++ != ':' || !take_exactly(at, 2, &minute))
        return false;
    if (hour > 23 || minute > 59) return false;
    *offset_s = (hour * 3600 + minute * 60) * (sign == '-' ? -1 : 1);
    return true;
}

int timetext_moment(const char *text, int64_t *ms)
{
    const char *at = text;
    int year, month, day, hour, minute, second, offset_s;
    unsigned thousandths;
    if (!take_exactly(&at, 4, &year) || *at++ != '-' || !take_exactly(&at, 2, &month) ||
        *at++ != '-' || !take_exactly(&at, 2, &day) || !date_exists(year, month, day))
        return -1;
    if (!*at || !strchr("Tt ", *at)) return -1;
    at++;
    if (!take_exactly(&at, 2, &hour) || *at++ != ':' || !take_exactly(&at, 2, &minute) ||
        *at++ != ':' || !take_exactly(&at, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return -1;
    if (!take_fraction(&at, &thousandths) || !*at || !take_offset(&at, &offset_s) || *at) return -1;
    int64_t seconds =
        days_since_1970(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second;
    *ms = (seconds - offset_s) * 1000 + thousandths;
    return 0;
}

int timetext_retry_after(const char *text, uint64_t *ms)
{
    uint64_t seconds = 0;
    while (*text == ' ') text++;
    const char *at = text;
    for (; isdigit((unsigned char)*at); at++)
        if (seconds <= DAY_S) seconds = seconds * 10 + (uint64_t)(*at - '0');
    if (at == text || *at) return -1;
    *ms = (seconds < DAY_S ? seconds : DAY_S) * 1000;
    return 0;
}

/* Reads a word of letters; its length, 0 where there is none. */
static size_t take_word(const char **at)
{
    const char *begin = *at;
    while (isalpha((unsigned char)**at)) (*at)++;
    return (size_t)(*at - begin);
}

static bool take_char(const char **at, char c)
{
    if (**at != c) return false;
    (*at)++;
    return true;
}

/* Reads "Nov"; 1 is January. */
static bool take_month(const char **at, int *month)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const char *word = *at;
    if (take_word(at) != 3) return false;
    for (*month = 1; *month <= 12; (*month)++)
        if (memcmp(names + (ptrdiff_t)(*month - 1) * 3, word, 3) == 0) return true;
    return false;
}

/* Reads "08:49:37"; seconds of the day. */
static bool take_clock(const char **at, int *seconds)
{
    int hour, minute, second;
    if (!take_exactly(at, 2, &hour) || !take_char(at, ':') || !take_exactly(at, 2, &minute) ||
        !take_char(at, ':') || !take_exactly(at, 2, &second))
        return false;
    *seconds = hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second <= 60;
}

struct http_date {
    int year, month, day, seconds;
};

/* "Nov  6 08:49:37 1994", as asctime() writes it. */
static bool take_asctime(const char *at, struct http_date *d)
{
    if (!take_month(&at, &d->month) || !take_char(&at, ' ')) return false;
    if (!(take_char(&at, ' ') ? take_exactly(&at, 1, &d->day) : take_exactly(&at, 2, &d->day)))
        return false;
    return take_char(&at, ' ') && take_clock(&at, &d->seconds) && take_char(&at, ' ') &&
           take_exactly(&at, 4, &d->year) && !*at;
}

/* "06 Nov 1994 08:49:37 GMT"; with hyphens and a year of two digits in RFC 850's form, which have
 * been of this century since RFC 850 was given up. */
static bool take_http_date(const char *at, struct http_date *d)
{
    if (!take_exactly(&at, 2, &d->day)) return false;
    char between = *at;
    if ((between != ' ' && between != '-') || !take_char(&at, between) ||
        !take_month(&at, &d->month) || !take_char(&at, between))
        return false;
    if (!take_exactly(&at, between == ' ' ? 4 : 2, &d->year)) return false;
    if (between == '-') d->year += 2000;
    return take_char(&at, ' ') && take_clock(&at, &d->seconds) && strcmp(at, " GMT") == 0;
}

int timetext_http_date(const char *text, int64_t *ms)
{
    struct http_date d;
    const char *at = text;
    if (!take_word(&at)) return -1; /* the day of the week says nothing new */
    bool comma = take_char(&at, ',');
    if (!take_char(&at, ' ') || !(comma ? take_http_date(at, &d) : take_asctime(at, &d)) ||
        !date_exists(d.year, d.month, d.day))
        return -1;
    *ms = (days_since_1970(d.year, d.month, d.day) * DAY_S + d.seconds) * 1000;
    return 0;
}

int timetext_retry_after_at(const char *text, int64_t wall_clock_ms, uint64_t *ms)
{
    if (timetext_retry_after(text, ms) == 0) return 0;
    int64_t until;
    while (*text == ' ') text++;
    if (timetext_http_date(text, &until) < 0) return -1;
    int64_t span = until > wall_clock_ms ? until - wall_clock_ms : 0;
    *ms = (uint64_t)(span < DAY_S * INT64_C(1000) ? span : DAY_S * INT64_C(1000));
    return 0;
}

void timetext_print(int64_t ms, char out[TIMETEXT_MOMENT])
{
    int64_t day_ms = DAY_S * INT64_C(1000);
    int64_t days = ms / day_ms - (ms % day_ms < 0);
    int64_t rest = ms - days * day_ms;
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t doe = shifted - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2);
    int64_t day = doy - (153 * mp + 2) / 5 + 1;
    /* Years stay in four digits: the caller's clock is a clock, not an adversary. */
    snprintf(out, TIMETEXT_MOMENT, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)(year % 10000),
             (int)month, (int)day, (int)(rest / 3600000), (int)(rest / 60000 % 60),
             (int)(rest / 1000 % 60), (int)(rest % 1000));
}
