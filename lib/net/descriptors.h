/* When descriptors run out: libraries say so in many ways, or not at all; here it gets one name. */
#ifndef NET_DESCRIPTORS_H
#define NET_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* Can 'count' (at most 16) descriptors be opened at this moment? Otherwise errno says why: EMFILE
 * or ENFILE. */
bool descriptors_available(size_t count);

/* Is 'number' an errno that says that there are none? */
bool descriptors_ran_out(int number);

/* Replaces 'err', what a library said about 'who', where descriptors have run out now or 'err' says
 * that they had: "WHO: Too many open files", TRANSIENT. */
void descriptors_blame(const char *who, struct err *err);

#endif
