/* Events as records of the journal: the one subscriber that is always there. See event.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/message_id.h"
#include "base/number.h"
#include "engine/event.h"

static void journal_transition(const struct event *e)
{
    const struct event_transition *t = &e->transition;
    enum drift_state to = t->state;
    bool alarm =
        to == DRIFT_STATE_BLOCKED || to == DRIFT_STATE_UNACHIEVABLE || to == DRIFT_STATE_FOUGHT;
    bool why = t->reason && (alarm || to == DRIFT_STATE_WAITING);
    char cycle[24];
    snprintf(cycle, sizeof(cycle), "%" PRIu64, e->cycle);
    const struct log_field fields[] = {
        {"DOCUMENT", e->document},
        {"TARGET", e->target},
        {"RESOURCE", t->type},
        {"OBJECT", t->object},
        {"TITLE", t->title},
        {"CHANGE", t->change},
        {"DRIFT", drift_state_word(to)},
        {"REASON", t->reason},
        {"CYCLE", cycle},
        {NULL, NULL},
    };
    log_error(alarm ? LOG_LEVEL_WARNING : LOG_LEVEL_NOTICE, drift_state_message(to), fields, e->err,
              "%s: %s on %s%s%s%s%s", drift_state_word(to), t->title, e->target,
              *t->change ? ": " : "", t->change, why ? " - " : "", why ? t->reason : "");
}

static void journal_known(const struct event *e)
{
    const struct log_field fields[] = {
        {"DOCUMENT", e->document}, {"TARGET", e->target}, {"SCOPE", e->text}, {NULL, NULL}};
    if (e->kind == EVENT_UNKNOWN)
        log_error(LOG_LEVEL_WARNING, MESSAGE_DRIFT_UNKNOWN, fields, e->err, "unknown: %s of %s: %s",
                  e->text, e->target, e->err->text);
    else
        log_record(LOG_LEVEL_NOTICE, MESSAGE_DRIFT_KNOWN_AGAIN, fields,
                   "known again after %" PRIu64 " s: %s of %s", e->span / 1000, e->text, e->target);
}

static void journal_throttled(const struct event *e)
{
    if (e->over)
        log_record(LOG_LEVEL_NOTICE, MESSAGE_THROTTLED, NULL,
                   "Azure answers again after %" PRIu64 " s", e->span / 1000);
    else
        log_error(LOG_LEVEL_WARNING, MESSAGE_THROTTLED, NULL, e->err,
                  "Azure limits our requests; looks come later: %s", e->err->text);
}

static void journal_fact(const struct event *e)
{
    const struct log_field fields[] = {
        {"DOCUMENT", e->document}, {"TARGET", e->target}, {"CHANGE", e->text}, {NULL, NULL}};
    log_record(LOG_LEVEL_NOTICE, MESSAGE_FACT, fields, "fact: %s: %s", e->target, e->text);
}

/* What is remembered between records. */
struct journal {
    msec measured; /* when 'resident' was read */
    uint64_t resident;
};

struct journal *journal_new(void)
{
    return xcalloc(1, sizeof(struct journal));
}

void journal_free(struct journal *j)
{
    free(j);
}

/* Resident memory in KiB (proc(5): statm, second field, pages); 0 where /proc does not say. */
static uint64_t journal_resident_kib(void)
{
    struct err err = {0};
    size_t length;
    uint64_t pages = 0;
    char *text = file_read("/proc/self/statm", 256, &length, &err);
    if (!text) return 0;
    char *second = strchr(text, ' ');
    char *end = second ? strchr(second + 1, ' ') : NULL;
    if (end) {
        *end = '\0';
        number_parse(second + 1, &pages);
    }
    free(text);
    return pages * ((uint64_t)sysconf(_SC_PAGESIZE) / 1024);
}

/* Not for each of a hundred targets that end together. */
static uint64_t journal_resident(struct journal *j, msec now)
{
    if (j->resident && now - j->measured < SECONDS(1)) return j->resident;
    j->measured = now;
    j->resident = journal_resident_kib();
    return j->resident;
}

enum { NUMBERS = 13 };

/* The one line that each cycle ends with. */
static void journal_cycle(struct journal *j, const struct event *e)
{
    const struct event_cycle *c = &e->cycle_end;
    const struct {
        const char *field;
        uint64_t value;
    } numbers[NUMBERS] = {
        {"CYCLE", e->cycle},
        {"ITEMS", c->items},
        {"DRIFTED", c->drifted},
        {"CORRECTED", c->corrected},
        {"WAITING", c->waiting},
        {"DEBT", c->debt},
        {"BLOCKED", c->blocked},
        {"UNKNOWN", c->unknown},
        {"ARM_READS", c->arm_reads},
        {"ARM_WRITES", c->arm_writes},
        {"SQL_QUERIES", c->sql_queries},
        {"DURATION_MS", c->duration},
        {"RSS_KB", journal_resident(j, e->now)},
    };
    char text[NUMBERS][24];
    struct log_field fields[NUMBERS + 5] = {
        {"DOCUMENT", e->document}, {"TARGET", e->target}, {"LANE", c->lane}};
    for (size_t i = 0; i < NUMBERS; i++) {
        snprintf(text[i], sizeof(text[i]), "%" PRIu64, numbers[i].value);
        fields[i + 3] = (struct log_field){numbers[i].field, text[i]};
    }
    fields[NUMBERS + 3] = (struct log_field){"NOTE", e->text};
    log_record(
        LOG_LEVEL_INFO, MESSAGE_CYCLE, fields,
        "cycle of %s, %s: %s items, %s drifted, %s corrected, %s waiting, %s owing a restart; "
        "ARM %s reads %s writes, SQL %s queries, %s ms, %s KiB%s%s",
        e->target, c->lane, text[1], text[2], text[3], text[4], text[5], text[8], text[9], text[10],
        text[11], text[12], e->text ? "; " : "", e->text ? e->text : "");
}

void journal_sink(void *ctx, const struct event *e)
{
    switch (e->kind) {
    case EVENT_TRANSITION: journal_transition(e); break;
    case EVENT_UNKNOWN:
    case EVENT_KNOWN: journal_known(e); break;
    case EVENT_CYCLE:
        if (log_enabled(LOG_LEVEL_INFO)) journal_cycle(ctx, e);
        break;
    case EVENT_FACT: journal_fact(e); break;
    case EVENT_THROTTLED: journal_throttled(e); break;
    case EVENT_OPERATION:
    case EVENT_PRESENT: break;
    }
}
