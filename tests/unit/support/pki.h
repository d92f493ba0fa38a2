/* A certification authority for one test program, made by OpenSSL when it starts. */
#ifndef TEST_PKI_H
#define TEST_PKI_H

struct pki;

/* An authority called 'name'; its certificate is written to a new file. Aborts on failure. */
struct pki *pki_new(const char *name);
/* Also removes the file. Accepts NULL. */
void pki_free(struct pki *p);

/* The authority's certificate, PEM. */
const char *pki_ca_file(const struct pki *p);
/* A certificate for the host 'name' (a DNS name), PEM; it goes with pki_key(). free() it. */
char *pki_issue(const struct pki *p, const char *name);
/* The private key of all that is issued, PEM. */
const char *pki_key(const struct pki *p);

#endif
