/* Reading secrets: see credential.h. */
#include "config/credential.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/secret_ref.h"

/* Checks a secret's bytes and takes them over; 'what' names their place in messages. */
static struct secret *accept_bytes(const char *bytes, size_t length, const char *what,
                                   struct err *err)
{
    if (length == 0)
        err_set(err, ERR_CONFIG, "%s is empty", what);
    else if (length > CREDENTIAL_MAX)
        err_set(err, ERR_CONFIG, "%s is larger than %d kB", what, CREDENTIAL_MAX / 1024);
    else if (memchr(bytes, '\0', length))
        err_set(err, ERR_CONFIG, "%s contains a NUL byte", what);
    else
        return secret_new(bytes, length);
    return NULL;
}

/* May this file hold a secret? systemd's own credential files are 0400 or 0440. */
static int credential_check_mode(const struct stat *status, const char *path, struct err *err)
{
    if (!(status->st_mode & (S_IROTH | S_IWOTH))) return 0;
    return err_set(err, ERR_CONFIG,
                   "%s can be read or written by everybody (mode %04o); chmod o= %s", path,
                   (unsigned)status->st_mode & 07777, path);
}

static struct secret *from_file(const char *path, struct err *err)
{
    struct stat status;
    int fd = file_open(path, &status, err);
    if (fd < 0) {
        err_prefix(err, "%s", path);
        return NULL;
    }
    struct secret *secret = NULL;
    size_t room = CREDENTIAL_MAX + 2; /* the newline, and one byte too many */
    char *bytes = NULL;
    if (credential_check_mode(&status, path, err) < 0) goto out;
    bytes = xmalloc(room);
    ssize_t length = file_fill(fd, bytes, room);
    if (length < 0) {
        err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
        goto out;
    }
    if (length > 0 && bytes[length - 1] == '\n') length--;
    secret = accept_bytes(bytes, (size_t)length, path, err);
out:
    if (bytes) mem_wipe(bytes, room);
    free(bytes);
    close(fd);
    return secret;
}

static struct secret *from_credential(const char *name, struct err *err)
{
    const char *directory = getenv("CREDENTIALS_DIRECTORY");
    if (!directory || !*directory) {
        err_set(err, ERR_CONFIG,
                "credential:%s: $CREDENTIALS_DIRECTORY is not set; the unit needs "
                "LoadCredential=%s:FILE",
                name, name);
        return NULL;
    }
    char *path = xasprintf("%s/%s", directory, name);
    struct secret *secret = from_file(path, err);
    free(path);
    return secret;
}

static struct secret *from_environment(const char *name, struct err *err)
{
    const char *text = getenv(name);
    char what[160];
    snprintf(what, sizeof(what), "environment variable %.128s", name);
    if (text) return accept_bytes(text, strlen(text), what, err);
    err_set(err, ERR_CONFIG, "%s is not set", what);
    return NULL;
}

struct secret *credential_read(const char *reference, struct err *err)
{
    struct secret_ref ref;
    if (!secret_ref_parse(reference, &ref)) {
        err_set(err, ERR_CONFIG, "not a reference to a secret: write %s", secret_ref_forms);
        return NULL;
    }
    switch (ref.kind) {
    case SECRET_REF_CREDENTIAL: return from_credential(ref.name, err);
    case SECRET_REF_FILE: return from_file(ref.name, err);
    case SECRET_REF_ENV: return from_environment(ref.name, err);
    case SECRET_REF_KEYVAULT:
    case SECRET_REF_N: break;
    }
    err_set(err, ERR_CONFIG,
            "keyvault:%s: Key Vault references are not supported in this version; use "
            "credential:NAME or file:PATH",
            ref.name);
    return NULL;
}
