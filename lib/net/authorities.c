/* Files of certification authorities: see authorities.h. */
#include "net/authorities.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

const char *authorities_of_system(void)
{
    static const char *const files[] = {
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/cert.pem",
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
        if (access(files[i], R_OK) == 0) return files[i];
    return files[0];
}

int authorities_check(const char *path, struct err *err)
{
    struct stat status;
    if (stat(path, &status) < 0) return 0;
    if (S_ISREG(status.st_mode) && access(path, R_OK) < 0)
        return err_set(err, ERR_CONFIG, "the authorities %s: %s", path, strerror(errno));
    if (S_ISREG(status.st_mode)) return 0;
    return err_set(err, ERR_CONFIG, "the authorities %s: is %s, not a regular file", path,
                   file_type_word(status.st_mode));
}
