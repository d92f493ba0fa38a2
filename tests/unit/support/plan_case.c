/* A case of the comparison: see plan_case.h. */
#include "support/plan_case.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/must.h"
#include "config/settings.h"
#include "resource/action.h"
#include "resource/resource.h"

/* The name of a scope of ARM in cases. */
static const char *plan_case_key(const struct scope *scope)
{
    if (scope->kind == SCOPE_LIST) return scope->type->key;
    return scope->type == &resource_resource_group ? "group" : scope->type->name;
}

json_t *plan_case_read(const char *path)
{
    json_error_t e;
    json_t *value = json_load_file(path, JSON_REJECT_DUPLICATES, &e);
    if (!value) fprintf(stderr, "%s:%d: %s\n", path, e.line, e.text);
    return value;
}

/* 'patch' over 'onto' (stolen) by RFC 7396. */
static json_t *merged(json_t *onto, const json_t *patch)
{
    if (!json_is_object(patch)) {
        json_decref(onto);
        return json_deep_copy(patch);
    }
    if (!json_is_object(onto)) {
        json_decref(onto);
        onto = json_object();
    }
    const char *key;
    json_t *value;
    json_each_member(patch, key, value)
    {
        if (json_is_null(value))
            json_object_del(onto, key);
        else
            json_object_set_new(onto, key, merged(json_incref(json_object_get(onto, key)), value));
    }
    return onto;
}

/* The items of 'list' (stolen), each merged with what 'patch' has under its name; null removes it,
 * and a name that is not there is added. */
static json_t *merged_items(json_t *list, const json_t *patch)
{
    json_t *out = json_array();
    json_t *rest = json_deep_copy(patch);
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        const char *name = json_text_at(item, "name");
        const json_t *change = json_object_get(patch, name);
        json_object_del(rest, name);
        if (!change)
            json_array_append(out, item);
        else if (!json_is_null(change))
            json_array_append_new(out, merged(json_incref(item), change));
    }
    const char *name;
    json_t *added;
    json_object_foreach(rest, name, added)
    {
        json_t *whole = json_deep_copy(added);
        json_object_set_new(whole, "name", json_string(name));
        json_array_append_new(out, whole);
    }
    json_decref(rest);
    json_decref(list);
    return out;
}

static void plan_case_observe(struct plan_case *c, size_t i, const json_t *stands,
                              const json_t *saw)
{
    struct observation *o = &c->seen.scopes[i];
    const char *word = json_string_value(saw);
    if (!saw) return;
    if (word) {
        o->state = strcmp(word, "absent") == 0 ? SEEN_ABSENT : SEEN_FAILED;
        if (o->state == SEEN_FAILED) err_set(&o->err, ERR_TRANSIENT, "%s", word);
        return;
    }
    json_t *copy = json_deep_copy(json_object_get(stands, plan_case_key(&c->target->scopes[i])));
    o->state = SEEN_COMPLETE;
    o->body =
        json_is_array(copy) && json_is_object(saw) ? merged_items(copy, saw) : merged(copy, saw);
}

/* The target whose root is of type 'kind'; a server where nothing is said. */
static const struct target *plan_case_target(const struct document *d, const char *kind)
{
    const struct resource *wanted = kind ? resource_find(kind) : &resource_server;
    for (size_t i = 0; i < d->target_count; i++)
        if (d->targets[i].type == wanted) return &d->targets[i];
    return NULL;
}

static char *problems_line(const struct problems *problems)
{
    struct buf b;
    buf_init(&b, 65536);
    problems_text(problems, &b);
    return buf_steal(&b);
}

/* The whole document of a case, through the parser that the daemon uses. */
static void parse(struct plan_case *c, const json_t *base, const json_t *input)
{
    static const char enforce[] = "{\"mode\": \"enforce\"}";
    json_t *root = json_deep_copy(base);
    json_t *change = json_object_get(input, "document");
    json_t *server = json_object_get(input, "server");
    if (change) root = merged(root, change);
    if (server) {
        json_t *servers = json_object_get(root, "servers");
        json_t *first = json_incref(json_array_get(servers, 0));
        json_array_set_new(servers, 0, merged(first, server));
    }
    struct problems problems;
    problems_init(&problems);
    struct settings *settings =
        settings_parse("settings", enforce, sizeof(enforce) - 1, SETTINGS_LEAVE_SECRETS, &problems);
    char *text = json_dumps(root, JSON_COMPACT); /* in the order that the case has */
    if (settings)
        c->document = document_parse("document.json", text, strlen(text), settings,
                                     SETTINGS_LEAVE_SECRETS, &problems);
    if (!c->document) c->trouble = problems_line(&problems);
    free(text);
    settings_free(settings);
    problems_done(&problems);
    json_decref(root);
}

void plan_case_init(struct plan_case *c, const json_t *base, const json_t *stands,
                    const json_t *input)
{
    *c = (struct plan_case){.plan = plan_new()};
    parse(c, base, input);
    if (!c->document) return;
    c->target = plan_case_target(c->document, json_text_at(input, "target"));
    must(c->target);
    seen_init(&c->seen, c->target);
    c->facts.busy = json_text_at(input, "busy");
    const json_t *seen = json_object_get(input, "seen");
    for (size_t i = 0; i < c->target->scope_count; i++)
        if (c->target->scopes[i].type)
            plan_case_observe(c, i, stands,
                              json_object_get(seen, plan_case_key(&c->target->scopes[i])));
    resource_compare(c->target, &c->seen, false, c->plan);
    policy_permit(c->plan, &c->target->policy, &c->facts);
    c->facts.busy = NULL; /* the input's; verdicts are given */
}

void plan_case_done(struct plan_case *c)
{
    plan_free(c->plan);
    seen_done(&c->seen);
    document_free(c->document);
    free(c->trouble);
}

void plan_case_writes(const struct plan_case *c, struct buf *out)
{
    const char *before = " ";
    buf_str(out, "compared:");
    for (size_t i = 0; i < c->target->scope_count; i++) {
        if (!c->seen.scopes[i].compared) continue;
        buf_printf(out, "%s%s", before, c->target->scopes[i].word);
        before = ", ";
    }
    buf_char(out, '\n');
    for (size_t i = 0; i < c->plan->count; i++) {
        const struct action *a = c->plan->changes[i].action;
        if (c->plan->changes[i].verdict != CHANGE_GO || !a) continue;
        buf_printf(out, "%s %s?api-version=%s\n", a->method, a->id, a->api_version);
        if (a->if_match) buf_printf(out, "    If-Match: %s\n", a->if_match);
        if (a->body) buf_printf(out, "    %s\n", a->body);
    }
}

/* --- finding cases --------------------------------------------------------------------------- */

static bool has_file(const char *directory, const char *name)
{
    char *path = xasprintf("%s/%s", directory, name);
    FILE *f = fopen(path, "re");
    free(path);
    if (f) fclose(f);
    return f != NULL;
}

/* Adds the cases that lie directly in 'directory'. */
static void list_add(struct plan_case_list *list, const char *directory)
{
    DIR *dir = opendir(directory);
    if (!dir) return;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        char *path = xasprintf("%s/%s", directory, entry->d_name);
        if (entry->d_name[0] == '.' || !has_file(path, "input.json")) {
            free(path);
            continue;
        }
        list->directories = xreallocarray(list->directories, list->count + 1, sizeof(char *));
        list->directories[list->count++] = path;
    }
    closedir(dir);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void plan_case_list_init(struct plan_case_list *list, const char *root, const char *type)
{
    *list = (struct plan_case_list){0};
    for (size_t i = 0; i < resource_count; i++) {
        if (type && strcmp(type, resources[i]->name) != 0) continue;
        char *directory = xasprintf("%s/%s", root, resources[i]->name);
        list_add(list, directory);
        free(directory);
    }
    if (list->count) qsort(list->directories, list->count, sizeof(char *), by_text);
}

void plan_case_list_done(struct plan_case_list *list)
{
    for (size_t i = 0; i < list->count; i++) free(list->directories[i]);
    free(list->directories);
}
