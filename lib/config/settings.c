/* Reading the settings: see settings.h. The rows are settings_fields.c's. */
#include "config/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "config/credential.h"
#include "config/source.h"
#include "config/variables.h"

/* --- what no row can say by itself ----------------------------------------------------------- */

static void settings_check_client_secret(const struct settings *s, struct problems *problems)
{
    const struct {
        const char *path;
        const char *value;
    } needed[] = {
        {"credentials.tenantId", s->credentials.tenant_id},
        {"credentials.clientId", s->credentials.client_id},
        {"credentials.clientSecret", s->credentials.client_secret_ref},
    };
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!needed[i].value)
            problems_add(problems, needed[i].path,
                         "is needed where credentials.kind is "
                         "clientSecret");
}

static void settings_check_managed_identity(const struct settings *s, struct problems *problems)
{
    const char *const selectors[] = {s->credentials.client_id, s->credentials.object_id,
                                     s->credentials.resource_id};
    size_t count = 0;
    for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++)
        count += selectors[i] != NULL;
    if (count > 1)
        problems_add(problems, "credentials",
                     "only one of clientId, objectId and resourceId can select the managed "
                     "identity");
    if (s->credentials.client_secret_ref)
        problems_add(problems, "credentials.clientSecret",
                     "a managed identity has no secret; is credentials.kind meant to be "
                     "clientSecret?");
}

static void settings_check_variables(const struct settings *s, struct problems *problems)
{
    const char *name;
    json_t *value;
    json_object_foreach(s->variables, name, value)
    {
        if (json_is_string(value)) continue;
        char *path = xasprintf("variables.%s", name);
        problems_add(problems, path, "must be a string");
        free(path);
    }
}

static void settings_check_together(const struct settings *s, struct problems *problems)
{
    if (s->credentials.kind == SETTINGS_CLIENT_SECRET)
        settings_check_client_secret(s, problems);
    else
        settings_check_managed_identity(s, problems);
    settings_check_variables(s, problems);
    if (s->limits.arm_read_burst < s->limits.arm_reads_per_second)
        problems_add(problems, "limits.armReadBurst", "must not be less than armReadsPerSecond");
    if (s->limits.arm_write_burst < s->limits.arm_writes_per_second)
        problems_add(problems, "limits.armWriteBurst", "must not be less than armWritesPerSecond");
}

static void settings_resolve_secret(struct settings *s, struct problems *problems)
{
    struct err err;
    if (!s->credentials.client_secret_ref) return;
    s->credentials.client_secret = credential_read(s->credentials.client_secret_ref, &err);
    if (!s->credentials.client_secret)
        problems_add(problems, "credentials.clientSecret", "%s", err.text);
}

/* --- reading --------------------------------------------------------------------------------- */

/* Each step only where the one before found nothing: the next ones would report consequences. */
static struct settings *settings_from_source(const struct source *source,
                                             enum settings_secrets secrets,
                                             struct problems *problems)
{
    size_t before = problems->total;
    variables_expand(source->root, NULL, problems);
    field_check(settings_fields, source->root, "", problems);
    if (problems->total > before) return NULL;
    struct settings *s = xcalloc(1, sizeof(*s));
    field_store(settings_fields, source->root, s);
    settings_check_together(s, problems);
    if (problems->total == before && secrets == SETTINGS_RESOLVE_SECRETS)
        settings_resolve_secret(s, problems);
    if (problems->total == before) return s;
    settings_free(s);
    return NULL;
}

struct settings *settings_parse(const char *file, const char *text, size_t length,
                                enum settings_secrets secrets, struct problems *problems)
{
    struct source source;
    struct settings *s = NULL;
    if (source_parse(&source, file, text, length, problems) == 0)
        s = settings_from_source(&source, secrets, problems);
    problems_source(problems, NULL, NULL, 0);
    problems_sort(problems);
    source_done(&source);
    return s;
}

struct settings *settings_load(const char *file, enum settings_secrets secrets,
                               struct problems *problems)
{
    struct source source;
    struct settings *s = NULL;
    if (source_load(&source, file, problems) == 0)
        s = settings_from_source(&source, secrets, problems);
    problems_source(problems, NULL, NULL, 0);
    problems_sort(problems);
    source_done(&source);
    return s;
}

void settings_free(struct settings *s)
{
    if (!s) return;
    secret_free(s->credentials.client_secret);
    field_release(settings_fields, s);
    free(s);
}

enum log_level settings_log_level(const struct settings *s)
{
    return (enum log_level)(LOG_LEVEL_ERROR + s->log.level);
}
