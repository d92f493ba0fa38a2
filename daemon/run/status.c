/* The line that `systemctl status` shows: see status.h. */
#include "run/status.h"

#include "base/mem.h"

static void status_add(struct buf *out, size_t before, size_t count, const char *what)
{
    if (count) buf_printf(out, "%s%zu %s", out->length > before ? ", " : "", count, what);
}

static void status_counts(const struct engine_totals *t, struct buf *out)
{
    size_t before = out->length;
    size_t unseen = t->targets - t->looked;
    status_add(out, before, t->drifted, "drifted");
    status_add(out, before, t->debt, "owing a restart");
    status_add(out, before, t->waiting, "waiting");
    status_add(out, before, t->blocked, "blocked");
    status_add(out, before, t->unachievable, "unachievable");
    status_add(out, before, t->unknown, "unknown");
    status_add(out, before, unseen,
               unseen == 1 ? "target not looked at yet" : "targets not looked at yet");
    if (out->length == before) buf_str(out, "in sync");
}

void status_text(const struct engine_totals *t, const char *refused, struct buf *out)
{
    if (t->targets == 0) {
        buf_str(out, "nothing is declared");
    } else {
        buf_printf(out, "%zu %s on %zu %s: ", t->items, t->items == 1 ? "item" : "items",
                   t->targets, t->targets == 1 ? "target" : "targets");
        status_counts(t, out);
    }
    if (refused) buf_printf(out, "; %s", refused);
}

char *status_refusal(const struct problems *problems)
{
    struct err err = {0};
    problems_err(problems, &err);
    return xasprintf("the last reload was refused: %s", err.text);
}
