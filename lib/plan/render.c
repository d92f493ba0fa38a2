/* How a plan is shown, to people and to machines: see plan.h. */
#include <stdint.h>
#include <string.h>

#include "base/utf8.h"
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

void plan_add_text(struct buf *out, const char *text)
{
    for (size_t left = strlen(text), size; left; left -= size, text += size) {
        uint32_t point = (unsigned char)*text;
        size = utf8_next(text, left, &point);
        bool harmless = size && point >= 0x20 && !(point >= 0x7F && point < 0xA0);
        if (harmless)
            buf_add(out, text, size);
        else
            buf_printf(out, "\\x%02x", (unsigned)point);
        if (!size) size = 1;
    }
}

/* A value that is there but empty must be seen, too. */
static const char *render_visible(const char *value)
{
    return *value ? value : "\"\"";
}

static void delta_text(const struct change_delta *d, struct buf *out)
{
    buf_str(out, "    ");
    plan_add_text(out, d->path);
    buf_str(out, ": ");
    if (d->from) plan_add_text(out, render_visible(d->from));
    if (d->from || !d->to) buf_str(out, " -> ");
    plan_add_text(out, d->to ? render_visible(d->to) : "(none)");
    buf_char(out, '\n');
}

static void change_text(const struct change *c, const struct palette *k, struct buf *out)
{
    const char *colour;
    const char *sign = sign_of(c, k, &colour);
    buf_printf(out, "%s%s ", colour, sign);
    plan_add_text(out, c->title);
    buf_printf(out, "%s  %son %s, %s%s%s", k->off, k->dim, c->target, change_class_word(c->class),
               c->widening ? ", widening" : "", k->off);
    if (c->verdict != CHANGE_GO) {
        buf_printf(out, "  [%s: ", change_verdict_word(c->verdict));
        plan_add_text(out, c->reason ? c->reason : "");
        buf_char(out, ']');
    }
    buf_char(out, '\n');
    for (size_t i = 0; i < c->delta_count; i++) delta_text(&c->deltas[i], out);
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
    buf_printf(out, "%zu drifted: %zu to correct, %zu waiting, %zu never, %zu unachievable",
               n.drifted, n.go, n.waiting, n.never, n.unachievable);
    if (n.debt) buf_printf(out, "; %zu owing a restart", n.debt);
    buf_str(out, ".\n");
    buf_printf(out, "Plan %s\n", digest);
}

json_t *plan_text_json(const char *text)
{
    if (!text) return json_null();
    json_t *value = json_string(text);
    if (value) return value;
    struct buf b;
    buf_init(&b, 4 * strlen(text));
    plan_add_text(&b, text);
    value = json_string(buf_text(&b));
    buf_done(&b);
    return value;
}

static json_t *change_json(const struct change *c)
{
    json_t *deltas = json_array();
    for (size_t i = 0; i < c->delta_count; i++)
        json_array_append_new(deltas, json_pack("{s:o, s:o, s:o}", "path",
                                                plan_text_json(c->deltas[i].path), "from",
                                                plan_text_json(c->deltas[i].from), "to",
                                                plan_text_json(c->deltas[i].to)));
    return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:o, s:b, s:o}", "type", c->type,
                     "target", c->target, "object", plan_text_json(c->object), "part",
                     plan_text_json(c->part), "verb", change_verb_word(c->verb), "class",
                     change_class_word(c->class), "verdict", change_verdict_word(c->verdict),
                     "reason", plan_text_json(c->reason), "widening", c->widening, "deltas",
                     deltas);
}

json_t *plan_json(const struct plan *p)
{
    char digest[65];
    plan_digest(p, digest);
    struct plan_counts n = plan_count(p);
    json_t *changes = json_array();
    for (size_t i = 0; i < p->count; i++)
        json_array_append_new(changes, change_json(&p->changes[i]));
    return json_pack("{s:s, s:b, s:{s:I, s:I, s:I, s:I, s:I, s:I}, s:o}", "digest", digest,
                     "inSync", n.drifted == 0 && n.debt == 0, "counts", "drifted",
                     (json_int_t)n.drifted, "debt", (json_int_t)n.debt, "go", (json_int_t)n.go,
                     "waiting", (json_int_t)n.waiting, "never", (json_int_t)n.never, "unachievable",
                     (json_int_t)n.unachievable, "changes", changes);
}
