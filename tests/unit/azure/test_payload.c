/* Request bodies with a secret in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "azure/payload.h"
#include "base/json.h"
#include "support/script.h"

struct made {
    char *text;
    size_t length;
    struct err err;
    int result;
};

static struct made make(const char *body, const char *path, const char *secret)
{
    struct script *s = script_new();
    struct secret *bytes = secret ? secret_new(secret, strlen(secret)) : NULL;
    const struct arm_request request = {
        .method = "PUT", .id = "/x", .body = body, .secret_path = path, .secret = bytes};
    struct made made = {.text = NULL};
    made.result = payload_make(&request, script_io(s), &made.text, &made.length, &made.err);
    secret_free(bytes);
    script_free(s);
    return made;
}

static void test_without_secret(void **state)
{
    (void)state;
    struct made made = make(" { \"b\" : 1, \"a\":[] } ", NULL, NULL);
    assert_int_equal(made.result, 0);
    assert_string_equal(made.text, "{\"a\":[],\"b\":1}");
    assert_int_equal(made.length, strlen(made.text));
    payload_free(made.text, made.length);
}

static void test_with_secret(void **state)
{
    (void)state;
    struct made made = make("{\"properties\":{\"z\":1}}", "properties.password", "p4ss");
    assert_string_equal(made.text, "{\"properties\":{\"password\":\"p4ss\",\"z\":1}}");
    assert_int_equal(made.length, strlen(made.text));
    payload_free(made.text, made.length);
}

/* Whatever is in a password, the other side reads it back the same. */
static void test_every_character(void **state)
{
    (void)state;
    char secret[300];
    size_t length = 0;
    for (int c = 1; c < 0x80; c++) secret[length++] = (char)c;
    memcpy(secret + length, "\xEC\x84\x9C\"\\\\\"", 8);
    struct made made = make("{}", "a.b", secret);
    assert_int_equal(made.length, strlen(made.text));
    struct err err;
    json_t *body = json_parse(made.text, made.length, &err);
    assert_non_null(body);
    assert_string_equal(json_text_at(body, "a.b"), secret);
    json_decref(body);
    payload_free(made.text, made.length);
}

static void test_empty_secret(void **state)
{
    (void)state;
    struct made made = make("{}", "a", "");
    assert_string_equal(made.text, "{\"a\":\"\"}");
    payload_free(made.text, made.length);
}

static void test_no_object(void **state)
{
    (void)state;
    static const char *const bodies[] = {"", "[]", "1", "{", "null"};
    for (size_t i = 0; i < 5; i++) {
        struct made made = make(bodies[i], NULL, NULL);
        assert_int_equal(made.result, -1);
        assert_int_equal(made.err.kind, ERR_CONFIG);
        assert_null(made.text);
    }
    payload_free(NULL, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_secret),  cmocka_unit_test(test_with_secret),
        cmocka_unit_test(test_every_character), cmocka_unit_test(test_empty_secret),
        cmocka_unit_test(test_no_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
