/* Names of an example's world: see world.h. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "conformance/world.h"

static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && strncasecmp(text, word, length) == 0;
}

/* An id or a path, segment by segment: what follows "subscriptions", "resourceGroups" and
 * "flexibleServers" is ours. */
static const char *world_text(struct world *world, const char *text)
{
    struct buf out;
    buf_init(&out, 4096);
    const char *before = "";
    size_t before_length = 0;
    for (const char *p = text; *p;) {
        size_t length = strcspn(p, "/");
        if (is_word(before, before_length, "subscriptions") && length)
            buf_str(&out, client_subscription(world->client));
        else if (is_word(before, before_length, "resourceGroups") && length)
            buf_printf(&out, "c%d", world->number);
        else if (is_word(before, before_length, "flexibleServers") && length)
            buf_printf(&out, "%.*s-%d", (int)length, p, world->number);
        else if (is_word(before, before_length, "configurations") &&
                 is_word(p, length, "event_scheduler")) /* MySQL's; one that can be on */
            buf_str(&out, "constraint_exclusion");
        else
            buf_add(&out, p, length);
        before = p;
        before_length = length;
        p += length;
        if (*p == '/') buf_char(&out, *p++);
    }
    const char *copy = arena_strdup(world->arena, buf_text(&out));
    buf_done(&out);
    return copy;
}

static bool is_id(const char *text)
{
    return strncmp(text, "/subscriptions/", strlen("/subscriptions/")) == 0;
}

json_t *world_value(struct world *world, const json_t *value)
{
    const char *name;
    json_t *member, *copy;
    size_t i;
    if (json_is_string(value) && is_id(json_string_value(value)))
        return json_string(world_text(world, json_string_value(value)));
    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach(value, i, member)
            json_array_append_new(copy, world_value(world, member));
        return copy;
    }
    if (!json_is_object(value)) return json_deep_copy(value);
    copy = json_object();
    json_each_member(value, name, member) json_object_set_new(
        copy, is_id(name) ? world_text(world, name) : name, world_value(world, member));
    /* The examples' passwords are simpler than the service allows. */
    if (json_object_get(copy, "administratorLoginPassword"))
        json_object_set_new(copy, "administratorLoginPassword", json_string("Passw0rd-x"));
    return copy;
}

const char *world_path(struct world *world, const struct operation *operation,
                       const json_t *parameters)
{
    struct buf out;
    bool missing = false;
    buf_init(&out, 4096);
    for (const char *p = operation->path; *p;) {
        size_t length = strcspn(p, "{");
        buf_add(&out, p, length);
        p += length;
        if (*p != '{') break;
        length = strcspn(++p, "}");
        const char *value = json_text_at(parameters, arena_strndup(world->arena, p, length));
        if (!value) missing = true;
        for (const char *c = value ? value : ""; *c; c++) {
            if (*c == ' ')
                buf_str(&out, "%20");
            else
                buf_char(&out, *c);
        }
        p += length + 1;
    }
    const char *path = missing ? NULL : world_text(world, buf_text(&out));
    buf_done(&out);
    return path;
}

const char *world_target(struct world *world, const char *path, const char *version)
{
    return arena_printf(world->arena, "%s?api-version=%s", path, version);
}

json_t *world_body(struct world *world, const struct example *example)
{
    struct node schema;
    const char *name = operation_body(world->spec, example->operation, &schema);
    const json_t *body = name ? json_object_get(example->parameters, name) : NULL;
    return body ? world_value(world, body) : NULL;
}
