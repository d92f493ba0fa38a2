/* A certification authority for one test program: see pki.h. */
#include "support/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/mem.h"
#include "support/scratch.h"

struct pki {
    EVP_PKEY *ca_key;
    EVP_PKEY *host_key;
    X509 *ca;
    char *host_key_text;
    char file[SCRATCH_PATH];
};

static void need(int ok, const char *what)
{
    if (ok) return;
    fprintf(stderr, "pki: %s failed\n", what);
    abort();
}

static char *pem_text(BIO *bio)
{
    char *data;
    long length = BIO_get_mem_data(bio, &data);
    char *text = xstrndup(data, (size_t)length);
    BIO_free(bio);
    return text;
}

static void add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    need(e && X509_add_ext(cert, e, -1), "extension");
    X509_EXTENSION_free(e);
}

/* A certificate for 'key' with the common name 'name', valid now and for a day. */
static X509 *make(EVP_PKEY *key, const char *name, const X509 *issuer)
{
    X509 *cert = X509_new();
    unsigned char serial[8];
    need(cert && RAND_bytes(serial, sizeof(serial)) == 1, "certificate");
    serial[0] &= 0x7F;
    BIGNUM *number = BN_bin2bn(serial, sizeof(serial), NULL);
    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
    BN_free(number);
    X509_set_version(cert, 2);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), 86400);
    X509_set_pubkey(cert, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(cert), "CN", MBSTRING_UTF8,
                               (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(cert, X509_get_subject_name(issuer ? issuer : cert));
    return cert;
}

struct pki *pki_new(const char *name)
{
    struct pki *p = xcalloc(1, sizeof(*p));
    p->ca_key = EVP_EC_gen("P-256");
    p->host_key = EVP_EC_gen("P-256");
    need(p->ca_key && p->host_key, "key");
    p->ca = make(p->ca_key, name, NULL);
    add_extension(p->ca, p->ca, NID_basic_constraints, "critical,CA:TRUE");
    add_extension(p->ca, p->ca, NID_key_usage, "critical,keyCertSign,cRLSign");
    add_extension(p->ca, p->ca, NID_subject_key_identifier, "hash");
    need(X509_sign(p->ca, p->ca_key, EVP_sha256()) > 0, "signature");
    scratch_path(p->file, "ca-XXXXXX");
    int fd = mkstemp(p->file);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    need(f && PEM_write_X509(f, p->ca) && fclose(f) == 0, "writing the authority");
    BIO *bio = BIO_new(BIO_s_mem());
    need(PEM_write_bio_PrivateKey(bio, p->host_key, NULL, NULL, 0, NULL, NULL), "key text");
    p->host_key_text = pem_text(bio);
    return p;
}

void pki_free(struct pki *p)
{
    if (!p) return;
    unlink(p->file);
    X509_free(p->ca);
    EVP_PKEY_free(p->ca_key);
    EVP_PKEY_free(p->host_key);
    free(p->host_key_text);
    free(p);
}

const char *pki_ca_file(const struct pki *p)
{
    return p->file;
}

const char *pki_key(const struct pki *p)
{
    return p->host_key_text;
}

char *pki_issue(const struct pki *p, const char *name)
{
    char names[300];
    snprintf(names, sizeof(names), "DNS:%s", name);
    X509 *cert = make(p->host_key, name, p->ca);
    add_extension(cert, p->ca, NID_basic_constraints, "CA:FALSE");
    add_extension(cert, p->ca, NID_subject_alt_name, names);
    add_extension(cert, p->ca, NID_ext_key_usage, "serverAuth");
    need(X509_sign(cert, p->ca_key, EVP_sha256()) > 0, "signature");
    BIO *bio = BIO_new(BIO_s_mem());
    need(PEM_write_bio_X509(bio, cert), "certificate text");
    X509_free(cert);
    return pem_text(bio);
}
