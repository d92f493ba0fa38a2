/* The process's file descriptors as it finds them at its start. */
#ifndef BASE_DESCRIPTOR_H
#define BASE_DESCRIPTOR_H

#include "base/err.h"

/* Opens those of the descriptors 0, 1 and 2 that are closed on /dev/null, before anything else is
 * opened: whatever would get their numbers would be read as our input and written as our output.
 * -1 with errno. */
int descriptors_fill(void);

/* Makes sure of at least 'least' descriptors (getrlimit(2), RLIMIT_NOFILE), raising the soft limit
 * up to 'most' where the hard one allows it. Failure: CONFIG, with what the limit is. */
int descriptors_require(unsigned least, unsigned most, struct err *err);

#endif
