/* The written forms of field values: ids, locations, times. Whether a text has the form,
 * and whether two texts mean the same. Used by the field engines only. */
#ifndef FIELD_FORM_H
#define FIELD_FORM_H

#include <stdbool.h>

bool form_ipv4(const char *text);
/* "Asia/Seoul", "UTC", "Etc/GMT+9": the form of an IANA name; whether the zone exists is not asked.
 */
bool form_timezone(const char *text);
/* "04:00" to "23:59". */
bool form_time_of_day(const char *text);
/* "/subscriptions/...": segments in pairs, none empty, an ending slash allowed. */
bool form_arm_id(const char *text);
/* Letters, digits and blanks. */
bool form_location(const char *text);

/* Without case; an ending slash does not count. */
bool form_arm_id_equal(const char *a, const char *b);
/* Without case and blanks. */
bool form_location_equal(const char *a, const char *b);

#endif
