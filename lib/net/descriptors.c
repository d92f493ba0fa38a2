/* When descriptors run out: see descriptors.h. */
#include "net/descriptors.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/must.h"

enum { DESCRIPTORS_MAX = 16 };

bool descriptors_ran_out(int number)
{
    return number == EMFILE || number == ENFILE;
}

bool descriptors_available(size_t count)
{
    int opened[DESCRIPTORS_MAX] = {0}, why = 0;
    size_t n = 0;
    must(count <= DESCRIPTORS_MAX);
    for (; n < count; n++) {
        opened[n] = eventfd(0, EFD_CLOEXEC);
        if (opened[n] >= 0) continue;
        why = errno;
        break;
    }
    bool enough = n == count || !descriptors_ran_out(why);
    while (n > 0) close(opened[--n]);
    errno = why;
    return enough;
}

void descriptors_blame(const char *who, struct err *err)
{
    int why = EMFILE;
    if (!strstr(err->text, strerror(EMFILE))) {
        why = ENFILE;
        if (!strstr(err->text, strerror(ENFILE))) {
            if (descriptors_available(1)) return;
            why = errno;
        }
    }
    err_set(err, ERR_TRANSIENT, "%s: %s", who, strerror(why));
}
