/* Secrets: shared, compared, and references to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/secret.h"
#include "base/secret_ref.h"

static void test_owners(void **state)
{
    (void)state;
    char bytes[] = "pass\0word";
    struct secret *a = secret_new(bytes, 9);
    memset(bytes, 'x', sizeof(bytes));
    struct secret *b = secret_share(a);
    secret_free(a);
    assert_int_equal(secret_length(b), 9);
    assert_memory_equal(secret_bytes(b), "pass\0word", 10);
    secret_free(b);
    secret_free(NULL);
    assert_null(secret_share(NULL));
    assert_string_equal(secret_bytes(NULL), "");
}

static void test_equal(void **state)
{
    (void)state;
    struct secret *a = secret_new("abc", 3), *b = secret_new("abc", 3), *c = secret_new("abd", 3),
                  *d = secret_new("abcd", 4);
    assert_true(secret_equal(a, b));
    assert_false(secret_equal(a, c));
    assert_false(secret_equal(a, d));
    assert_false(secret_equal(a, NULL));
    assert_true(secret_equal(NULL, NULL));
    secret_free(a);
    secret_free(b);
    secret_free(c);
    secret_free(d);
}

static const struct {
    const char *text;
    int kind; /* -1: none */
    const char *name;
} refs[] = {
    {"credential:phonebill-admin", SECRET_REF_CREDENTIAL, "phonebill-admin"},
    {"credential:a.b_c", SECRET_REF_CREDENTIAL, "a.b_c"},
    {"file:/etc/a b", SECRET_REF_FILE, "/etc/a b"},
    {"env:DB_PASSWORD", SECRET_REF_ENV, "DB_PASSWORD"},
    {"keyvault:vault/name", SECRET_REF_KEYVAULT, "vault/name"},
    {"", -1, NULL},
    {"Hi5Jessica!", -1, NULL},
    {"credential:", -1, NULL},
    {"credential:..", -1, NULL},
    {"credential:.", -1, NULL},
    {"credential:../x", -1, NULL},
    {"credential:a/b", -1, NULL},
    {"Credential:a", -1, NULL},
    {"credentials:a", -1, NULL},
    {"file:relative", -1, NULL},
    {"file:/", -1, NULL},
    {"env:1A", -1, NULL},
    {"env:A B", -1, NULL},
    {"keyvault:vault", -1, NULL},
    {"keyvault:/name", -1, NULL},
    {"keyvault:v/", -1, NULL},
    {"keyvault:v/n/o", -1, NULL},
    {"https://x", -1, NULL},
};

static void test_references(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refs) / sizeof(refs[0]); i++) {
        struct secret_ref ref = {.name = NULL};
        bool is = secret_ref_parse(refs[i].text, &ref);
        if (is != (refs[i].kind >= 0)) fail_msg("%s", refs[i].text);
        if (!is) {
            assert_null(ref.name);
            continue;
        }
        assert_int_equal(ref.kind, refs[i].kind);
        assert_string_equal(ref.name, refs[i].name);
    }
}

static void test_reference_in_document(void **state)
{
    (void)state;
    json_t *text = json_string("env:A"), *number = json_integer(5);
    json_t *object = json_pack("{s:s}", "secretRef", "env:B"),
           *other = json_pack("{s:s}", "x", "y");
    assert_string_equal(secret_ref_text(text), "env:A");
    assert_string_equal(secret_ref_text(object), "env:B");
    assert_null(secret_ref_text(other));
    assert_null(secret_ref_text(number));
    assert_null(secret_ref_text(NULL));
    json_decref(text);
    json_decref(number);
    json_decref(object);
    json_decref(other);
}

static void test_keys(void **state)
{
    (void)state;
    static const char *const yes[] = {"password",     "Password", "administratorLoginPassword",
                                      "clientSecret", "secret",   "db_password"};
    static const char *const no[] = {"passwordAuth", "password_encryption",           "secretRef",
                                     "name",         "credcheck.password_min_length", ""};
    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) assert_true(secret_ref_key(yes[i]));
    for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) assert_false(secret_ref_key(no[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owners),     cmocka_unit_test(test_equal),
        cmocka_unit_test(test_references), cmocka_unit_test(test_reference_in_document),
        cmocka_unit_test(test_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
