/* What PostgreSQL, its tools and its library would take from the environment of whoever calls. */
#ifndef RUN_CLEAN_ENVIRONMENT_H
#define RUN_CLEAN_ENVIRONMENT_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/* Takes every variable PG... away (where the programs are, PG_BINDIR, and our own PGDRIFT_... stay)
 * and names locale and time zone. For a program that starts a PostgreSQL, before it has threads. */
static inline void clean_environment(void)
{
    for (size_t i = 0; environ && environ[i];) {
        char name[64] = "";
        size_t length = strcspn(environ[i], "=");
        bool theirs = strncmp(environ[i], "PG", 2) == 0 && strncmp(environ[i], "PG_", 3) != 0 &&
                      strncmp(environ[i], "PGDRIFT_", 8) != 0 && length < sizeof(name);
        if (theirs) memcpy(name, environ[i], length);
        if (!theirs || unsetenv(name) != 0) i++;
    }
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TZ", "UTC0", 1);
}

#endif
