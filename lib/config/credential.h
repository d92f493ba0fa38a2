/* Reading what a reference to a secret points to (base/secret_ref.h says what references look
 * like). Neither the secret nor a part of it ever gets into a message. */
#ifndef CONFIG_CREDENTIAL_H
#define CONFIG_CREDENTIAL_H

#include "base/err.h"
#include "base/secret.h"

enum { CREDENTIAL_MAX = 64 * 1024 }; /* bytes of one secret */

/* Reads the secret that 'reference' points to:
 *   credential:NAME      the file NAME in $CREDENTIALS_DIRECTORY (systemd's LoadCredential=)
 *   file:PATH            a file that not everybody may read or write
 *   env:NAME             an environment variable
 *   keyvault:VAULT/NAME  not in this version: refused
 * One newline at the end of a file is no part of it. An empty secret, one with a NUL byte and one
 * above CREDENTIAL_MAX are refused. NULL with CONFIG in 'err'; the caller frees the result. */
struct secret *credential_read(const char *reference, struct err *err);

#endif
