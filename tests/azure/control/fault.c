/* Faults on order: see fault.h. An order is kept as the JSON it came in. */
#include "control/fault.h"

#include <stdlib.h>
#include <string.h>

#include "arm/lro.h"
#include "arm/path_pattern.h"
#include "base/json.h"
#include "control/fault_edit.h"
#include "control/sim.h"
#include "front/clock.h"

struct fault {
    struct fault *next;
    json_t *order;
    int64_t skip, times; /* what is left */
};

struct faults {
    struct fault *first;
};

enum verb_of { OF_ANY, OF_READS, OF_WRITES };

/* What an action can say; a fault without a method is for what its verbs are for. */
static const struct verb {
    const char *name;
    enum verb_of of;
    bool for_ever; /* without 'times' */
} verbs[] = {
    {"status", OF_ANY, false},
    {"retry_after", OF_ANY, false},
    {"retry_after_date", OF_ANY, false},
    {"reset", OF_ANY, false},
    {"lro_error", OF_ANY, false},
    {"delay_ms", OF_ANY, false},
    {"body", OF_ANY, false},
    {"truncate", OF_ANY, false},
    {"empty_page", OF_ANY, false},
    {"gzip", OF_ANY, false},
    {"endless_body", OF_ANY, false},
    {"silent", OF_WRITES, false},
    {"lose", OF_WRITES, false},
    {"ignore", OF_WRITES, false},
    {"edit", OF_READS, false},
    {"set", OF_READS, false},
    {"remove", OF_READS, false},
    {"append", OF_READS, false},
    {"hide", OF_READS, false},
    {"repeat", OF_READS, false},
    {"loop", OF_READS, true},
    {"endless", OF_READS, true},
};

enum { VERB_N = sizeof(verbs) / sizeof(verbs[0]) };

/* The first verb of the order; NULL where it has none. */
static const struct verb *fault_verb(const json_t *order)
{
    for (size_t i = 0; i < VERB_N; i++) {
        if (json_object_get(json_object_get(order, "action"), verbs[i].name)) return &verbs[i];
    }
    return NULL;
}

struct faults *faults_new(void)
{
    return xcalloc(1, sizeof(struct faults));
}

void faults_clear(struct faults *faults)
{
    for (struct fault *f = faults->first, *next; f; f = next) {
        next = f->next;
        json_decref(f->order);
        free(f);
    }
    faults->first = NULL;
}

void faults_free(struct faults *faults)
{
    if (!faults) return;
    faults_clear(faults);
    free(faults);
}

/* Words of an action that are no verbs but belong to one. */
static bool fault_word_known(const char *word)
{
    static const char *const beside[] = {"code", "message", "headers", "item", NULL};
    for (int i = 0; beside[i]; i++) {
        if (strcmp(beside[i], word) == 0) return true;
    }
    for (size_t i = 0; i < VERB_N; i++) {
        if (strcmp(verbs[i].name, word) == 0) return true;
    }
    return false;
}

static int fault_check(const json_t *order, struct err *err)
{
    const json_t *action = json_object_get(order, "action");
    const char *reset = json_text_at(action, "reset"), *lose = json_text_at(action, "lose");
    const char *word;
    json_t *value;
    json_each_member(action, word, value)
    {
        if (!fault_word_known(word))
            return err_set(err, ERR_REFUSED, "'%s' is no known action", word);
    }
    if (!fault_verb(order)) return err_set(err, ERR_REFUSED, "the fault has no known action");
    if (json_at(action, "reset") &&
        (!reset || (strcmp(reset, "before") != 0 && strcmp(reset, "after") != 0)))
        return err_set(err, ERR_REFUSED, "reset is 'before' or 'after'");
    if (json_at(action, "lro_error") && !json_text_at(action, "lro_error.code"))
        return err_set(err, ERR_REFUSED, "lro_error needs a code");
    if (json_at(action, "lose") && (!lose || !lro_loss_known(lose)))
        return err_set(err, ERR_REFUSED,
                       "lose is '404', '301', 'gzip', 'endless', 'silent' or 'Canceled'");
    return 0;
}

int faults_add(struct faults *faults, const json_t *order, struct err *err)
{
    if (fault_check(order, err) < 0) return -1;
    struct fault *f = xcalloc(1, sizeof(*f));
    f->order = json_deep_copy(order);
    f->skip = json_int_at(order, "skip", 0);
    f->times = json_int_at(order, "times", fault_verb(order)->for_ever ? -1 : 1);
    struct fault **at = &faults->first;
    while (*at) at = &(*at)->next;
    *at = f;
    return 0;
}

json_t *faults_json(const struct faults *faults)
{
    json_t *all = json_array();
    for (const struct fault *f = faults->first; f; f = f->next) {
        json_t *item = json_deep_copy(f->order);
        json_object_set_new(item, "left", json_integer(f->times));
        if (f->times != 0)
            json_array_append_new(all, item);
        else
            json_decref(item);
    }
    return all;
}

static bool fault_matches(const struct fault *f, const struct exchange *x)
{
    const char *method = json_text_at(f->order, "match.method");
    const char *path = json_text_at(f->order, "match.path");
    bool reads = strcmp(x->method, "GET") == 0 || strcmp(x->method, "HEAD") == 0;
    enum verb_of of = fault_verb(f->order)->of;
    if (f->times == 0) return false;
    if (method ? strcasecmp(method, x->method) != 0 : of != OF_ANY && reads != (of == OF_READS))
        return false;
    return !path || path_matches(path, x->path);
}

struct fault *fault_take(struct exchange *x)
{
    for (struct fault *f = x->sim->faults->first; f; f = f->next) {
        if (!fault_matches(f, x)) continue;
        if (f->skip > 0) {
            f->skip--;
            continue;
        }
        if (f->times > 0) f->times--;
        return f;
    }
    return NULL;
}

static void fault_answer(const json_t *action, struct exchange *x)
{
    const char *code = json_text_at(action, "code");
    const char *message = json_text_at(action, "message");
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(action, "headers"), name, value)
    {
        if (json_is_string(value)) reply_header(x, name, "%s", json_string_value(value));
    }
    if (json_at(action, "retry_after"))
        reply_header(x, "Retry-After", "%lld", (long long)json_int_at(action, "retry_after", 0));
    if (json_at(action, "retry_after_date")) {
        char date[CLOCK_TEXT];
        clock_http_text(date, clock_unix() + json_int_at(action, "retry_after_date", 0));
        reply_header(x, "Retry-After", "%s", date);
    }
    reply_error(x, (int)json_int_at(action, "status", 503), code ? code : "InternalServerError",
                "%s",
                message ? message
                        : "An unexpected error occured while processing the "
                          "request. Tracking ID: '0'");
}

bool fault_before(const struct fault *fault, struct exchange *x)
{
    if (!fault) return false;
    const json_t *action = json_object_get(fault->order, "action");
    const char *reset = json_text_at(action, "reset");
    x->hold_ms = json_int_at(action, "delay_ms", 0);
    x->late_code = json_text_at(action, "lro_error.code");
    x->late_message = json_text_at(action, "lro_error.message");
    if (x->late_code && !x->late_message) x->late_message = "An injected failure.";
    x->empty_page = json_bool_at(action, "empty_page", false);
    x->ignore = json_bool_at(action, "ignore", false);
    x->lose = json_text_at(action, "lose");
    if (reset) x->delivery = DELIVER_RESET;
    if (reset && strcmp(reset, "before") == 0) return true;
    if (!json_object_get(action, "status") && !json_object_get(action, "retry_after") &&
        !json_object_get(action, "retry_after_date"))
        return false;
    fault_answer(action, x);
    return true;
}

void fault_after(const struct fault *fault, struct exchange *x)
{
    if (!fault) return;
    const json_t *action = json_object_get(fault->order, "action");
    const char *body = json_text_at(action, "body");
    if (body) reply_text(x, x->status, body);
    fault_edit(x, action);
    if (json_bool_at(action, "truncate", false)) x->delivery = DELIVER_TRUNCATED;
    if (json_bool_at(action, "gzip", false)) reply_broken_gzip(x);
    if (json_bool_at(action, "endless_body", false)) reply_endlessly(x);
    if (json_bool_at(action, "silent", false)) reply_never(x);
    x->late_code = x->late_message = x->lose = NULL; /* the order's memory */
}
