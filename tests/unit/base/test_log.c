/* Records as text and JSON, exact to the byte. The journal has test_journal.c. */
#define _GNU_SOURCE /* pseudo-terminals */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/log.h"
#include "base/mem.h"

#define ID "0123456789abcdef0123456789abcdef"

struct fixture {
    FILE *stream;
    char *text; /* what was written to 'stream' */
    size_t length;
};

static int64_t fixed_clock(void *ctx)
{
    return *(const int64_t *)ctx;
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    f->stream = open_memstream(&f->text, &f->length);
    setenv("TZ", "UTC0", 1);
    tzset();
    log_clock(NULL, NULL);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL, "pgdriftd");
    log_clock(NULL, NULL);
    fclose(f->stream);
    free(f->text);
    free(f);
    return 0;
}

static const struct log_field two_fields[] = {
    {"RESOURCE", "role phonebill_monitor"},
    {"ABSENT", NULL},
    {"CYCLE", "17"},
    {NULL, NULL},
};

static void test_text(void **state)
{
    struct fixture *f = *state;
    int64_t now = 45296000; /* 12:34:56 */
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_NOTICE, ID, two_fields, "drift: %s", "CONNECTION LIMIT is -1");
    log_clock(fixed_clock, &now);
    log_record(LOG_LEVEL_ERROR, NULL, NULL, "no answer");
    log_record(LOG_LEVEL_DEBUG, NULL, NULL, "not this one");
    log_debug("nor this %d", 1);
    assert_string_equal(
        f->text,
        "notice  drift: CONNECTION LIMIT is -1  resource=\"role phonebill_monitor\" cycle=17\n"
        "12:34:56 error   no answer\n");
}

static void test_text_is_harmless(void **state)
{
    struct fixture *f = *state;
    const struct log_field fields[] = {
        {"A", "\033[2Jwipe"},
        {"B", "say \"hi\" \\"},
        {"C", ""},
        {"D", "\xC2\x9B"
              "31m"},
        {"E", "\xEC\x84\x9C"},
        {"F", "x\xFFy"},
        {NULL, NULL},
    };
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_INFO, NULL, fields, "two\nlines\ttab");
    assert_string_equal(f->text,
                        "info    two\\nlines\\ttab  a=\"\\x1b[2Jwipe\" b=\"say \\\"hi\\\" \\\\\" "
                        "c=\"\" d=\\x9b31m e=\xEC\x84\x9C f=x\xEF\xBF\xBDy\n");
}

static void test_text_cuts_values(void **state)
{
    struct fixture *f = *state;
    char *value = xmalloc(5001);
    memset(value, 'v', 5000);
    value[5000] = '\0';
    const struct log_field fields[] = {{"LONG", value}, {NULL, NULL}};
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_INFO, NULL, fields, "s");
    free(value);
    assert_int_equal(f->length, strlen("info    s  long=") + 2048 + 3 + 1);
    assert_string_equal(f->text + f->length - 5, "v\xE2\x80\xA6\n");
}

static void test_no_colour_off_terminal(void **state)
{
    struct fixture *f = *state;
    setenv("TERM", "xterm", 1);
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_WARNING, NULL, two_fields, "plain");
    assert_null(strchr(f->text, '\033'));
}

/* A pseudo-terminal; its other end is what a person would see. */
static FILE *open_terminal(int *other_end)
{
    *other_end = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*other_end >= 0);
    assert_return_code(grantpt(*other_end), errno);
    assert_return_code(unlockpt(*other_end), errno);
    FILE *terminal = fopen(ptsname(*other_end), "r+e");
    assert_non_null(terminal);
    return terminal;
}

static bool coloured(void)
{
    int other_end;
    char seen[512];
    FILE *terminal = open_terminal(&other_end);
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, terminal, "pgdriftd");
    log_record(LOG_LEVEL_ERROR, NULL, two_fields, "red");
    ssize_t n = read(other_end, seen, sizeof(seen) - 1);
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL, "pgdriftd");
    fclose(terminal);
    close(other_end);
    assert_true(n > 0);
    seen[n] = '\0';
    assert_non_null(strstr(seen, "red"));
    return strstr(seen, "\033[1;31merror") != NULL;
}

static void test_colour_on_terminal(void **state)
{
    (void)state;
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    assert_true(coloured());
    setenv("NO_COLOR", "1", 1);
    assert_false(coloured());
    unsetenv("NO_COLOR");
    setenv("TERM", "dumb", 1);
    assert_false(coloured());
}

static void test_json(void **state)
{
    struct fixture *f = *state;
    int64_t now = 1763935506042; /* 2025-11-23T22:05:06.042Z */
    log_clock(fixed_clock, &now);
    log_setup(LOG_FORMAT_JSON, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_NOTICE, ID, two_fields, "drift");
    assert_string_equal(f->text,
                        "{\"time\":\"2025-11-23T22:05:06.042Z\",\"level\":\"notice\","
                        "\"identifier\":\"pgdriftd\",\"message\":\"drift\","
                        "\"message_id\":\"" ID "\",\"resource\":\"role phonebill_monitor\","
                        "\"cycle\":\"17\"}\n");
}

static void test_json_stays_json(void **state)
{
    struct fixture *f = *state;
    const struct log_field fields[] = {
        {"BAD", "x\xC3(\xFF\xED\xA0\x80y"},
        {"LEVEL", "emergency"},
        {"CONTROL", "\001\n\""},
        {NULL, NULL},
    };
    log_setup(LOG_FORMAT_JSON, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_record(LOG_LEVEL_INFO, NULL, fields, "bad \xFE");
    json_t *line = json_loadb(f->text, f->length, 0, NULL);
    assert_non_null(line);
    assert_string_equal(json_string_value(json_object_get(line, "message")), "bad \xEF\xBF\xBD");
    assert_string_equal(json_string_value(json_object_get(line, "bad")),
                        "x\xEF\xBF\xBD(\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDy");
    assert_string_equal(json_string_value(json_object_get(line, "level")), "info");
    assert_string_equal(json_string_value(json_object_get(line, "control")), "\001\n\"");
    assert_null(json_object_get(line, "time"));
    assert_ptr_equal(strchr(f->text, '\n'), f->text + f->length - 1);
    json_decref(line);
}

static void test_error_fields(void **state)
{
    struct fixture *f = *state;
    struct err err = {
        .kind = ERR_CONFLICT, .status = 409, .code = "ServerIsBusy", .request_id = "r-1"};
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, f->stream, "pgdriftd");
    log_error(LOG_LEVEL_WARNING, NULL, NULL, &err, "refused");
    err = (struct err){.kind = ERR_DENIED, .code = "42501"};
    log_error(LOG_LEVEL_WARNING, NULL, two_fields, &err, "refused");
    assert_string_equal(f->text, "warning refused  err_kind=conflict http_status=409 "
                                 "az_error_code=ServerIsBusy az_request_id=r-1\n"
                                 "warning refused  err_kind=denied sqlstate=42501 "
                                 "resource=\"role phonebill_monitor\" cycle=17\n");
}

static void test_long_sentence_is_cut_between_characters(void **state)
{
    struct fixture *f = *state;
    char *sentence = xmalloc(9001);
    for (size_t i = 0; i < 9000; i += 3) memcpy(sentence + i, "\xEC\x84\x9C", 3);
    sentence[9000] = '\0';
    log_setup(LOG_FORMAT_JSON, LOG_LEVEL_INFO, f->stream, "x");
    log_record(LOG_LEVEL_INFO, NULL, NULL, "%s", sentence);
    json_t *line = json_loadb(f->text, f->length, 0, NULL);
    const char *got = json_string_value(json_object_get(line, "message"));
    assert_int_equal(strlen(got), 8190);
    assert_memory_equal(got, sentence, 8190);
    json_decref(line);
    free(sentence);
}

static void test_words(void **state)
{
    (void)state;
    assert_int_equal(log_format_parse("auto"), LOG_FORMAT_AUTO);
    assert_int_equal(log_format_parse("journal"), LOG_FORMAT_JOURNAL);
    assert_int_equal(log_format_parse("text"), LOG_FORMAT_TEXT);
    assert_int_equal(log_format_parse("json"), LOG_FORMAT_JSON);
    assert_int_equal(log_format_parse("JSON"), -1);
    assert_int_equal(log_level_parse("error"), LOG_LEVEL_ERROR);
    assert_int_equal(log_level_parse("warning"), LOG_LEVEL_WARNING);
    assert_int_equal(log_level_parse("notice"), LOG_LEVEL_NOTICE);
    assert_int_equal(log_level_parse("info"), LOG_LEVEL_INFO);
    assert_int_equal(log_level_parse("debug"), LOG_LEVEL_DEBUG);
    assert_int_equal(log_level_parse(""), -1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_text),
        CASE(test_text_is_harmless),
        CASE(test_text_cuts_values),
        CASE(test_no_colour_off_terminal),
        CASE(test_colour_on_terminal),
        CASE(test_json),
        CASE(test_json_stays_json),
        CASE(test_error_fields),
        CASE(test_long_sentence_is_cut_between_characters),
        CASE(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
