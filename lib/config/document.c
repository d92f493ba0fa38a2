/* One desired document: from text to targets. See desired.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "config/desired.h"
#include "config/document_sql.h"
#include "config/source.h"
#include "config/variables.h"

static enum undeclared undeclared_at(const json_t *root, const char *path)
{
    const char *word = json_text_at(root, path);
    if (word && strcmp(word, "ignore") == 0) return UNDECLARED_IGNORE;
    if (word && strcmp(word, "delete") == 0) return UNDECLARED_DELETE;
    return UNDECLARED_REPORT;
}

bool document_observes(const json_t *item)
{
    const char *mode = json_text_at(item, "mode");
    return mode && strcmp(mode, "observe") == 0;
}

/* The document's own policy below the settings' ceiling. */
static struct policy policy_of(const json_t *root, const struct settings *settings)
{
    const char *mode = json_text_at(root, "policy.mode");
    bool enforce = mode && strcmp(mode, "enforce") == 0 && settings->mode == POLICY_ENFORCE;
    int64_t deletions = json_int_at(root, "policy.limits.deletions", 5);
    int64_t ceiling = settings->limits.blast_radius.deletions;
    return (struct policy){
        .mode = enforce ? POLICY_ENFORCE : POLICY_OBSERVE,
        .allow_create = json_bool_at(root, "policy.allowCreate", false),
        .allow_disruptive = json_bool_at(root, "policy.allowDisruptive", false),
        .limit_deletions = (size_t)(deletions < ceiling ? deletions : ceiling),
        .limit_creations = (size_t)settings->limits.blast_radius.creations,
        .limit_percent = (unsigned)settings->limits.blast_radius.percent,
    };
}

static struct target *add_target(struct document *d, enum target_kind kind, const json_t *item,
                                 const struct settings *settings)
{
    const json_t *root = d->root;
    struct target *t = &d->targets[d->target_count++];
    const char *group = json_text_at(root, "resourceGroup.name");
    const char *subscription = json_text_at(root, "azure.subscriptionId");
    t->kind = kind;
    t->document = d->name;
    t->name = json_text_at(item, "name");
    t->item = item;
    t->policy = policy_of(root, settings);
    t->observe_only = document_observes(item);
    t->undeclared_firewall_rules = undeclared_at(root, "policy.undeclared.firewallRules");
    t->arm_id = arena_printf(
        d->arena, "/subscriptions/%s/resourceGroups/%s%s%s", subscription, group,
        kind == TARGET_SERVER ? "/providers/Microsoft.DBforPostgreSQL/flexibleServers/" : "",
        kind == TARGET_SERVER ? t->name : "");
    d->item_count++;
    return t;
}

static void add_server(struct document *d, const json_t *item, size_t index,
                       const struct settings *settings, enum settings_secrets how,
                       struct problems *problems)
{
    struct target *t = add_target(d, TARGET_SERVER, item, settings);
    t->after = &d->targets[0];
    t->configurations = json_object_get(item, "configurations");
    t->firewall_rules = json_object_get(item, "firewallRules");
    t->sql_user = settings->sql.user ? settings->sql.user
                                     : json_text_at(item, "properties.administratorLogin");
    const char *path =
        arena_printf(d->arena, "servers[%zu].properties.administratorLoginPassword", index);
    t->sql_password = document_secret(d, json_at(item, "properties.administratorLoginPassword"),
                                      path, how, problems);
    d->item_count += json_object_size(t->configurations) + json_array_size(t->firewall_rules);
    document_sql(d, t, how, problems);
}

static void build_targets(struct document *d, const struct settings *settings,
                          enum settings_secrets how, struct problems *problems)
{
    const json_t *servers = json_object_get(d->root, "servers");
    size_t count = json_array_size(servers);
    d->name = json_text_at(d->root, "metadata.name");
    d->targets = arena_array(d->arena, count + 1, sizeof(*d->targets));
    add_target(d, TARGET_GROUP, json_object_get(d->root, "resourceGroup"), settings);
    document_check_servers(d, problems);
    for (size_t i = 0; i < count; i++)
        add_server(d, json_array_get(servers, i), i, settings, how, problems);
}

/* Takes over 'source': its text is needed for places until all problems have been collected. */
static struct document *document_build(struct source *source, const struct settings *settings,
                                       enum settings_secrets how, struct problems *problems)
{
    size_t before = problems->total;
    struct document *d = xcalloc(1, sizeof(*d));
    d->file = xstrdup(source->file);
    d->arena = arena_new();
    d->root = json_incref(source->root);
    variables_expand(d->root, settings->variables, problems);
    field_check(desired_fields, d->root, "", problems);
    if (problems->total == before) {
        field_strip_comments(d->root);
        build_targets(d, settings, how, problems);
    }
    if (problems->total == before) return d;
    document_free(d);
    return NULL;
}

struct document *document_parse(const char *file, const char *text, size_t length,
                                const struct settings *settings, enum settings_secrets secrets,
                                struct problems *problems)
{
    struct source source;
    struct document *d = NULL;
    if (!source_parse(&source, file, text, length, problems))
        d = document_build(&source, settings, secrets, problems);
    problems_source(problems, NULL, NULL, 0);
    source_done(&source);
    return d;
}

struct document *document_load(const char *file, const struct settings *settings,
                               enum settings_secrets secrets, struct problems *problems)
{
    struct source source;
    struct document *d = NULL;
    if (!source_load(&source, file, problems))
        d = document_build(&source, settings, secrets, problems);
    problems_source(problems, NULL, NULL, 0);
    source_done(&source);
    return d;
}

void document_free(struct document *d)
{
    if (!d) return;
    for (size_t i = 0; i < d->secret_count; i++) secret_free(d->secrets[i]);
    free(d->secrets);
    arena_free(d->arena);
    json_decref(d->root);
    free(d->file);
    free(d);
}
