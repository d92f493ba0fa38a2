/* The certification authority of this local Azure and the certificates it issues. Kept in DIR/pki,
 * so that clients trust the same authority after a restart. */
#ifndef AZSIM_PKI_H
#define AZSIM_PKI_H

#include "base/err.h"

struct pki;

/* Loads or makes the authority in the directory 'dir' and writes its certificate to 'ca_file'. */
struct pki *pki_new(const char *dir, const char *ca_file, struct err *err);
void pki_free(struct pki *p);

/* A PEM certificate for the DNS 'names' (NULL ends them), with the authority's one host key.
 * free() the text. Safe from any thread. */
char *pki_issue(const struct pki *p, const char *const names[], struct err *err);
/* The private key of all issued certificates, PEM. */
const char *pki_key(const struct pki *p);

/* What ARM puts into the signed URLs of its operations: a certificate chain, base64url, long. */
const char *pki_chain_text(const struct pki *p);

#endif
