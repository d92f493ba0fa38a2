/* How a plan is shown, to people and to machines: see plan.h. */
#include <string.h>

#include "plan/plan.h"

struct palette {
    const char *create, *update, *take, *report, *dim, *off;
};

static const struct palette plain = {"", "", "", "", "", ""};
static const struct palette colours = {"\033[32m", "\033[33m", "\033[31m",
                                       "\033[36m", "\033[2m",  "\033[0m"};

static const char *sign_of(const struct change *c, const struct palette *k, const char **colour)
{
    switch (c->verb) {
    case CHANGE_CREATE: *colour = k->create; return "+";
    case CHANGE_DELETE: *colour = k->take; return "-";
    case CHANGE_UPDATE: *colour = k->update; return "~";
    case CHANGE_REPORT:
    case CHANGE_VERB_N: break;
    }
    *colour = k->report;
    return "!";
}

static void change_text(const struct change *c, const struct palette *k, struct buf *out)
{
    const char *colour;
    const char *sign = sign_of(c, k, &colour);
    buf_printf(out, "%s%s %s %s%s", colour, sign, c->type, c->object, k->off);
    buf_printf(out, "  %son %s, %s%s%s", k->dim, c->target, change_class_word(c->class),
               c->widening ? ", widening" : "", k->off);
    if (c->verdict != CHANGE_GO)
        buf_printf(out, "  [%s: %s]", change_verdict_word(c->verdict), c->reason ? c->reason : "");
    buf_char(out, '\n');
    for (size_t i = 0; i < c->delta_count; i++) {
        const struct change_delta *d = &c->deltas[i];
        if (d->from && d->to)
            buf_printf(out, "    %s: %s -> %s\n", d->path, d->from, d->to);
        else if (d->to)
            buf_printf(out, "    %s: %s\n", d->path, d->to);
        else
            buf_printf(out, "    %s: %s -> (none)\n", d->path, d->from ? d->from : "");
    }
}

void plan_text(const struct plan *p, bool colour, struct buf *out)
{
    const struct palette *k = colour ? &colours : &plain;
    for (size_t i = 0; i < p->count; i++) change_text(&p->changes[i], k, out);
    struct plan_counts n = plan_count(p);
    if (!p->count) {
        buf_str(out, "In sync: nothing differs from the document.\n");
        return;
    }
    char digest[65];
    plan_digest(p, digest);
    buf_printf(out, "%zu drifted: %zu to correct, %zu waiting, %zu never, %zu unachievable.\n",
               n.drifted, n.go, n.waiting, n.never, n.unachievable);
    buf_printf(out, "Plan %.16s\n", digest);
}

static json_t *optional_text(const char *text)
{
    return text ? json_string(text) : json_null();
}

static json_t *change_json(const struct change *c)
{
    json_t *deltas = json_array();
    for (size_t i = 0; i < c->delta_count; i++)
        json_array_append_new(deltas, json_pack("{s:s, s:o, s:o}", "path", c->deltas[i].path,
                                                "from", optional_text(c->deltas[i].from), "to",
                                                optional_text(c->deltas[i].to)));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:b, s:o}", "type", c->type, "target",
                     c->target, "object", c->object, "verb", change_verb_word(c->verb), "class",
                     change_class_word(c->class), "verdict", change_verdict_word(c->verdict),
                     "reason", optional_text(c->reason), "widening", c->widening, "deltas", deltas);
}

json_t *plan_json(const struct plan *p)
{
    char digest[65];
    plan_digest(p, digest);
    struct plan_counts n = plan_count(p);
    json_t *changes = json_array();
    for (size_t i = 0; i < p->count; i++)
        json_array_append_new(changes, change_json(&p->changes[i]));
    return json_pack("{s:s, s:b, s:{s:I, s:I, s:I, s:I, s:I}, s:o}", "digest", digest, "inSync",
                     n.drifted == 0, "counts", "drifted", (json_int_t)n.drifted, "go",
                     (json_int_t)n.go, "waiting", (json_int_t)n.waiting, "never",
                     (json_int_t)n.never, "unachievable", (json_int_t)n.unachievable, "changes",
                     changes);
}
