/* The version of pgdriftd, in this one place: the programs, the installed pages and the Makefile
 * all read it here. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define PGDRIFT_VERSION "0.1.0"

#endif
