/* The schema files are those that the rows make; what is shipped names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "config/schema.h"

static void read_file(const char *path, struct buf *out)
{
    char piece[4096];
    size_t got;
    FILE *in = fopen(path, "re");
    if (!in) fail_msg("%s cannot be read; make schema", path);
    while ((got = fread(piece, 1, sizeof(piece), in)) > 0) buf_add(out, piece, got);
    fclose(in);
}

static void test_files_are_current(void **state)
{
    (void)state;
    for (const struct schema *schema = schemas; schema->name; schema++) {
        char path[100];
        struct buf file;
        buf_init(&file, 1 << 22);
        snprintf(path, sizeof(path), "config/schema/%s.schema.json", schema->name);
        read_file(path, &file);
        char *text = schema_text(schema);
        if (strcmp(text, buf_text(&file)) != 0) fail_msg("%s is stale; make schema", path);
        free(text);
        buf_done(&file);
    }
}

static void test_find(void **state)
{
    (void)state;
    assert_ptr_equal(schema_find("settings"), &schemas[0]);
    assert_string_equal(schema_find("desired")->name, "desired");
    assert_null(schema_find("nothing"));
}

static void test_reference_names_every_row(void **state)
{
    (void)state;
    for (const struct schema *schema = schemas; schema->name; schema++) {
        struct buf text;
        buf_init(&text, 1 << 20);
        schema_reference(schema, &text);
        for (const struct field *row = schema->fields(); row->path; row++) {
            char cell[128];
            snprintf(cell, sizeof(cell), "| `%s` | ", row->path);
            if (!strstr(buf_text(&text), cell)) fail_msg("%s is not in the reference", row->path);
        }
        buf_done(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_are_current),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_reference_names_every_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
