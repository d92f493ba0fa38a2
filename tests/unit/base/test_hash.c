/* SHA-256 against the published vectors of FIPS 180-4, and the separator of texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"

static const struct {
    const char *text;
    const char *digest;
} vectors[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
        char out[65];
        hash_once(vectors[i].text, strlen(vectors[i].text), out);
        assert_string_equal(out, vectors[i].digest);
    }
}

static void test_pieces_equal_the_whole(void **state)
{
    (void)state;
    const char *text = vectors[2].text;
    for (size_t cut = 0; cut <= strlen(text); cut++) {
        struct hash *h = hash_new();
        char out[65];
        hash_add(h, text, cut);
        hash_add(h, text + cut, strlen(text) - cut);
        hash_end(h, out);
        hash_free(h);
        assert_string_equal(out, vectors[2].digest);
    }
}

static void digest_of_texts(const char *first, const char *second, char out[65])
{
    struct hash *h = hash_new();
    hash_text(h, first);
    hash_text(h, second);
    hash_end(h, out);
    hash_free(h);
}

static void test_texts_are_separated(void **state)
{
    (void)state;
    char one[65];
    char other[65];
    digest_of_texts("ab", "c", one);
    digest_of_texts("a", "bc", other);
    assert_string_not_equal(one, other);
    digest_of_texts("", "abc", other);
    assert_string_not_equal(one, other);
    digest_of_texts("ab", "c", other);
    assert_string_equal(one, other);
}

static void test_free_accepts_null_and_unfinished(void **state)
{
    (void)state;
    hash_free(NULL);
    struct hash *h = hash_new();
    hash_text(h, "left unfinished");
    hash_free(h);
}

/* NIST's GCM test case 1: no text at all under the zero key; every changed byte shows. */
static void test_fingerprint(void **state)
{
    (void)state;
    char text[1000] = "";
    char one[33];
    char other[33];
    hash_fingerprint("", 0, one);
    assert_string_equal(one, "58e2fccefa7e3061367f1d57a4e7455a");
    hash_fingerprint(text, sizeof(text), one);
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] ^= 1;
        hash_fingerprint(text, sizeof(text), other);
        assert_string_not_equal(one, other);
        text[i] ^= 1;
    }
    hash_fingerprint(text, sizeof(text), other);
    assert_string_equal(one, other);
    hash_fingerprint(text, sizeof(text) - 1, other);
    assert_string_not_equal(one, other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_pieces_equal_the_whole),
        cmocka_unit_test(test_texts_are_separated),
        cmocka_unit_test(test_free_accepts_null_and_unfinished),
        cmocka_unit_test(test_fingerprint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
