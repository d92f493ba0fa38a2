/* Secrets: see secret.h. */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/mem.h"

struct secret {
    unsigned owners;
    size_t length;
    char bytes[];
};

struct secret *secret_new(const char *bytes, size_t length)
{
    struct secret *s = xmalloc(sizeof(*s) + length + 1);
    s->owners = 1;
    s->length = length;
    memcpy(s->bytes, bytes, length);
    s->bytes[length] = '\0';
    return s;
}

struct secret *secret_share(struct secret *s)
{
    if (s) s->owners++;
    return s;
}

void secret_free(struct secret *s)
{
    if (!s || --s->owners > 0) return;
    mem_wipe(s, sizeof(*s) + s->length + 1);
    free(s);
}

const char *secret_bytes(const struct secret *s)
{
    return s ? s->bytes : "";
}

size_t secret_length(const struct secret *s)
{
    return s ? s->length : 0;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
    if (!a || !b) return a == b;
    return a->length == b->length && CRYPTO_memcmp(a->bytes, b->bytes, a->length) == 0;
}
