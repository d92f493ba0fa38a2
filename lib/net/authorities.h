/* The files of certification authorities that HTTP and SQL trust. */
#ifndef NET_AUTHORITIES_H
#define NET_AUTHORITIES_H

#include "base/err.h"

/* The file that stands for "the system's store", for libraries that know no name for it: the first
 * that exists of those of Debian, Fedora and BSD. */
const char *authorities_of_system(void);

/* Can 'path' be given to a library, which will read it while the loop waits? Failure: CONFIG where
 * it is a pipe or a device, which may have no end, or may not be read (libpq would show
 * uninitialised memory for that reason). A file that is missing is the library's to report. */
int authorities_check(const char *path, struct err *err);

#endif
