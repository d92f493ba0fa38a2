/* Numbers in texts, parsed to their end. */
#ifndef AZSIM_NUMBER_H
#define AZSIM_NUMBER_H

#include <stdint.h>

/* The number that 'text' (may be NULL) is as a whole, without regard to surrounding white space;
 * 'fallback' where it is none. */
int64_t number_or(const char *text, int64_t fallback);
/* The number that 'text' begins with, 0 where it does not; what follows it goes to 'rest', which
 * may be NULL. */
int64_t number_lead(const char *text, const char **rest);

#endif
