/* What systemd is told: see supervisor.h. */
#include "run/supervisor.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "run/status.h"

enum { SUPERVISOR_TEXT_MAX = 2048 };

struct supervisor {
    struct notify *notify;
    char *refused; /* why the last reload was; NULL: it was not */
    bool unheard;  /* the last message was not taken */
};

struct supervisor *supervisor_new(struct notify *notify)
{
    struct supervisor *s = xcalloc(1, sizeof(*s));
    s->notify = notify;
    return s;
}

void supervisor_free(struct supervisor *s)
{
    if (!s) return;
    notify_free(s->notify);
    free(s->refused);
    free(s);
}

static void supervisor_sent(struct supervisor *s, int result, const struct err *err)
{
    if (result && !s->unheard)
        log_error(LOG_LEVEL_WARNING, NULL, NULL, err, "systemd was not told: %s", err->text);
    s->unheard = result != 0;
}

static char *supervisor_text(const struct supervisor *s, const struct engine_totals *totals,
                             const char *news)
{
    struct buf text;
    buf_init(&text, SUPERVISOR_TEXT_MAX);
    if (news) buf_printf(&text, "%s; ", news);
    status_text(totals, s->refused, &text);
    return buf_steal(&text);
}

void supervisor_state(struct supervisor *s, const struct engine_totals *totals)
{
    struct err err = {0};
    char *text = supervisor_text(s, totals, NULL);
    supervisor_sent(s, notify_status(s->notify, text, &err), &err);
    free(text);
}

void supervisor_ready(struct supervisor *s, const struct engine_totals *totals, const char *news)
{
    struct err err = {0};
    char *text = supervisor_text(s, totals, news);
    supervisor_sent(s, notify_ready(s->notify, text, &err), &err);
    free(text);
}

void supervisor_reloading(struct supervisor *s, msec now)
{
    struct err err = {0};
    supervisor_sent(s, notify_reloading(s->notify, (uint64_t)now * 1000, "reloading", &err), &err);
}

void supervisor_stopping(struct supervisor *s)
{
    struct err err = {0};
    supervisor_sent(s, notify_stopping(s->notify, "stopping", &err), &err);
}

void supervisor_alive(struct supervisor *s)
{
    struct err err = {0};
    supervisor_sent(s, notify_watchdog(s->notify, &err), &err);
}

void supervisor_refused(struct supervisor *s, const struct problems *problems)
{
    free(s->refused);
    s->refused = problems ? status_refusal(problems) : NULL;
}

const char *supervisor_note(const struct supervisor *s)
{
    return s->refused;
}
