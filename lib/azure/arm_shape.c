/* The proof of a complete answer: see arm_shape.h. */
#include "azure/arm_shape.h"

#include <string.h>
#include <strings.h>

#include "azure/arm_id.h"
#include "base/json.h"

/* How the kinds are called in sentences. */
static const char *const kind_words[] = {
    [ARM_ANY] = "a value",        [ARM_TEXT] = "a text",      [ARM_NUMBER] = "a number",
    [ARM_BOOL] = "true or false", [ARM_OBJECT] = "an object", [ARM_ARRAY] = "an array",
};

static bool is_of_kind(const json_t *value, enum arm_kind kind)
{
    switch (kind) {
    case ARM_ANY: return true;
    case ARM_TEXT: return json_is_string(value);
    case ARM_NUMBER: return json_is_number(value);
    case ARM_BOOL: return json_is_boolean(value);
    case ARM_OBJECT: return json_is_object(value);
    case ARM_ARRAY: return json_is_array(value);
    }
    return false;
}

int arm_shape_check_members(const struct arm_shape *shape, const json_t *body, struct err *err)
{
    for (const struct arm_member *m = shape->members; m && m->path; m++) {
        const json_t *value = json_at(body, m->path);
        if (!value || json_is_null(value))
            return err_set(err, ERR_PROTOCOL, "the answer of ARM is not complete: no \"%s\"",
                           m->path);
        if (!is_of_kind(value, m->kind))
            return err_set(err, ERR_PROTOCOL, "the answer of ARM is not sound: \"%s\" is not %s",
                           m->path, kind_words[m->kind]);
    }
    return 0;
}

static int check_object(const json_t *body, struct err *err)
{
    if (json_is_object(body)) return 0;
    return err_set(err, ERR_PROTOCOL, "the answer of ARM is not sound: a resource is no object");
}

/* The text of a member that every resource has; NULL with 'err' filled where it has none. */
static const char *member_text(const json_t *body, const char *path, struct err *err)
{
    const char *text = json_text_at(body, path);
    if (text && *text) return text;
    err_set(err, ERR_PROTOCOL, "the answer of ARM is not complete: no \"%s\"", path);
    return NULL;
}

static int check_type(const struct arm_shape *shape, const json_t *body, struct err *err)
{
    if (!shape->type) return 0;
    const char *type = member_text(body, "type", err);
    if (!type) return -1;
    if (strcasecmp(type, shape->type) == 0) return 0;
    return err_set(err, ERR_PROTOCOL, "the answer of ARM is about something else: type %.200s",
                   type);
}

/* What follows the last slash. */
static const char *last_segment(const char *id)
{
    const char *slash = strrchr(id, '/');
    return slash ? slash + 1 : id;
}

static int check_name(const struct arm_shape *shape, const char *id, const json_t *body,
                      struct err *err)
{
    if (shape->flags & ARM_NAME_IS_FREE) return 0;
    const char *name = member_text(body, "name", err);
    if (!name) return -1;
    if (strcasecmp(name, last_segment(id)) == 0) return 0;
    return err_set(err, ERR_PROTOCOL, "the answer of ARM is about something else: name %.200s",
                   name);
}

static int about_another(const char *id, struct err *err)
{
    return err_set(err, ERR_PROTOCOL, "the answer of ARM is about something else: id %.300s", id);
}

int arm_shape_check(const struct arm_shape *shape, const char *id, const json_t *body,
                    struct err *err)
{
    if (check_object(body, err) < 0) return -1;
    if (!shape) return 0;
    const char *own = member_text(body, "id", err);
    if (!own) return -1;
    if (!arm_id_equal(own, id)) return about_another(own, err);
    if (check_name(shape, id, body, err) < 0 || check_type(shape, body, err) < 0) return -1;
    return arm_shape_check_members(shape, body, err);
}

/* Is 'id' one segment below 'collection'? */
static bool stands_below(const char *id, const char *collection)
{
    size_t length = strlen(collection);
    if (length && collection[length - 1] == '/') length--;
    return strncasecmp(id, collection, length) == 0 && id[length] == '/' && id[length + 1] &&
           !strchr(id + length + 1, '/');
}

int arm_shape_check_identity(const struct arm_shape *shape, const char *collection,
                             const json_t *item, struct err *err)
{
    if (check_object(item, err) < 0) return -1;
    const char *id = member_text(item, "id", err);
    if (!id) return -1;
    if (shape->flags & ARM_IDS_ELSEWHERE ? *id != '/' : !stands_below(id, collection))
        return about_another(id, err);
    if (check_name(shape, id, item, err) < 0) return -1;
    return check_type(shape, item, err);
}

void arm_shape_set_name(const struct arm_shape *shape, json_t *item)
{
    const char *id = json_text_at(item, "id");
    if (id && shape->flags & ARM_NAME_IS_FREE)
        json_object_set_new(item, "name", json_string(last_segment(id)));
}
