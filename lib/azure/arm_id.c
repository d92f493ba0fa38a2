/* ARM resource ids: see arm_id.h. */
#include "azure/arm_id.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"

#define ID_MAX 4096
#define ID_SEGMENTS 64

/* One segment between two slashes; borrowed from the id. */
struct segment {
    const char *at;
    size_t length;
};

static bool segment_is(struct segment s, const char *word)
{
    return strlen(word) == s.length && strncasecmp(s.at, word, s.length) == 0;
}

static char *segment_copy(struct segment s)
{
    return xstrndup(s.at, s.length);
}

/* Cuts 'id' at its slashes. Returns how many segments there are, ID_SEGMENTS + 1 for too many. */
static size_t segments_of(const char *id, struct segment out[ID_SEGMENTS])
{
    size_t count = 0;
    const char *at = *id == '/' ? id + 1 : id;
    while (*at) {
        if (count == ID_SEGMENTS) return ID_SEGMENTS + 1;
        size_t length = strcspn(at, "/");
        out[count++] = (struct segment){.at = at, .length = length};
        at += length;
        if (*at == '/') at++;
    }
    return count;
}

static int id_check(const char *id, const struct segment *s, size_t count, struct err *err)
{
    if (*id != '/') return err_set(err, ERR_CONFIG, "resource id does not begin with a slash");
    if (count == 0) return err_set(err, ERR_CONFIG, "resource id is empty");
    if (count > ID_SEGMENTS) return err_set(err, ERR_CONFIG, "resource id is too long");
    for (size_t i = 0; i < count; i++) {
        if (s[i].length == 0) return err_set(err, ERR_CONFIG, "resource id has an empty segment");
        if (segment_is(s[i], ".") || segment_is(s[i], ".."))
            return err_set(err, ERR_CONFIG, "resource id has a segment of dots");
    }
    if (count % 2) return err_set(err, ERR_CONFIG, "resource id ends in a key without a name");
    return 0;
}

/* "a/b" of every second segment from 'first' up to 'end'. */
static char *types_of(const struct segment *s, size_t first, size_t end)
{
    struct buf b;
    buf_init(&b, ID_MAX);
    for (size_t i = first; i < end; i += 2) {
        if (i > first) buf_char(&b, '/');
        buf_add(&b, s[i].at, s[i].length);
    }
    return buf_steal(&b);
}

/* The id up to the end of segment 'count' - 1. */
static char *prefix_of(const char *id, const struct segment *s, size_t count)
{
    if (!count) return NULL;
    const struct segment *last = &s[count - 1];
    return xstrndup(id, (size_t)(last->at - id) + last->length);
}

int arm_id_parse(struct arm_id *out, const char *id, struct err *err)
{
    struct segment s[ID_SEGMENTS];
    size_t count = segments_of(id, s);
    if (id_check(id, s, count, err) < 0) return -1;
    struct arm_id parsed = {.subscription = NULL};
    size_t provider = count; /* index of the last "providers" key */
    for (size_t i = 0; i < count; i += 2) {
        if (segment_is(s[i], "providers")) provider = i;
        if (i == 0 && segment_is(s[i], "subscriptions")) parsed.subscription = segment_copy(s[1]);
        if (i == 2 && segment_is(s[i], "resourceGroups")) parsed.group = segment_copy(s[3]);
    }
    size_t types = provider < count ? provider + 2 : count - 2;
    if (provider < count) parsed.provider = segment_copy(s[provider + 1]);
    if (types < count) {
        parsed.type = types_of(s, types, count);
        parsed.name = segment_copy(s[count - 1]);
        /* The first type of a provider stands in whatever is before "providers". */
        parsed.parent =
            prefix_of(id, s, types + 2 == count && provider < count ? provider : count - 2);
    }
    *out = parsed;
    return 0;
}

void arm_id_done(struct arm_id *id)
{
    free(id->subscription);
    free(id->group);
    free(id->provider);
    free(id->type);
    free(id->name);
    free(id->parent);
    *id = (struct arm_id){.subscription = NULL};
}

bool arm_id_equal(const char *a, const char *b)
{
    if (!a || !b) return a == b;
    while (*a && *b && strncasecmp(a, b, 1) == 0) {
        a++;
        b++;
    }
    if (*a == '/' && !a[1]) a++;
    if (*b == '/' && !b[1]) b++;
    return !*a && !*b;
}

bool arm_id_is_group(const char *id)
{
    struct segment s[ID_SEGMENTS];
    return segments_of(id, s) == 4 && segment_is(s[0], "subscriptions") &&
           segment_is(s[2], "resourceGroups");
}

char *arm_id_group(const char *subscription, const char *group)
{
    return xasprintf("/subscriptions/%s/resourceGroups/%s", subscription, group);
}

/* 'parent' without a final slash. */
static int id_trimmed(const char *parent)
{
    size_t length = strlen(parent);
    return (int)(length && parent[length - 1] == '/' ? length - 1 : length);
}

char *arm_id_resource(const char *parent, const char *provider, const char *type, const char *name)
{
    return xasprintf("%.*s/providers/%s/%s%s%s", id_trimmed(parent), parent, provider, type,
                     name ? "/" : "", name ? name : "");
}

char *arm_id_child(const char *parent, const char *type, const char *name)
{
    return xasprintf("%.*s/%s%s%s", id_trimmed(parent), parent, type, name ? "/" : "",
                     name ? name : "");
}
