/* References to secrets: what a document may say where a password belongs. Only their form; reading
 * what they point to is config/credential.h. */
#ifndef BASE_SECRET_REF_H
#define BASE_SECRET_REF_H

#include <stdbool.h>

#include <jansson.h>

/* name, word before the colon, what follows it */
#define SECRET_REFS(X)                                                                             \
    X(CREDENTIAL, "credential", "NAME")                                                            \
    X(FILE, "file", "PATH")                                                                        \
    X(ENV, "env", "NAME")                                                                          \
    X(KEYVAULT, "keyvault", "VAULT/NAME")

enum secret_ref_kind {
#define X(name, word, form) SECRET_REF_##name,
    SECRET_REFS(X)
#undef X
        SECRET_REF_N
};

struct secret_ref {
    enum secret_ref_kind kind;
    const char *name; /* after the colon; points into the text that was parsed */
};

/* The forms, for messages: "credential:NAME, file:PATH, env:NAME or keyvault:VAULT/NAME". */
extern const char secret_ref_forms[];
/* The forms as a regular expression, for the JSON Schema and for people. */
extern const char secret_ref_pattern[];

/* Reads 'text' as a reference. False where it is none; it may then be a password: do not print it.
 */
bool secret_ref_parse(const char *text, struct secret_ref *out);

/* The reference in a document's value, a string or {"secretRef": "..."}; NULL for anything else. */
const char *secret_ref_text(const json_t *value);

/* Does 'key' name a secret ("password", "administratorLoginPassword", "clientSecret", "secret"...)?
 * Names that merely speak of passwords (passwordAuth, password_encryption) are none. */
bool secret_ref_key(const char *key);

#endif
