/* Documents for the tests of relations, and what a check of them says. */
#ifndef UNIT_CONFIG_RELATION_FIXTURE_H
#define UNIT_CONFIG_RELATION_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "base/mem.h"
#include "config/relation.h"

/* ' stands for ". */
static inline json_t *relation_parse(const char *text)
{
    char *copy = xstrdup(text);
    for (char *p = copy; *p; p++)
        if (*p == '\'') *p = '"';
    json_error_t e;
    json_t *value = json_loads(copy, JSON_REJECT_DUPLICATES, &e);
    if (!value) fail_msg("%s: %s", text, e.text);
    free(copy);
    return value;
}

static const char relation_base[] =
    "{'resourceGroup':{'name':'rg'},"
    "'servers':[{'name':'one','sku':{'name':'Standard_D4s_v3','tier':'GeneralPurpose'},"
    "'properties':{'version':'15','administratorLogin':'boss'}}]}";

/* The base with the members of 'server' in its server, and those of 'root' in itself. */
static inline json_t *relation_document(const char *server, const char *root)
{
    json_t *d = relation_parse(relation_base);
    json_t *one = json_array_get(json_object_get(d, "servers"), 0);
    json_t *more = relation_parse(server ? server : "{}"),
           *parts = relation_parse(root ? root : "{}");
    assert_int_equal(json_object_update_recursive(one, more), 0);
    assert_int_equal(json_object_update(d, parts), 0);
    json_decref(more);
    json_decref(parts);
    return d;
}

static inline void relation_assert(const char *server, const char *root, const char *expected)
{
    json_t *d = relation_document(server, root);
    struct problems problems;
    struct buf text;
    problems_init(&problems);
    buf_init(&text, 1 << 16);
    relations_check(d, &problems);
    problems_text(&problems, &text);
    /* Without a file each line begins with ": ". */
    assert_string_equal(buf_text(&text), expected);
    buf_done(&text);
    problems_done(&problems);
    json_decref(d);
}

/* A relation, and what it takes: members of the server and of the document. */
struct relation_case {
    const char *id;
    const char *server, *root;
    const char *expected; /* "": it holds */
};

static inline void relation_assert_cases(const struct relation_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        relation_assert(cases[i].server, cases[i].root, cases[i].expected);
}

/* Each relation of the kind is shown to hold and not to hold, and says what it is about. */
static inline void relation_assert_both(const struct relation_case *cases, size_t count,
                                        bool of_servers)
{
    for (size_t i = 0; i < relation_count; i++) {
        const struct relation *row = &relation_table[i];
        if (!row->check == !row->check_server) fail_msg("%s checks nothing, or twice", row->id);
        if ((row->check_server != NULL) != of_servers) continue;
        char *begin = xasprintf(": %s: ", row->id);
        bool good = false, bad = false;
        for (size_t k = 0; k < count; k++) {
            if (strcmp(cases[k].id, row->id) != 0) continue;
            good |= !*cases[k].expected;
            bad |= strstr(cases[k].expected, begin) != NULL;
        }
        if (!good || !bad) fail_msg("%s has no %s case", row->id, good ? "bad" : "good");
        free(begin);
    }
}

#endif
