/* What a change says, as hashes: see content.h. */
#include "engine/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* FNV-1a, 64 bits: no enemy chooses the texts, and a collision only keeps one record back. */
static uint64_t content_mix(uint64_t hash, const char *text)
{
    const char *p = text ? text : "\1";
    do {
        hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
    } while (*p++);
    return hash;
}

static const uint64_t content_start = UINT64_C(14695981039346656037);

static uint64_t content_delta(uint64_t hash, const struct change_delta *d, bool values)
{
    hash = content_mix(hash, d->path);
    if (!values) return hash;
    return content_mix(content_mix(hash, d->from), d->to);
}

static int content_order(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

void content_init(struct content *c, const struct change *change)
{
    c->count = change->delta_count;
    c->hashes = xcalloc(c->count, sizeof(*c->hashes));
    for (size_t i = 0; i < c->count; i++)
        c->hashes[i] = content_delta(content_start, &change->deltas[i], true);
    qsort(c->hashes, c->count, sizeof(*c->hashes), content_order);
}

void content_done(struct content *c)
{
    free(c->hashes);
    *c = (struct content){0};
}

static bool content_has(const struct content *c, const struct change_delta *d)
{
    uint64_t hash = content_delta(content_start, d, true);
    return c->count && bsearch(&hash, c->hashes, c->count, sizeof(*c->hashes), content_order);
}

/* What was to be made from nothing and is found to be there in another form is the same. */
bool content_has_grown(const struct content *before, const struct change *now)
{
    for (size_t i = 0; i < now->delta_count; i++) {
        const struct change_delta *d = &now->deltas[i];
        const struct change_delta made = {.path = d->path, .to = d->to};
        if (!content_has(before, d) && !content_has(before, &made)) return true;
    }
    return false;
}

static uint64_t content_of(const struct change *change, bool values)
{
    uint64_t hash = content_mix(content_start, change->type);
    hash = content_mix(hash, change->object);
    hash = content_mix(hash, change->part);
    for (size_t i = 0; i < change->delta_count; i++)
        hash = content_delta(hash, &change->deltas[i], values);
    return hash;
}

uint64_t content_hash(const struct change *change)
{
    return content_of(change, true);
}

uint64_t content_subject(const struct change *change)
{
    return content_of(change, false);
}

char *content_text(const struct change *c)
{
    enum { SHOWN = 8 };
    struct buf b;
    buf_init(&b, 2000);
    for (size_t i = 0; i < c->delta_count && i < SHOWN; i++) {
        const struct change_delta *d = &c->deltas[i];
        buf_printf(&b, "%s%s: ", i ? "; " : "", d->path);
        if (d->from) buf_str(&b, d->from);
        if (d->from || !d->to) buf_str(&b, " -> ");
        buf_str(&b, d->to ? d->to : "(none)");
    }
    if (c->delta_count > SHOWN) buf_printf(&b, "; and %zu more", c->delta_count - SHOWN);
    return buf_steal(&b);
}
