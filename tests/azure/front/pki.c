/* The certification authority: see pki.h. RSA, as Microsoft's is, which also gives the operation
 * URLs their length. */
#include "front/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/mem.h"
#include "front/clock.h"

enum { KEY_BITS = 2048, YEAR_S = 365 * 24 * 3600, NAMES_MAX = 4096 };

struct pki {
    EVP_PKEY *ca_key, *host_key;
    X509 *ca;
    char *host_key_pem;
    char *chain_text;
};

static EVP_PKEY *pki_key_load(const char *dir, const char *name, struct err *err)
{
    char *path = xasprintf("%s/%s", dir, name);
    EVP_PKEY *key = NULL;
    FILE *file = fopen(path, "r");
    if (file) {
        key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    } else {
        key = EVP_RSA_gen(KEY_BITS);
        mode_t old = umask(077);
        file = fopen(path, "w");
        umask(old);
        if (file && key && !PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL)) {
            EVP_PKEY_free(key);
            key = NULL;
        }
    }
    if (file) fclose(file);
    if (!key || !file) err_set(err, ERR_CONFIG, "%s: cannot make or read the key", path);
    free(path);
    return file ? key : NULL;
}

static int pki_extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    if (!extension) return 0;
    int done = X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return done;
}

/* An unsigned certificate of 'name' for 'key'. */
static X509 *pki_draft(const char *name, EVP_PKEY *key, int years)
{
    X509 *cert = X509_new();
    uint64_t serial;
    random_bytes(&serial, sizeof(serial));
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1);
    X509_set_version(cert, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
    X509_gmtime_adj(X509_getm_notAfter(cert), (long)years * YEAR_S);
    X509_set_pubkey(cert, key);
    X509_NAME *subject = X509_get_subject_name(cert);
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_UTF8, (const unsigned char *)"azsim", -1, -1,
                               0);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1,
                               0);
    return cert;
}

static X509 *pki_ca_load(const char *path, EVP_PKEY *key, struct err *err)
{
    FILE *file = fopen(path, "r");
    X509 *ca = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    if (file) fclose(file);
    if (ca && X509_check_private_key(ca, key)) return ca;
    X509_free(ca);

    ca = pki_draft("azsim root authority", key, 10);
    X509_set_issuer_name(ca, X509_get_subject_name(ca));
    pki_extend(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
    pki_extend(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign");
    pki_extend(ca, ca, NID_subject_key_identifier, "hash");
    X509_sign(ca, key, EVP_sha256());
    file = fopen(path, "w");
    if (file && PEM_write_X509(file, ca) && fclose(file) == 0) return ca;
    err_set(err, ERR_CONFIG, "%s: cannot write the certificate", path);
    X509_free(ca);
    return NULL;
}

static char *pki_pem(BIO *bio)
{
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);
    char *text = xstrndup(data, (size_t)size);
    BIO_free(bio);
    return text;
}

static X509 *pki_sign(const struct pki *p, const char *const names[])
{
    struct buf alternatives;
    buf_init(&alternatives, NAMES_MAX);
    for (int i = 0; names[i]; i++) buf_printf(&alternatives, "%sDNS:%s", i ? "," : "", names[i]);
    X509 *cert = pki_draft(names[0], p->host_key, 5);
    X509_set_issuer_name(cert, X509_get_subject_name(p->ca));
    pki_extend(cert, p->ca, NID_basic_constraints, "critical,CA:FALSE");
    pki_extend(cert, p->ca, NID_ext_key_usage, "serverAuth");
    pki_extend(cert, p->ca, NID_subject_alt_name, buf_text(&alternatives));
    pki_extend(cert, p->ca, NID_authority_key_identifier, "keyid");
    buf_done(&alternatives);
    if (X509_sign(cert, p->ca_key, EVP_sha256())) return cert;
    X509_free(cert);
    return NULL;
}

char *pki_issue(const struct pki *p, const char *const names[], struct err *err)
{
    X509 *cert = pki_sign(p, names);
    if (!cert) {
        err_set(err, ERR_INTERNAL, "cannot sign a certificate for %s", names[0]);
        return NULL;
    }
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, cert);
    X509_free(cert);
    return pki_pem(bio);
}

/* The leaf's and the authority's DER, the leaf twice as an intermediate would be. */
static char *pki_chain_make(const struct pki *p)
{
    static const char *const names[] = {"management.azure.com", NULL};
    struct buf der;
    buf_init(&der, 64 * 1024);
    X509 *leaf = pki_sign(p, names);
    X509 *const chain[] = {leaf, leaf, p->ca};
    for (size_t i = 0; leaf && i < sizeof(chain) / sizeof(chain[0]); i++) {
        unsigned char *bytes = NULL;
        int size = i2d_X509(chain[i], &bytes);
        if (size > 0) buf_add(&der, bytes, (size_t)size);
        OPENSSL_free(bytes);
    }
    X509_free(leaf);
    char *text = base64url(buf_text(&der), der.length);
    buf_done(&der);
    return text;
}

struct pki *pki_new(const char *dir, const char *ca_file, struct err *err)
{
    struct pki *p = xcalloc(1, sizeof(*p));
    mkdir(dir, 0700);
    p->ca_key = pki_key_load(dir, "ca.key", err);
    p->host_key = p->ca_key ? pki_key_load(dir, "host.key", err) : NULL;
    p->ca = p->host_key ? pki_ca_load(ca_file, p->ca_key, err) : NULL;
    if (!p->ca) {
        pki_free(p);
        return NULL;
    }
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, p->host_key, NULL, NULL, 0, NULL, NULL);
    p->host_key_pem = pki_pem(bio);
    p->chain_text = pki_chain_make(p);
    return p;
}

void pki_free(struct pki *p)
{
    if (!p) return;
    EVP_PKEY_free(p->ca_key);
    EVP_PKEY_free(p->host_key);
    X509_free(p->ca);
    free(p->host_key_pem);
    free(p->chain_text);
    free(p);
}

const char *pki_key(const struct pki *p)
{
    return p->host_key_pem;
}

const char *pki_chain_text(const struct pki *p)
{
    return p->chain_text;
}
