/* What a fault does to the body of an answer: see fault_edit.h. */
#include "control/fault_edit.h"

#include <stdlib.h>
#include <string.h>

#include "arm/resource_path.h"
#include "base/json.h"
#include "front/number.h"

#define TOKEN "azsim-"

/* Is 'item' the one called 'name'? */
static bool item_is(const json_t *item, const char *name)
{
    const char *own = json_text_at(item, "name"), *id = json_text_at(item, "id");
    if (!own) own = id ? id_name(id) : NULL;
    return own && strcasecmp(own, name) == 0;
}

static json_t *item_find(const json_t *body, const char *name)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(body, "value"), i, item)
    {
        if (item_is(item, name)) return item;
    }
    return NULL;
}

/* One segment of a JSON pointer (RFC 6901), its escapes undone. */
static const char *pointer_segment(struct arena *arena, const char **at)
{
    size_t length = strcspn(*at, "/");
    char *text = arena_strndup(arena, *at, length), *out = text;
    for (const char *p = text; *p; p++) {
        bool escaped = *p == '~' && (p[1] == '0' || p[1] == '1');
        *out++ = escaped ? (p[1] == '0' ? '~' : '/') : *p;
        if (escaped) p++;
    }
    *out = '\0';
    *at += length;
    if (**at == '/') ++*at;
    return text;
}

static json_t *pointer_step(json_t *at, const char *key)
{
    if (json_is_array(at)) return json_array_get(at, (size_t)number_or(key, 0));
    return json_object_get(at, key);
}

/* What holds the last segment of 'pointer', which goes to 'key'; NULL where it is not there. */
static json_t *pointer_holder(struct arena *arena, json_t *root, const char *pointer,
                              const char **key)
{
    const char *at = *pointer == '/' ? pointer + 1 : pointer;
    *key = pointer_segment(arena, &at);
    while (*at) {
        root = pointer_step(root, *key);
        *key = pointer_segment(arena, &at);
    }
    return root;
}

static void pointer_set(struct arena *arena, json_t *root, const char *pointer, json_t *value)
{
    const char *key;
    json_t *holder = pointer_holder(arena, root, pointer, &key);
    if (json_is_array(holder))
        json_array_set(holder, (size_t)number_or(key, 0), value);
    else
        json_object_set(holder, key, value);
}

static void pointer_remove(struct arena *arena, json_t *root, const char *pointer)
{
    const char *key;
    json_t *holder = pointer_holder(arena, root, pointer, &key);
    if (json_is_array(holder))
        json_array_remove(holder, (size_t)number_or(key, 0));
    else
        json_object_del(holder, key);
}

static void pointer_append(struct arena *arena, json_t *root, const char *pointer, const char *tail)
{
    const char *key;
    json_t *holder = pointer_holder(arena, root, pointer, &key);
    const json_t *now = pointer_step(holder, key);
    if (!json_is_string(now)) return;
    json_t *next = json_string(arena_printf(arena, "%s%s", json_string_value(now), tail));
    pointer_set(arena, root, pointer, next);
    json_decref(next);
}

/* RFC 7396. */
static void merge_patch(json_t *target, const json_t *patch)
{
    const char *key;
    json_t *value;
    json_each_member(patch, key, value)
    {
        json_t *now = json_object_get(target, key);
        if (json_is_null(value))
            json_object_del(target, key);
        else if (json_is_object(value) && json_is_object(now))
            merge_patch(now, value);
        else
            json_object_set_new(target, key, json_deep_copy(value));
    }
}

static void edit_members(struct arena *arena, json_t *target, const json_t *action)
{
    const char *pointer;
    json_t *value;
    size_t i;
    merge_patch(target, json_object_get(action, "edit"));
    json_each_member(json_object_get(action, "set"), pointer, value)
        pointer_set(arena, target, pointer, value);
    json_array_foreach(json_object_get(action, "remove"), i, value)
        pointer_remove(arena, target, json_string_value(value));
    json_each_member(json_object_get(action, "append"), pointer, value)
        pointer_append(arena, target, pointer, json_string_value(value));
}

static void edit_hide(json_t *body, const char *name)
{
    json_t *items = json_object_get(body, "value");
    for (size_t i = json_array_size(items); i-- > 0;) {
        if (item_is(json_array_get(items, i), name)) json_array_remove(items, i);
    }
}

static void edit_repeat(json_t *body, int64_t times)
{
    json_t *items = json_object_get(body, "value"), *all = json_array();
    size_t i;
    json_t *item;
    json_array_foreach(items, i, item)
    {
        for (int64_t n = 0; n < times; n++) json_array_append(all, item);
    }
    json_object_set_new(body, "value", all);
}

/* A page that goes on: from A to B and back, or to one that was never named before. */
static void edit_link(struct exchange *x, json_t *body, bool loop)
{
    const char *token = exchange_query(x, "$skiptoken");
    size_t length = strlen(TOKEN);
    int64_t number = token && strncmp(token, TOKEN, length) == 0 ? number_or(token + length, 0) : 0;
    number = loop ? (number == 1 ? 2 : 1) : number + 1;
    const char *next = arena_printf(x->arena, TOKEN "%lld", (long long)number);
    json_object_set_new(body, "nextLink", json_string(reply_next_link(x, next)));
}

void fault_edit(struct exchange *x, const json_t *action)
{
    const char *name = json_text_at(action, "item"), *hidden = json_text_at(action, "hide");
    bool loop = json_bool_at(action, "loop", false);
    json_t *body = x->status == 200 ? json_loadb(x->text, x->text_length, 0, NULL) : NULL;
    if (!json_is_object(body)) {
        json_decref(body);
        return;
    }
    json_t *target = name ? item_find(body, name) : body;
    if (target) edit_members(x->arena, target, action);
    if (hidden) edit_hide(body, hidden);
    if (json_at(action, "repeat")) edit_repeat(body, json_int_at(action, "repeat", 1));
    if (loop || json_bool_at(action, "endless", false)) edit_link(x, body, loop);
    char *text = json_dumps(body, JSON_COMPACT);
    reply_text(x, x->status, text);
    free(text);
    json_decref(body);
}
