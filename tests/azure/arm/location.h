/* The regions' two spellings: "koreacentral" and "Korea Central". */
#ifndef AZSIM_LOCATION_H
#define AZSIM_LOCATION_H

#include <stdbool.h>
#include <stddef.h>

/* Lower case without blanks; free() it. */
char *location_name(const char *location);
/* As servers are answered: the display name; the text itself for a region not known here. */
const char *location_display(const char *location);
/* The names of all regions known here, with commas between; free() it. */
char *location_names(void);
/* The display name of one after the other; NULL after the last. */
const char *location_at(size_t i);
bool location_same(const char *a, const char *b);

#endif
