/* The desired directory: which files are documents, and what two of them may not both declare. */
#include "config/desired.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/mem.h"
#include "support/scratch.h"

/* What every document has; %s is its name and its server's. */
static const char document[] =
    "{\"schemaVersion\":1,\"metadata\":{\"name\":\"%s\"},"
    "\"azure\":{\"subscriptionId\":\"00000000-0000-0000-0000-000000000001\"},"
    "\"resourceGroup\":{\"name\":\"rg\",\"location\":\"koreacentral\"},"
    "\"servers\":[{\"name\":\"%s\",\"location\":\"Korea Central\","
    "\"sku\":{\"name\":\"Standard_D4s_v3\",\"tier\":\"GeneralPurpose\"},"
    "\"properties\":{\"version\":\"15\",\"administratorLogin\":\"boss\","
    "\"administratorLoginPassword\":\"credential:boss\"}}]}";

struct fixture {
    char directory[SCRATCH_PATH];
    struct settings *settings;
    struct problems problems;
};

static char *path_of(const struct fixture *f, const char *name)
{
    return xasprintf("%s/%s", f->directory, name);
}

static void put(const struct fixture *f, const char *name, const char *text)
{
    char *path = path_of(f, name);
    FILE *out = fopen(path, "we");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
    free(path);
}

static void put_document(const struct fixture *f, const char *file, const char *name,
                         const char *server)
{
    char text[1024];
    snprintf(text, sizeof(text), document, name, server);
    put(f, file, text);
}

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    scratch_path(f->directory, "desired.XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    problems_init(&f->problems);
    char *text = xasprintf("{\"desired\":{\"directory\":\"%s\"}}", f->directory);
    f->settings =
        settings_parse("pgdriftd.json", text, strlen(text), SETTINGS_LEAVE_SECRETS, &f->problems);
    free(text);
    assert_non_null(f->settings);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"a.json", "b.json", ".hidden.json", "note.txt"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *path = path_of(f, names[i]);
        unlink(path);
        free(path);
    }
    rmdir(f->directory);
    problems_done(&f->problems);
    settings_free(f->settings);
    free(f);
    return 0;
}

static struct desired *load(struct fixture *f)
{
    return desired_load(f->settings, SETTINGS_LEAVE_SECRETS, &f->problems);
}

static void test_an_empty_directory_declares_nothing(void **state)
{
    struct desired *d = load(*state);
    assert_non_null(d);
    assert_int_equal(d->count, 0);
    desired_free(d);
}

/* Whoever asks about what is declared learns that it is nothing. */
static void test_nothing_is_a_problem_where_something_is_wanted(void **state)
{
    struct fixture *f = *state;
    struct desired *d = load(f);
    assert_non_null(d);
    assert_true(desired_is_empty(d));
    assert_int_equal(desired_require(d, f->settings, &f->problems), -1);
    assert_int_equal(f->problems.total, 1);
    assert_string_equal(f->problems.items[0].file, f->directory);
    assert_string_equal(f->problems.items[0].text,
                        "no documents: nothing is declared; documents are files *.json");
    desired_free(d);
}

static void test_something_is_none(void **state)
{
    struct fixture *f = *state;
    put_document(f, "a.json", "first", "one");
    struct desired *d = load(f);
    assert_non_null(d);
    assert_false(desired_is_empty(d));
    assert_int_equal(desired_require(d, f->settings, &f->problems), 0);
    assert_int_equal(f->problems.total, 0);
    desired_free(d);
}

static void test_documents_by_name(void **state)
{
    struct fixture *f = *state;
    put_document(f, "b.json", "second", "two");
    put_document(f, "a.json", "first", "one");
    put(f, ".hidden.json", "{");
    put(f, "note.txt", "no document");
    struct desired *d = load(f);
    assert_non_null(d);
    assert_int_equal(d->count, 2);
    assert_string_equal(d->documents[0]->name, "first");
    assert_string_equal(d->documents[1]->name, "second");
    assert_int_equal(d->documents[0]->target_count, 2);
    const struct target *server = &d->documents[0]->targets[1];
    assert_int_equal(server->edge_count, 1);
    assert_ptr_equal(server->edges[0].on, &d->documents[0]->targets[0]);
    assert_string_equal(server->edges[0].id, server->arm_id);
    assert_string_equal(server->arm_id,
                        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/"
                        "providers/Microsoft.DBforPostgreSQL/flexibleServers/one");
    desired_free(d);
}

static void test_one_bad_document_refuses_all(void **state)
{
    struct fixture *f = *state;
    put_document(f, "a.json", "first", "one");
    put(f, "b.json", "{\"schemaVersion\":1");
    assert_null(load(f));
    assert_int_equal(f->problems.total, 1);
    assert_int_equal(f->problems.items[0].line, 1);
    assert_non_null(strstr(f->problems.items[0].file, "b.json"));
}

static void assert_clash(struct fixture *f, const char *part)
{
    assert_null(load(f));
    assert_int_equal(f->problems.total, 1);
    assert_non_null(strstr(f->problems.items[0].text, part));
    assert_non_null(strstr(f->problems.items[0].file, "b.json"));
}

static void test_a_server_belongs_to_one_document(void **state)
{
    struct fixture *f = *state;
    put_document(f, "a.json", "first", "same");
    put_document(f, "b.json", "second", "SAME");
    assert_clash(f, "server SAME is declared by");
}

/* Also where the groups differ: its name is the first label of a host name. */
static void test_a_servers_name_is_one_of_the_world(void **state)
{
    struct fixture *f = *state;
    char text[1024];
    snprintf(text, sizeof(text), document, "second", "same");
    char *group = strstr(text, "\"rg\"");
    assert_non_null(group);
    memcpy(group, "\"gr\"", 4);
    put_document(f, "a.json", "first", "same");
    put(f, "b.json", text);
    assert_clash(f, "server same is declared by");
    assert_string_equal(f->problems.items[0].path, "servers[0].name");
    assert_int_equal(f->problems.items[0].line, 1);
}

static void test_a_name_belongs_to_one_document(void **state)
{
    struct fixture *f = *state;
    put_document(f, "a.json", "same", "one");
    put_document(f, "b.json", "same", "two");
    assert_clash(f, "metadata.name same is taken by");
}

/* Puts "a.json" and "b.json" with these tags of the group that they share. */
static void put_tags(const struct fixture *f, const char *a, const char *b)
{
    const char *const tags[] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        char text[1024], name[16], server[16], file[16];
        snprintf(name, sizeof(name), "name-%zu", i);
        snprintf(server, sizeof(server), "server-%zu", i);
        snprintf(file, sizeof(file), "%c.json", (char)('a' + i));
        snprintf(text, sizeof(text), document, name, server);
        static const char place[] = "\"location\":\"koreacentral\"";
        const char *rest = strstr(text, place);
        assert_non_null(rest);
        char *all = xasprintf("%.*s%s%s", (int)(rest - text), text, tags[i], rest);
        put(f, file, all);
        free(all);
    }
}

static void test_a_group_is_shared_by_those_who_want_the_same(void **state)
{
    struct fixture *f = *state;
    put_tags(f, "\"tags\":{\"env\":\"prod\"},", "\"tags\":{\"env\":\"prod\"},");
    struct desired *d = load(f);
    assert_non_null(d);
    desired_free(d);
    put_tags(f, "\"tags\":{\"env\":\"prod\"},", "");
    d = load(f);
    assert_non_null(d);
    desired_free(d);
    put_tags(f, "\"tags\":{\"env\":\"prod\"},", "\"tags\":{\"env\":\"test\"},");
    assert_clash(f, "resource group rg has other tags in");
}

static void test_a_missing_directory_is_said(void **state)
{
    struct fixture *f = *state;
    rmdir(f->directory);
    assert_null(load(f));
    assert_int_equal(f->problems.total, 1);
    assert_string_equal(f->problems.items[0].text, "No such file or directory");
}

/* With one server's name in front, more lists can follow. */
static struct desired *load_with(struct fixture *f, const char *more)
{
    char text[1024];
    snprintf(text, sizeof(text), document, "first", "one");
    text[strlen(text) - 1] = '\0';
    char *all = xasprintf("%s,%s}", text, more);
    put(f, "a.json", all);
    free(all);
    return load(f);
}

static void test_nothing_is_created_unasked(void **state)
{
    static const struct {
        const char *policy;
        bool create;
    } cases[] = {
        {"\"mode\":\"enforce\"", false},
        {"\"mode\":\"enforce\",\"allowCreate\":true", true},
        {"\"mode\":\"observe\"", true}, /* all that is missing is said */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *more = xasprintf("\"policy\":{%s},\"roles\":[{\"name\":\"r\"}],"
                               "\"databases\":[{\"name\":\"d\"}]",
                               cases[i].policy);
        struct desired *d = load_with(*state, more);
        free(more);
        assert_non_null(d);
        const struct pg_want *want = d->documents[0]->targets[1].sql;
        assert_int_equal(want->roles[0].create_allowed, cases[i].create);
        assert_int_equal(want->databases[0].create_allowed, cases[i].create);
        desired_free(d);
    }
}

/* A role or database of the same name on each of two servers is two of them. */
static void test_servers_have_names_of_their_own(void **state)
{
    struct fixture *f = *state;
    char text[1024];
    snprintf(text, sizeof(text), document, "first", "one");
    char *begin = strstr(text, "{\"name\":\"one\"");
    assert_non_null(begin);
    int length = (int)strlen(begin) - 2; /* the server alone */
    char *second = xasprintf("%.*s", length, begin);
    memcpy(strstr(second, "one"), "two", 3);
    char *all =
        xasprintf("%.*s%.*s,%s],"
                  "\"roles\":[{\"name\":\"app\",\"server\":\"two\"},"
                  "{\"name\":\"app\",\"server\":\"one\"},{\"name\":\"b\",\"server\":\"two\"}],"
                  "\"databases\":[{\"name\":\"d\",\"server\":\"one\"},"
                  "{\"name\":\"d\",\"server\":\"two\"}]}",
                  (int)(begin - text), text, length, begin, second);
    put(f, "a.json", all);
    free(all);
    free(second);
    struct desired *d = load(f);
    assert_non_null(d);
    const struct pg_want *one = d->documents[0]->targets[1].sql;
    const struct pg_want *two = d->documents[0]->targets[2].sql;
    assert_int_equal(one->role_count, 1);
    assert_int_equal(two->role_count, 2);
    assert_string_equal(two->roles[0].name, "app");
    assert_string_equal(two->roles[1].name, "b");
    assert_int_equal(one->database_count, 1);
    assert_int_equal(two->database_count, 1);
    desired_free(d);
}

/* However many problems there are, as many as people read are kept, each with its place. */
static void test_many_problems_have_places(void **state)
{
    struct fixture *f = *state;
    struct buf roles;
    buf_init(&roles, 1 << 20);
    for (unsigned i = 0; i < 3000; i++)
        buf_printf(&roles, "%s\n{\"name\":\"r%u\",\"server\":\"none\"}", i ? "," : "", i);
    char *text = xasprintf("\"roles\":[%s]", buf_text(&roles));
    buf_done(&roles);
    assert_null(load_with(f, text));
    free(text);
    assert_int_equal(f->problems.total, 3000);
    assert_int_equal(f->problems.count, PROBLEMS_MAX);
    for (unsigned i = 0; i < PROBLEMS_MAX; i++) {
        char path[40];
        snprintf(path, sizeof(path), "roles[%u].server", i);
        assert_string_equal(f->problems.items[i].path, path);
        assert_int_equal(f->problems.items[i].line, i + 2);
    }
}

/* A file that makes several databases is read once; one that is not there is said at each place. */
static void test_schema_files(void **state)
{
    struct fixture *f = *state;
    static const char more[] =
        "\"databases\":[{\"name\":\"x\",\"schemaFiles\":[{\"file\":\"%s\","
        "\"createsRelation\":\"s.a\"},{\"file\":\"b.json\",\"createsRelation\":\"s.b\"}]},"
        "{\"name\":\"w\"},{\"name\":\"y\",\"schemaFiles\":[{\"file\":\"%s\","
        "\"createsRelation\":\"s.a\"}]}]";
    char *text = xasprintf(more, "note.txt", "note.txt");
    put(f, "note.txt", "CREATE TABLE s.a();");
    put_document(f, "b.json", "other", "other");
    struct desired *d = load_with(f, text);
    free(text);
    assert_non_null(d);
    const struct target *t = &d->documents[0]->targets[1];
    assert_int_equal(t->schema_file_count, 3);
    assert_string_equal(t->schema_files[0].text, "CREATE TABLE s.a();");
    assert_ptr_equal(t->schema_files[2].text, t->schema_files[0].text);
    assert_string_equal(t->schema_files[1].name, "b.json");
    assert_string_equal(t->schema_files[2].database, "y");
    desired_free(d);
    text = xasprintf(more, "none.sql", "none.sql");
    assert_null(load_with(f, text));
    free(text);
    assert_int_equal(f->problems.total, 2);
    assert_string_equal(f->problems.items[0].path, "databases[0].schemaFiles[0].file");
    assert_string_equal(f->problems.items[1].path, "databases[2].schemaFiles[0].file");
    assert_non_null(strstr(f->problems.items[1].text, "none.sql: No such file or directory"));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_an_empty_directory_declares_nothing),
        CASE(test_nothing_is_a_problem_where_something_is_wanted),
        CASE(test_something_is_none),
        CASE(test_documents_by_name),
        CASE(test_one_bad_document_refuses_all),
        CASE(test_a_server_belongs_to_one_document),
        CASE(test_a_servers_name_is_one_of_the_world),
        CASE(test_a_name_belongs_to_one_document),
        CASE(test_a_missing_directory_is_said),
        CASE(test_a_group_is_shared_by_those_who_want_the_same),
        CASE(test_nothing_is_created_unasked),
        CASE(test_servers_have_names_of_their_own),
        CASE(test_many_problems_have_places),
        CASE(test_schema_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
