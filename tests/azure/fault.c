/* Faults on order: see fault.h. An order is kept as the JSON it came in. */
#include "fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "path_pattern.h"
#include "sim.h"

struct fault {
    struct fault *next;
    json_t *order;
    int64_t skip, times; /* what is left */
};

struct faults {
    struct fault *first;
};

static const char *const actions[] = {"status", "reset",    "lro_error",  "delay_ms",
                                      "body",   "truncate", "empty_page", NULL};

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

static int fault_check(const json_t *order, struct err *err)
{
    const json_t *action = json_object_get(order, "action");
    const char *reset = json_text_at(action, "reset");
    int known = 0;
    for (int i = 0; actions[i]; i++) known += json_object_get(action, actions[i]) != NULL;
    if (!known) return err_set(err, ERR_REFUSED, "the fault has no known action");
    if (json_at(action, "reset") &&
        (!reset || (strcmp(reset, "before") != 0 && strcmp(reset, "after") != 0)))
        return err_set(err, ERR_REFUSED, "reset is 'before' or 'after'");
    if (json_at(action, "lro_error") && !json_text_at(action, "lro_error.code"))
        return err_set(err, ERR_REFUSED, "lro_error needs a code");
    return 0;
}

int faults_add(struct faults *faults, const json_t *order, struct err *err)
{
    if (fault_check(order, err) < 0) return -1;
    struct fault *f = xcalloc(1, sizeof(*f));
    f->order = json_deep_copy(order);
    f->skip = json_int_at(order, "skip", 0);
    f->times = json_int_at(order, "times", 1);
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
        if (f->times > 0)
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
    if (f->times <= 0) return false;
    if (method && strcasecmp(method, x->method) != 0) return false;
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
        f->times--;
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
    reply_error(x, (int)json_int_at(action, "status", 500), code ? code : "InternalServerError",
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
    if (reset) x->delivery = DELIVER_RESET;
    if (reset && strcmp(reset, "before") == 0) return true;
    if (!json_object_get(action, "status")) return false;
    fault_answer(action, x);
    return true;
}

void fault_after(const struct fault *fault, struct exchange *x)
{
    if (!fault) return;
    const json_t *action = json_object_get(fault->order, "action");
    const char *body = json_text_at(action, "body");
    if (body) reply_text(x, x->status, body);
    if (json_bool_at(action, "truncate", false)) x->delivery = DELIVER_TRUNCATED;
    x->late_code = x->late_message = NULL; /* the order's memory */
}
