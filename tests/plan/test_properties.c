/* What holds for the plan of every case in tests/plan: it does not depend on the order of keys and
 * lists, text and JSON say the same, everything that may be done can be done, and what was written
 * would be in sync. */
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
#include "resource/action.h"
#include "resource/resource.h"
#include "support/plan_case.h"

#define ROOT "tests/plan"
enum { SHUFFLES = 4 };

struct fixture {
    struct plan_case_list cases;
    json_t *base;
    json_t *stands;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    plan_case_list_init(&f->cases, ROOT, NULL);
    f->base = plan_case_read(ROOT "/document.json");
    f->stands = plan_case_read(ROOT "/seen.json");
    *state = f;
    return f->cases.count && f->base && f->stands ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    plan_case_list_done(&f->cases);
    json_decref(f->base);
    json_decref(f->stands);
    free(f);
    return 0;
}

static json_t *input_of(const struct fixture *f, size_t i)
{
    char *path = xasprintf("%s/input.json", f->cases.directories[i]);
    json_t *input = plan_case_read(path);
    free(path);
    assert_non_null(input);
    return input;
}

/* --- order ----------------------------------------------------------------------------------- */

/* A sequence of its own, so that a failure can be had again. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void shuffle_places(size_t *places, size_t count, uint32_t *seed)
{
    for (size_t i = 0; i < count; i++) places[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t k = next_random(seed) % i, kept = places[i - 1];
        places[i - 1] = places[k];
        places[k] = kept;
    }
}

/* A copy with all keys and list items in another order; a new reference. */
static json_t *shuffled(const json_t *value, uint32_t *seed)
{
    size_t count = json_is_array(value) ? json_array_size(value) : json_object_size(value);
    if (!json_is_array(value) && !json_is_object(value)) return json_deep_copy(value);
    size_t *places = xcalloc(count + 1, sizeof(*places));
    const char **keys = xcalloc(count + 1, sizeof(*keys));
    json_t *copy = json_is_array(value) ? json_array() : json_object();
    const char *key;
    json_t *member;
    size_t n = 0;
    shuffle_places(places, count, seed);
    json_each_member(value, key, member) keys[n++] = key;
    for (size_t i = 0; i < count; i++) {
        const char *name = keys[places[i]];
        if (json_is_array(value))
            json_array_append_new(copy, shuffled(json_array_get(value, places[i]), seed));
        else
            json_object_set_new(copy, name, shuffled(json_object_get(value, name), seed));
    }
    free(keys);
    free(places);
    return copy;
}

static char *everything(const json_t *base, const json_t *stands, const json_t *input)
{
    struct plan_case c;
    struct buf b;
    buf_init(&b, 1 << 20);
    plan_case_init(&c, base, stands, input);
    assert_null(c.trouble);
    plan_text(c.plan, false, &b);
    plan_case_writes(&c, &b);
    json_t *value = plan_json(c.plan);
    char *line = json_line(value);
    buf_str(&b, line);
    free(line);
    json_decref(value);
    plan_case_done(&c);
    return buf_steal(&b);
}

static void test_order_means_nothing(void **state)
{
    const struct fixture *f = *state;
    for (size_t i = 0; i < f->cases.count; i++) {
        json_t *input = input_of(f, i);
        char *straight = everything(f->base, f->stands, input);
        for (uint32_t n = 0; n < SHUFFLES; n++) {
            uint32_t seed = (uint32_t)i * SHUFFLES + n;
            json_t *base = shuffled(f->base, &seed);
            json_t *stands = shuffled(f->stands, &seed);
            json_t *other = shuffled(input, &seed);
            char *again = everything(base, stands, other);
            if (strcmp(straight, again) != 0)
                fail_msg("%s, shuffle %u:\n%s\n%s", f->cases.directories[i], n, straight, again);
            free(again);
            json_decref(base);
            json_decref(stands);
            json_decref(other);
        }
        free(straight);
        json_decref(input);
    }
}

/* --- text and JSON --------------------------------------------------------------------------- */

static const char *sign_of(const char *verb)
{
    static const char *const signs[][2] = {
        {"create", "+"}, {"update", "~"}, {"delete", "-"}, {"report", "!"}};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
        if (strcmp(signs[i][0], verb) == 0) return signs[i][1];
    return "?";
}

static const char *shown(const char *value)
{
    return value && !*value ? "\"\"" : value;
}

static void change_from_json(const json_t *c, struct buf *out)
{
    const char *verdict = json_text_at(c, "verdict"), *reason = json_text_at(c, "reason");
    buf_printf(out, "%s %s %s  on %s, %s%s", sign_of(json_text_at(c, "verb")),
               json_text_at(c, "type"), json_text_at(c, "object"), json_text_at(c, "target"),
               json_text_at(c, "class"), json_bool_at(c, "widening", false) ? ", widening" : "");
    if (strcmp(verdict, "go") != 0) buf_printf(out, "  [%s: %s]", verdict, reason);
    buf_char(out, '\n');
    size_t i;
    const json_t *d;
    json_array_foreach(json_object_get(c, "deltas"), i, d)
    {
        const char *from = shown(json_text_at(d, "from")), *to = shown(json_text_at(d, "to"));
        buf_printf(out, "    %s: %s%s%s\n", json_text_at(d, "path"), from ? from : "",
                   from || !to ? " -> " : "", to ? to : "(none)");
    }
}

/* The text that a reader of the JSON alone would write. */
static char *text_from_json(const json_t *plan)
{
    struct buf b;
    size_t i;
    const json_t *c;
    buf_init(&b, 1 << 20);
    json_array_foreach(json_object_get(plan, "changes"), i, c) change_from_json(c, &b);
    if (!json_array_size(json_object_get(plan, "changes"))) {
        buf_str(&b, "In sync: nothing differs from the document.\n");
        return buf_steal(&b);
    }
    const json_t *n = json_object_get(plan, "counts");
    buf_printf(&b, "%d drifted: %d to correct, %d waiting, %d never, %d unachievable",
               (int)json_int_at(n, "drifted", -1), (int)json_int_at(n, "go", -1),
               (int)json_int_at(n, "waiting", -1), (int)json_int_at(n, "never", -1),
               (int)json_int_at(n, "unachievable", -1));
    int debt = (int)json_int_at(n, "debt", -1);
    if (debt) buf_printf(&b, "; %d owing a restart", debt);
    buf_str(&b, ".\n");
    buf_printf(&b, "Plan %s\n", json_text_at(plan, "digest"));
    return buf_steal(&b);
}

static void test_text_and_json_agree(void **state)
{
    const struct fixture *f = *state;
    for (size_t i = 0; i < f->cases.count; i++) {
        if (strstr(f->cases.directories[i], "hostile")) continue; /* only the text escapes */
        json_t *input = input_of(f, i);
        struct plan_case c;
        struct buf text;
        buf_init(&text, 1 << 20);
        plan_case_init(&c, f->base, f->stands, input);
        plan_text(c.plan, false, &text);
        json_t *value = plan_json(c.plan);
        assert_non_null(value);
        char *other = text_from_json(value);
        assert_string_equal(buf_text(&text), other);
        struct plan_counts n = plan_count(c.plan);
        bool in_sync = n.drifted == 0 && n.debt == 0;
        assert_int_equal(json_bool_at(value, "inSync", !in_sync), in_sync);
        free(other);
        json_decref(value);
        plan_case_done(&c);
        buf_done(&text);
        json_decref(input);
    }
}

/* --- sense ----------------------------------------------------------------------------------- */

/* What may be done has a write, what may not has a reason, and reports write nothing. */
static void test_every_change_makes_sense(void **state)
{
    const struct fixture *f = *state;
    for (size_t i = 0; i < f->cases.count; i++) {
        json_t *input = input_of(f, i);
        struct plan_case c;
        plan_case_init(&c, f->base, f->stands, input);
        for (size_t k = 0; k < c.plan->count; k++) {
            const struct change *change = &c.plan->changes[k];
            const struct action *a = change->action;
            assert_true(change->delta_count > 0);
            assert_non_null(resource_find(change->type));
            assert_int_equal(change->verdict == CHANGE_GO, change->reason == NULL);
            assert_int_equal(change->verb == CHANGE_REPORT, a == NULL);
            if (!a) continue;
            assert_int_equal(a->kind, ACTION_ARM);
            assert_true(strncmp(a->id, c.target->arm_id, strlen(c.target->arm_id)) == 0);
            assert_int_equal(change->verb == CHANGE_DELETE, a->body == NULL);
        }
        plan_case_done(&c);
        json_decref(input);
    }
}

/* 'patch' over 'onto', as ARM would take a PATCH. */
static void overlay(json_t *onto, const json_t *patch)
{
    json_object_update_recursive(onto, unconst(patch));
}

/* Where in 'list' the item called 'name' is; behind its end where there is none. */
static size_t place_of(const json_t *list, const char *name)
{
    size_t at = 0;
    while (at < json_array_size(list)) {
        const char *other = json_text_at(json_array_get(list, at), "name");
        if (other && strcmp(other, name) == 0) break;
        at++;
    }
    return at;
}

static void write_child(json_t *list, const struct action *a, const json_t *body)
{
    const char *name = strrchr(a->id, '/') + 1;
    size_t at = place_of(list, name);
    json_t *item = json_array_get(list, at);
    if (strcmp(a->method, "DELETE") == 0) {
        assert_non_null(item);
        json_array_remove(list, at);
    } else if (item) {
        overlay(item, body);
    } else {
        json_t *made = json_deep_copy(body);
        json_object_set_new(made, "name", json_string(name));
        json_array_append_new(list, made);
    }
}

/* The simplest ARM there is: what is sent is what is answered from then on. */
static void write_one(const struct plan_case *c, const struct change *change)
{
    const struct action *a = change->action;
    struct observation *o = &c->seen.scopes[change->scope_index];
    json_t *body = a->body ? json_parse(a->body, strlen(a->body), NULL) : NULL;
    if (change->scope_index) {
        write_child(o->body, a, body);
    } else if (o->state == SEEN_ABSENT) {
        assert_string_equal(a->method, "PUT");
        o->state = SEEN_COMPLETE;
        o->body = json_deep_copy(body);
        json_put_at(o->body, "properties.state", json_string("Ready"));
    } else {
        overlay(o->body, body);
    }
    json_decref(body);
}

/* Two rounds: what is refused at creation follows by PATCH. */
static void test_writes_converge(void **state)
{
    const struct fixture *f = *state;
    for (size_t i = 0; i < f->cases.count; i++) {
        json_t *input = input_of(f, i);
        struct plan_case c;
        plan_case_init(&c, f->base, f->stands, input);
        bool writable = c.target->policy.mode == POLICY_ENFORCE && !json_object_get(input, "busy");
        size_t left = 0;
        for (int round = 0; round < 3 && writable; round++) {
            left = 0;
            for (size_t k = 0; k < c.plan->count; k++) {
                if (c.plan->changes[k].verdict != CHANGE_GO) continue;
                write_one(&c, &c.plan->changes[k]);
                left++;
            }
            plan_free(c.plan);
            c.plan = plan_new();
            resource_compare(c.target, &c.seen, false, c.plan);
            policy_permit(c.plan, &c.target->policy, &c.facts);
        }
        if (left) fail_msg("%s: still writes in the third round", f->cases.directories[i]);
        plan_case_done(&c);
        json_decref(input);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_means_nothing),
        cmocka_unit_test(test_text_and_json_agree),
        cmocka_unit_test(test_every_change_makes_sense),
        cmocka_unit_test(test_writes_converge),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
