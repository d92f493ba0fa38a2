/* Settings and documents together: see configuration.h. */
#include "run/configuration.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/message_id.h"

struct configuration *configuration_load(const char *file, const char *const *documents,
                                         size_t count, struct problems *problems)
{
    struct settings *settings = settings_load(file, SETTINGS_RESOLVE_SECRETS, problems);
    if (!settings) return NULL;
    struct desired *desired =
        count ? desired_load_files(settings, documents, count, SETTINGS_RESOLVE_SECRETS, problems)
              : desired_load(settings, SETTINGS_RESOLVE_SECRETS, problems);
    if (!desired) {
        problems_sort(problems);
        settings_free(settings);
        return NULL;
    }
    struct configuration *c = xcalloc(1, sizeof(*c));
    c->settings = settings;
    c->desired = desired;
    return c;
}

int configuration_lock(struct configuration *c, const char *file, struct problems *problems)
{
    struct err err = {0};
    c->lock = lock_new(c->settings->state_directory, &err);
    if (c->lock) return 0;
    problems_source(problems, file, NULL, 0);
    problems_add(problems, "stateDirectory", "%s", err.text);
    return -1;
}

void configuration_free(struct configuration *c)
{
    if (!c) return;
    lock_free(c->lock);
    desired_free(c->desired);
    settings_free(c->settings);
    free(c);
}

static void configuration_log_problem(const struct problem *p, const char *message_id)
{
    char line[16];
    snprintf(line, sizeof(line), "%u", p->line);
    const struct log_field fields[] = {
        {"FILE", p->file}, {"LINE", line}, {"PATH", p->path}, {"REASON", p->text}, {NULL, NULL}};
    log_record(LOG_LEVEL_ERROR, message_id, fields, "%s:%u:%u: %s%s%s", p->file, p->line, p->column,
               p->path, *p->path ? ": " : "", p->text);
}

void configuration_log(const struct problems *problems, const char *message_id)
{
    for (size_t i = 0; i < problems->count; i++)
        configuration_log_problem(&problems->items[i], message_id);
}

/* Whoever declares nothing may believe that something is looked after. */
static void configuration_log_empty(const char *directory)
{
    const struct log_field fields[] = {{"DIRECTORY", directory}, {NULL, NULL}};
    log_record(LOG_LEVEL_WARNING, MESSAGE_NOTHING_DECLARED, fields,
               "nothing is declared in %s, so nothing is looked after", directory);
}

static void configuration_log_missing(void *ctx, const char *title, const char *arm_id)
{
    (void)ctx;
    const struct log_field fields[] = {{"TITLE", title}, {"RESOURCE_ID", arm_id}, {NULL, NULL}};
    log_record(LOG_LEVEL_NOTICE, MESSAGE_NO_LONGER_DECLARED, fields,
               "no longer declared: %s; it is left as it is", title);
}

void configuration_log_declared(const struct configuration *c, struct declared **declared)
{
    struct declared *now = declared_new(c->desired);
    if (desired_is_empty(c->desired)) configuration_log_empty(c->settings->desired_directory);
    declared_missing(*declared, now, configuration_log_missing, NULL);
    declared_free(*declared);
    *declared = now;
}
