/* The one line that each cycle ends with. See run.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/message_id.h"
#include "base/number.h"
#include "engine/run.h"

/* Resident memory in KiB (proc(5): statm, second field, pages); 0 where /proc does not say. */
static uint64_t resident_kib(void)
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

enum { NUMBERS = 12 };

void summary_cycle(const struct run *r)
{
    struct transition_counts n = transitions_count(r->transitions);
    const struct {
        const char *field;
        uint64_t value;
    } numbers[NUMBERS] = {
        {"CYCLE", r->cycle},
        {"ITEMS", r->items},
        {"DRIFTED", n.drifted},
        {"CORRECTED", r->counts.corrected},
        {"WAITING", n.waiting},
        {"BLOCKED", n.blocked},
        {"UNKNOWN", n.unknown},
        {"ARM_READS", r->counts.arm_reads},
        {"ARM_WRITES", r->counts.arm_writes},
        {"SQL_QUERIES", r->counts.sql_queries},
        {"DURATION_MS", loop_now(engine_world(r->engine)->loop) - r->started},
        {"RSS_KB", resident_kib()},
    };
    char text[NUMBERS][24];
    struct log_field fields[NUMBERS + 3] = {{"DOCUMENT", r->target->document},
                                            {"TARGET", r->target->name}};
    for (size_t i = 0; i < NUMBERS; i++) {
        snprintf(text[i], sizeof(text[i]), "%" PRIu64, numbers[i].value);
        fields[i + 2] = (struct log_field){numbers[i].field, text[i]};
    }
    log_record(
        LOG_LEVEL_INFO, MESSAGE_CYCLE, fields,
        "cycle of %s: %s items, %s drifted, %s corrected, %s waiting; ARM %s reads %s writes, "
        "SQL %s queries, %s ms, %s KiB",
        r->target->name, text[1], text[2], text[3], text[4], text[7], text[8], text[9], text[10],
        text[11]);
}
