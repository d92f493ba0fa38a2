/* Comparing what was sent with what is read: see effect.h. */
#include "conformance/effect.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "conformance/schema.h"

enum { DEPTH_MAX = 48 };

struct effect {
    struct spec *spec;
    struct buf *said;
    bool shown;
};

/* "West US" is "westus", and letters have no case. */
static bool same_text(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == ' ') a++;
        while (*b == ' ') b++;
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b)) return false;
        if (!*a) return true;
    }
}

static void effect_value(struct effect *effect, struct node schema, const char *name,
                         const json_t *sent, const json_t *seen, int depth);

static void effect_members(struct effect *effect, struct node schema, const json_t *sent,
                           const json_t *seen, int depth)
{
    const char *name;
    json_t *value;
    json_each_member(sent, name, value)
    {
        struct node property = schema_property(effect->spec, schema, name);
        struct node target = spec_resolve(effect->spec, property);
        if (property.value && (!schema_shows(property, name) || !schema_shows(target, name)))
            continue;
        effect_value(effect, target, name, value, json_object_get(seen, name), depth + 1);
    }
}

static void effect_items(struct effect *effect, struct node schema, const char *name,
                         const json_t *sent, const json_t *seen, int depth)
{
    struct node items = spec_member(effect->spec, schema, "items");
    size_t i;
    json_t *item;
    json_array_foreach(sent, i, item)
        effect_value(effect, items, name, item, json_array_get(seen, i), depth + 1);
    if (json_array_size(sent) == json_array_size(seen)) return;
    effect->shown = false;
    buf_printf(effect->said, "%s has %zu items, not %zu; ", name, json_array_size(seen),
               json_array_size(sent));
}

static void effect_value(struct effect *effect, struct node schema, const char *name,
                         const json_t *sent, const json_t *seen, int depth)
{
    const char *a = json_string_value(sent), *b = json_string_value(seen);
    bool nothing = json_is_null(sent) || (a && !*a); /* the same as left out */
    if (depth > DEPTH_MAX) return;
    if (json_is_object(sent)) {
        effect_members(effect, schema, sent, seen, depth);
    } else if (json_is_array(sent)) {
        effect_items(effect, schema, name, sent, seen, depth);
    } else if (!nothing && !(a && b && same_text(a, b)) && !json_equal(sent, seen)) {
        char *was = sent ? json_dumps(sent, JSON_ENCODE_ANY) : NULL;
        char *is = seen ? json_dumps(seen, JSON_ENCODE_ANY) : NULL;
        buf_printf(effect->said, "%s is %s, not %s; ", name, is ? is : "missing", was ? was : "?");
        free(was);
        free(is);
        effect->shown = false;
    }
}

bool effect_shows(struct spec *spec, struct node schema, const json_t *sent, const json_t *seen,
                  struct buf *said)
{
    struct effect effect = {spec, said, true};
    effect_value(&effect, schema, "body", sent, seen, 0);
    return effect.shown;
}
