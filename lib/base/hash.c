/* SHA-256 and a fingerprint by OpenSSL: see hash.h. It fails only for want of memory, and then
 * aborts (base/mem.h).
 */
#include "base/hash.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/mem.h"

enum { DIGEST_SIZE = 32, TAG_SIZE = 16 };

struct hash {
    EVP_MD_CTX *context;
};

static void hash_must(int ok)
{
    if (ok != 1) abort();
}

static void hash_to_hex(const unsigned char *digest, size_t size, char *out)
{
    static const char digits[] = "0123456789abcdef";
    char *to = out;
    for (size_t i = 0; i < size; i++) {
        *to++ = digits[digest[i] >> 4];
        *to++ = digits[digest[i] & 15];
    }
    *to = '\0';
}

struct hash *hash_new(void)
{
    struct hash *h = xmalloc(sizeof(*h));
    h->context = EVP_MD_CTX_new();
    hash_must(h->context != NULL);
    hash_must(EVP_DigestInit_ex(h->context, EVP_sha256(), NULL));
    return h;
}

void hash_free(struct hash *h)
{
    if (!h) return;
    EVP_MD_CTX_free(h->context);
    free(h);
}

void hash_add(struct hash *h, const void *data, size_t length)
{
    hash_must(EVP_DigestUpdate(h->context, data, length));
}

void hash_text(struct hash *h, const char *text)
{
    /* The final NUL is the separator. */
    hash_add(h, text, strlen(text) + 1);
}

void hash_end(struct hash *h, char out[65])
{
    unsigned char digest[DIGEST_SIZE];
    hash_must(EVP_DigestFinal_ex(h->context, digest, NULL));
    hash_to_hex(digest, DIGEST_SIZE, out);
}

void hash_once(const void *data, size_t length, char out[65])
{
    unsigned char digest[DIGEST_SIZE];
    hash_must(EVP_Digest(data, length, digest, NULL, EVP_sha256(), NULL));
    hash_to_hex(digest, DIGEST_SIZE, out);
}

/* Both are arbitrary: only the hashing under the tag is wanted, not the authentication. */
static const unsigned char fingerprint_key[16];
static const unsigned char fingerprint_iv[12];

void hash_fingerprint_raw(const void *data, size_t length, unsigned char out[16])
{
    int ignored;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    hash_must(c != NULL);
    hash_must(EVP_EncryptInit_ex2(c, EVP_aes_128_gcm(), fingerprint_key, fingerprint_iv, NULL));
    /* Lengths are ints there. */
    for (const unsigned char *p = data; length;) {
        size_t piece = length < INT_MAX ? length : INT_MAX;
        hash_must(EVP_EncryptUpdate(c, NULL, &ignored, p, (int)piece));
        p += piece;
        length -= piece;
    }
    hash_must(EVP_EncryptFinal_ex(c, out, &ignored));
    hash_must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, TAG_SIZE, out));
    EVP_CIPHER_CTX_free(c);
}

void hash_fingerprint(const void *data, size_t length, char out[33])
{
    unsigned char tag[TAG_SIZE];
    hash_fingerprint_raw(data, length, tag);
    hash_to_hex(tag, sizeof(tag), out);
}
