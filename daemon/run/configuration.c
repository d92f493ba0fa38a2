/* Settings and documents together: see configuration.h. */
#include "run/configuration.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"

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

static void log_problem(const struct problem *p, const char *message_id)
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
    for (size_t i = 0; i < problems->count; i++) log_problem(&problems->items[i], message_id);
}
