/* Answers spoilt: see enum virtual_spoil. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "support/virtual_inside.h"

/* Takes the member at 'path' away, or makes it null. */
static void spoil_member(json_t *body, const char *path, bool null)
{
    const char *dot = strrchr(path, '.');
    char *parent = dot ? xstrndup(path, (size_t)(dot - path)) : xstrdup("");
    json_t *object = json_at(body, parent);
    const char *name = dot ? dot + 1 : path;
    if (json_is_object(object)) {
        json_object_del(object, name);
        if (null) json_object_set_new(object, name, json_null());
    }
    free(parent);
}

static void spoil_blank(json_t *item, const char *name)
{
    const char *value = json_text_at(item, "properties.value");
    const char *own = json_text_at(item, "name");
    if (!value || !own || strcmp(own, name) != 0) return;
    char *longer = xasprintf("%s ", value);
    json_put_at(item, "properties.value", json_string(longer));
    free(longer);
}

static void spoil_items(json_t *body, const struct virtual_fault *f)
{
    json_t *value = json_object_get(body, "value"), *item;
    size_t i;
    if (f->spoil == SPOIL_ITEM_NULL) {
        if (json_array_size(value)) json_array_set_new(value, 0, json_null());
        return;
    }
    if (f->spoil == SPOIL_ITEM_GONE) json_array_remove(value, 0);
    json_array_foreach(value, i, item)
    {
        if (f->spoil == SPOIL_ITEM_BLANK) spoil_blank(item, f->code);
        if (f->spoil == SPOIL_ITEM_MEMBER) spoil_member(item, f->code, false);
        if (f->spoil == SPOIL_ITEM_NULL_MEMBER && json_at(item, f->code))
            spoil_member(item, f->code, true);
        if (f->spoil == SPOIL_ITEM_NUMBER && json_at(item, "properties.value"))
            json_put_at(item, "properties.value", json_integer(7));
    }
}

/* Pages without end have items without end. */
static void spoil_names(const struct exchange *x, json_t *body)
{
    size_t i;
    json_t *item;
    if (!strstr(x->url, "&page=")) return;
    json_array_foreach(json_object_get(body, "value"), i, item)
    {
        static const char *const members[] = {"id", "name"};
        for (size_t m = 0; m < 2; m++) {
            const char *text = json_text_at(item, members[m]);
            char *longer = xasprintf("%s%zu", text ? text : "", x->number);
            json_object_set_new(item, members[m], json_string(longer));
            free(longer);
        }
    }
}

/* Where the next page is said to be; every page is another one where it never ends. */
static char *spoil_link(const struct exchange *x, const struct virtual_fault *f)
{
    bool second = strstr(x->url, "&page=2") != NULL;
    int length = (int)(second ? strlen(x->url) - strlen("&page=2") : strlen(x->url));
    if (f->spoil == SPOIL_LINK_SELF) return xstrdup(x->url);
    if (f->spoil == SPOIL_LINK_ELSEWHERE) return xstrdup("https://elsewhere.example/page?a=b");
    if (f->spoil == SPOIL_LINK_ENDLESS)
        return xasprintf("%.*s&page=%zu", (int)strcspn(x->url, "&"), x->url, x->number);
    return xasprintf("%.*s%s", length, x->url, second ? "" : "&page=2");
}

static json_t *spoil_json(const struct exchange *x, const struct virtual_fault *f, json_t *body)
{
    char *link;
    switch (f->spoil) {
    case SPOIL_MINIMAL:
        json_decref(body);
        return json_pack("{s:s, s:s, s:{s:s}}", "id", "x", "name", "x", "properties", "state",
                         "Ready");
    case SPOIL_OTHER_ID: json_object_set_new(body, "id", json_string("/subscriptions/x")); break;
    case SPOIL_OTHER_NAME: json_object_set_new(body, "name", json_string("another")); break;
    case SPOIL_OTHER_TYPE: json_object_set_new(body, "type", json_string("Other/types")); break;
    case SPOIL_NO_MEMBER: spoil_member(body, f->code, false); break;
    case SPOIL_NULL_MEMBER: spoil_member(body, f->code, true); break;
    case SPOIL_NO_VALUE: json_object_del(body, "value"); break;
    case SPOIL_EMPTY_LIST: json_object_set_new(body, "value", json_array()); break;
    case SPOIL_ITEM_NULL:
    case SPOIL_ITEM_GONE:
    case SPOIL_ITEM_BLANK:
    case SPOIL_ITEM_MEMBER:
    case SPOIL_ITEM_NULL_MEMBER:
    case SPOIL_ITEM_NUMBER: spoil_items(body, f); break;
    case SPOIL_LINK_SELF:
    case SPOIL_LINK_CIRCLE:
    case SPOIL_LINK_ENDLESS:
    case SPOIL_LINK_ELSEWHERE:
        link = spoil_link(x, f);
        if (f->spoil == SPOIL_LINK_ENDLESS) spoil_names(x, body);
        json_object_set_new(body, "nextLink", json_string(link));
        free(link);
        break;
    default: break;
    }
    return body;
}

static bool spoil_text(struct exchange *x, const struct virtual_fault *f)
{
    switch (f->spoil) {
    case SPOIL_EMPTY_OBJECT: x->text = "{}"; return true;
    case SPOIL_NULL: x->text = "null"; return true;
    case SPOIL_NO_JSON: x->text = "<html>not what you want</html>"; return true;
    case SPOIL_CUT:
        if (x->text) x->text = arena_strndup(x->arena, x->text, strlen(x->text) / 2);
        return true;
    default: return false;
    }
}

void virtual_spoil(struct exchange *x, const struct virtual_fault *f)
{
    if (x->kind == CALL_SQL) {
        if (x->sql.count) x->sql.count--;
        return;
    }
    if (spoil_text(x, f) || !x->text || x->status != 200) return;
    json_t *body = json_parse(x->text, strlen(x->text), NULL);
    if (body) virtual_json(x, x->status, spoil_json(x, f, body));
}
