/* One desired document: from text to targets. See desired.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "azure/arm_id.h"
#include "base/json.h"
#include "config/declared.h"
#include "config/desired.h"
#include "config/document_sql.h"
#include "config/source.h"
#include "config/variables.h"

static enum undeclared undeclared_at(const json_t *root, const char *path)
{
    const char *word = json_text_at(root, path);
    if (word && strcmp(word, "ignore") == 0) return UNDECLARED_IGNORE;
    if (word && (strcmp(word, "remove") == 0 || strcmp(word, "delete") == 0))
        return UNDECLARED_REMOVE;
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

/* --- targets ------------------------------------------------------------------------------------
 */

/* What a document's targets are made from. */
struct building {
    struct document *d;
    const struct declared *declared;
    const struct settings *settings;
    enum settings_secrets how;
    struct problems *problems;
    struct target **target_of; /* by index of the declared root */
};

/* A collection's own policy below policy.undeclared. */
static enum undeclared building_undeclared(const struct building *b, const struct resource *type)
{
    const char *path = arena_printf(b->d->arena, "policy.undeclared.%s", type->key);
    return undeclared_at(b->d->root, path);
}

static const char *building_words(const struct building *b, const char *name)
{
    char *words = arena_strdup(b->d->arena, name);
    for (char *p = words; *p; p++)
        if (*p == '_') *p = ' ';
    return words;
}

/* A collection is looked at where the document speaks of it: an empty one says that there is none.
 */
static void building_lists(const struct building *b, struct target *t, struct scope *parts)
{
    for (size_t i = 0; i < resource_count; i++) {
        const struct resource *type = resources[i];
        if (!type->arm_type || !resource_is_below(type, t->type)) continue;
        const json_t *want = json_object_get(t->scopes[0].want, type->key);
        if (!want) continue;
        char *id = resource_id(type, t->arm_id, NULL);
        parts[t->scope_count++] =
            (struct scope){.kind = SCOPE_LIST,
                           .type = type,
                           .word = arena_printf(b->d->arena, "%ss", building_words(b, type->name)),
                           .id = arena_strdup(b->d->arena, id),
                           .want = want,
                           .undeclared = building_undeclared(b, type)};
        free(id);
        t->items += type->form == RESOURCE_MAP ? json_object_size(want) : json_array_size(want);
    }
}

static void building_catalogs(const struct building *b, struct target *t, struct scope *parts)
{
    if (!t->sql) return;
    parts[t->scope_count++] = (struct scope){.kind = SCOPE_CLUSTER, .word = "cluster"};
    for (size_t i = 0; i < t->sql->database_count; i++)
        parts[t->scope_count++] = (struct scope){
            .kind = SCOPE_DATABASE,
            .word = arena_printf(b->d->arena, "database %s", t->sql->databases[i].name),
            .database = i};
    t->items +=
        t->sql->role_count + t->sql->database_count + t->sql->grant_count + t->schema_file_count;
}

static void building_sql(const struct building *b, struct target *t, const char *place)
{
    const json_t *item = t->scopes[0].want;
    const char *user = json_text_at(item, "properties.administratorLogin");
    t->sql_user = b->settings->sql.user ? b->settings->sql.user : user;
    t->sql_password = document_secret(
        b->d, json_at(item, "properties.administratorLoginPassword"),
        arena_printf(b->d->arena, "%s.properties.administratorLoginPassword", place), b->how,
        b->problems);
    document_sql(b->d, t, b->how, b->problems);
}

static void building_target(struct building *b, size_t root)
{
    const struct declared_item *r = &b->declared->items[root];
    struct document *d = b->d;
    struct target *t = &d->targets[d->target_count++];
    struct arm_id id;
    struct err err = {0};
    b->target_of[root] = t;
    *t = (struct target){
        .type = r->type,
        .document = d->name,
        .name = r->name,
        .arm_id = r->id,
        .observe_only = document_observes(r->item),
        .policy = policy_of(d->root, b->settings),
        .items = 1,
    };
    if (!arm_id_parse(&id, r->id, &err)) {
        t->parent_id = arena_strdup(d->arena, id.parent);
        arm_id_done(&id);
    }
    struct scope first = {.kind = SCOPE_ROOT,
                          .type = r->type,
                          .word = building_words(b, r->type->name),
                          .id = r->id,
                          .want = r->item};
    t->scopes = &first;
    if (r->type->has_sql) building_sql(b, t, r->place);
    size_t most = 1 + resource_count + (t->sql ? 1 + t->sql->database_count : 0);
    struct scope *parts = arena_array(d->arena, most, sizeof(*parts));
    parts[0] = first;
    t->scopes = parts;
    t->scope_count = 1;
    building_lists(b, t, parts);
    building_catalogs(b, t, parts);
    d->item_count += t->items;
}

/* --- edges -------------------------------------------------------------------------------------
 */

struct edging {
    struct building *b;
    struct edge *edges; /* NULL: only counted */
    size_t count;
    const char *id;
};

static void edging_told(void *ctx, const struct declared_item *on)
{
    struct edging *e = ctx;
    if (e->edges)
        e->edges[e->count] = (struct edge){
            .id = e->id, .on = e->b->target_of[on->root], .on_id = on->id, .on_title = on->title};
    e->count++;
}

static void edging_of(struct edging *e, size_t item)
{
    e->id = e->b->declared->items[item].id;
    declared_each_id(e->b->declared, item, edging_told, e);
}

/* The group comes before everything in it; the rest is what ids in bodies say. */
static void edging_fill(struct edging *e, size_t root)
{
    const struct declared *all = e->b->declared;
    const struct declared_item *r = &all->items[root];
    e->count = 0;
    e->id = r->id;
    /* Types come in their order: the group, where there is one, is the first item. */
    if (r->type != &resource_resource_group && all->items[0].type == &resource_resource_group)
        edging_told(e, &all->items[0]);
    edging_of(e, root);
    for (size_t i = r->first; i < r->end; i++) edging_of(e, i);
}

static void building_edges(struct building *b)
{
    for (size_t root = 0; root < b->declared->count; root++) {
        struct target *t = b->target_of[root];
        if (!t) continue;
        struct edging e = {.b = b};
        edging_fill(&e, root);
        e.edges = arena_array(b->d->arena, e.count + 1, sizeof(*e.edges));
        edging_fill(&e, root);
        t->edges = e.edges;
        t->edge_count = e.count;
    }
}

static void build_targets(struct document *d, const struct declared *declared,
                          const struct settings *settings, enum settings_secrets how,
                          struct problems *problems)
{
    struct building b = {
        .d = d, .declared = declared, .settings = settings, .how = how, .problems = problems};
    size_t roots = 0;
    d->name = json_text_at(d->root, "metadata.name");
    b.target_of = arena_array(d->arena, declared->count + 1, sizeof(*b.target_of));
    for (size_t i = 0; i < declared->count; i++) roots += declared->items[i].root == i;
    d->targets = arena_array(d->arena, roots + 1, sizeof(*d->targets));
    document_check_servers(d, problems);
    for (size_t i = 0; i < declared->count; i++)
        if (declared->items[i].root == i) building_target(&b, i);
    building_edges(&b);
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
    struct declared declared;
    declared_init(&declared, d->root, d->arena);
    declared_resolve(&declared, problems);
    field_check(desired_fields(), d->root, "", problems);
    if (problems->total == before) {
        field_strip_comments(d->root);
        declared_check_circles(&declared, problems);
    }
    if (problems->total == before) build_targets(d, &declared, settings, how, problems);
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
