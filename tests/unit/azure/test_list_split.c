/* Cutting a page into items: whatever the page, what comes of the pieces is what comes of the
 * whole. And the books that a list keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "azure/list_memory.h"
#include "azure/list_split.h"
#include "base/json.h"
#include "base/mem.h"

/* What the parser makes of the pieces: the items; NULL where one of them is no JSON. */
static json_t *read_pieces(const struct list_split *s)
{
    json_t *items = json_array();
    for (size_t i = 0; i < s->count; i++) {
        json_t *item = json_parse(s->pieces[i].text, s->pieces[i].length, NULL);
        if (!item) {
            json_decref(items);
            return NULL;
        }
        json_array_append_new(items, item);
    }
    return items;
}

/* Returns whether the page could be cut. */
static bool check_same(const char *text, size_t length)
{
    struct list_split split;
    json_t *whole = json_parse(text, length, NULL);
    bool cut = list_split(text, length, &split) == 0;
    if (cut) {
        json_t *items = read_pieces(&split);
        if (!items != !whole) print_message("# differs: %s\n", text);
        assert_int_equal(items != NULL, whole != NULL);
        if (whole) {
            assert_true(json_equal(json_at(whole, "value"), items));
            json_object_set_new(whole, "value", json_array());
            assert_true(json_equal(whole, split.frame));
        }
        json_decref(items);
        list_split_done(&split);
    }
    json_decref(whole);
    return cut;
}

static void test_forms(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool cut;
    } cases[] = {
        {"{\"value\":[]}", true},
        {" {\n\"value\" : [ ] , \"nextLink\" : null }\n", true},
        {"{\"value\":[{},{\"a\":[{}]} , {\"b\":\"]}\\\"{\"}]}", true},
        {"{\"value\":[{\"a\\\\\":\"\\\\\"},{\"\\u005d\":\"\\\"\"}]}", true},
        {"{\"value\":[{}],\"x\":{\"value\":[1]}}", true},
        {"{\"nextLink\":null,\"value\":[{}]}", false},
        {"{\"x\":{\"value\":[{}]},\"value\":[]}", false},
        {"{\"value\":[1]}", false},
        {"{\"value\":[{},1]}", false},
        {"{\"value\":[{},]}", false},
        {"{\"value\":[,{}]}", false},
        {"{\"value\":[{}{}]}", false},
        {"{\"value\":[{}],\"value\":[]}", false},
        {"{\"value\":[{}", false},
        {"{\"value\":[{\"a", false},
        {"{\"value\":[{\"a\\", false},
        {"{\"value\":{}}", false},
        {"{\"values\":[{}]}", false},
        {"[{\"value\":[{}]}]", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(check_same(cases[i].text, strlen(cases[i].text)), cases[i].cut);
    static const char nul[] = "{\"value\":[{}]\0}";
    assert_false(check_same(nul, sizeof(nul) - 1));
}

/* Pages of items of all kinds, damaged at random places: 50,000 of them. */
static void test_damage(void **state)
{
    (void)state;
    static const char sound[] =
        "{\"value\":[{\"id\":\"/a/b\",\"name\":\"x\\\"y\",\"properties\":{\"v\":[1,{\"w\":null}]}} "
        ","
        "\n{\"name\":\"}]\",\"t\":true,\"s\":\"\\\\\"},{}, {\"u\":\"\\u00e9\",\"n\":-1.5e3}],"
        "\"nextLink\":\"https://x/?a=b\"}";
    static const char bytes[] = "{}[]\",:\\ x0\n";
    unsigned cut = 0, sound_ones = 0;
    srand(1);
    for (size_t round = 0; round < 50000; round++) {
        char text[sizeof(sound) + 8];
        size_t length = sizeof(sound) - 1;
        memcpy(text, sound, sizeof(sound));
        for (int n = rand() % 4; n > 0; n--) {
            size_t at = (size_t)rand() % length;
            char byte = bytes[(size_t)rand() % (sizeof(bytes) - 1)];
            bool grows = rand() % 2;
            if (grows) memmove(text + at + 1, text + at, length++ - at + 1);
            text[at] = byte;
        }
        cut += check_same(text, length);
        json_t *whole = json_parse(text, length, NULL);
        sound_ones += whole != NULL;
        json_decref(whole);
    }
    print_message("# %u could be cut, %u were sound\n", cut, sound_ones);
    assert_true(cut > 10000 && sound_ones > 10000);
}

static void test_names(void **state)
{
    (void)state;
    struct list_names names = {.slots = NULL};
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 5000; i++) {
            char name[16];
            snprintf(name, sizeof(name), round ? "NAME%d" : "name%d", i);
            struct list_print print = list_print_name(name);
            assert_int_equal(list_names_add(&names, &print), round == 0);
        }
    }
    assert_int_equal(names.count, 5000);
    struct list_print nothing = {{0}};
    assert_true(list_names_add(&names, &nothing));
    assert_false(list_names_add(&names, &nothing));
    list_names_done(&names);
}

static void test_book(void **state)
{
    (void)state;
    struct list_book book = {.known = NULL};
    struct list_print print = list_print_of("x", 1);
    list_book_sort(&book);
    assert_null(list_book_find(&book, &print));
    for (int i = 0; i < 100; i++)
        list_book_add(&book, (struct list_known){.text = list_print_of(&i, sizeof(i)),
                                                 .item = i % 2 ? json_integer(i) : NULL});
    list_book_sort(&book);
    assert_null(list_book_find(&book, &print));
    for (int i = 0; i < 100; i++) {
        print = list_print_of(&i, sizeof(i));
        const struct list_known *known = list_book_find(&book, &print);
        assert_non_null(known);
        assert_int_equal(json_integer_value(known->item), i % 2 ? i : 0);
    }
    list_book_done(&book);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_book),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
