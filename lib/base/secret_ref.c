/* References to secrets: see secret_ref.h. */
#include "base/secret_ref.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

const char secret_ref_forms[] = "credential:NAME, file:PATH, env:NAME or keyvault:VAULT/NAME";
const char secret_ref_pattern[] =
    "^(credential:[A-Za-z0-9_.-]+|file:/.+|env:[A-Za-z_][A-Za-z0-9_]*|"
    "keyvault:[A-Za-z0-9-]+/[A-Za-z0-9-]+)$";

static const char *const words[SECRET_REF_N] = {
#define X(name, word, form) [SECRET_REF_##name] = word,
    SECRET_REFS(X)
#undef X
};

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char digits[] = "0123456789";

/* Is 'text' not empty and made of letters, digits and 'others' alone? */
static bool made_of(const char *text, size_t length, const char *others)
{
    for (size_t i = 0; i < length; i++)
        if (!memchr(letters, text[i], sizeof(letters) - 1) &&
            !memchr(digits, text[i], sizeof(digits) - 1) && !strchr(others, text[i]))
            return false;
    return length > 0;
}

static bool well_formed(enum secret_ref_kind kind, const char *name)
{
    size_t length = strlen(name);
    const char *slash = strchr(name, '/');
    switch (kind) {
    case SECRET_REF_CREDENTIAL:
        /* A name within a directory: no path, and neither "." nor "..". */
        return made_of(name, length, "_.-") && name[strspn(name, ".")] != '\0';
    case SECRET_REF_FILE: return name[0] == '/' && length > 1;
    case SECRET_REF_ENV: return made_of(name, length, "_") && !strchr(digits, name[0]);
    case SECRET_REF_KEYVAULT:
        return slash && made_of(name, (size_t)(slash - name), "-") &&
               made_of(slash + 1, strlen(slash + 1), "-");
    case SECRET_REF_N: break;
    }
    return false;
}

bool secret_ref_parse(const char *text, struct secret_ref *out)
{
    const char *colon = strchr(text, ':');
    if (!colon) return false;
    for (size_t i = 0; i < SECRET_REF_N; i++) {
        size_t length = strlen(words[i]);
        if ((size_t)(colon - text) != length || strncmp(text, words[i], length) != 0) continue;
        if (!well_formed((enum secret_ref_kind)i, colon + 1)) return false;
        *out = (struct secret_ref){.kind = (enum secret_ref_kind)i, .name = colon + 1};
        return true;
    }
    return false;
}

const char *secret_ref_text(const json_t *value)
{
    if (json_is_string(value)) return json_string_value(value);
    if (!json_is_object(value)) return NULL;
    return json_string_value(json_object_get(value, "secretRef"));
}

bool secret_ref_key(const char *key)
{
    static const char *const endings[] = {"password", "passwd", "secret", "accesskey",
                                          "privatekey"};
    size_t length = strlen(key);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t ending = strlen(endings[i]);
        if (length >= ending && strcasecmp(key + length - ending, endings[i]) == 0) return true;
    }
    return false;
}
