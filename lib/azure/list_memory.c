/* What a list remembers: see list_memory.h. */
#include "azure/list_memory.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

struct list_print list_print_of(const void *data, size_t length)
{
    struct list_print print = {{0}};
    hash_fingerprint_raw(data, length, print.bytes);
    return print;
}

struct list_print list_print_name(const char *name)
{
    char *lower = xstrdup(name);
    for (char *c = lower; *c; c++) *c = (char)tolower((unsigned char)*c);
    struct list_print print = list_print_of(lower, strlen(lower));
    free(lower);
    return print;
}

/* --- items ------------------------------------------------------------------------------------ */

void list_book_add(struct list_book *b, struct list_known known)
{
    /* Room doubles whenever the count is a power of two. */
    if ((b->count & (b->count - 1)) == 0)
        b->known = xreallocarray(b->known, b->count ? b->count * 2 : 1, sizeof(*b->known));
    b->known[b->count++] = known;
}

static int compare_prints(const void *a, const void *b)
{
    const struct list_known *x = a, *y = b;
    return memcmp(&x->text, &y->text, sizeof(x->text));
}

void list_book_sort(struct list_book *b)
{
    if (!b->count) return;
    b->known = xreallocarray(b->known, b->count, sizeof(*b->known)); /* no more comes */
    qsort(b->known, b->count, sizeof(*b->known), compare_prints);
}

const struct list_known *list_book_find(const struct list_book *b, const struct list_print *text)
{
    struct list_known key = {.text = *text};
    if (!b->count) return NULL;
    return bsearch(&key, b->known, b->count, sizeof(*b->known), compare_prints);
}

void list_book_done(struct list_book *b)
{
    for (size_t i = 0; i < b->count; i++) json_decref(b->known[i].item);
    free(b->known);
    *b = (struct list_book){.known = NULL};
}

/* --- names ------------------------------------------------------------------------------------ */

/* Where 'name' is, or would go: prints are spread evenly by themselves. */
static size_t names_slot(const struct list_names *n, const struct list_print *name)
{
    size_t at;
    memcpy(&at, name->bytes, sizeof(at));
    for (at &= n->size - 1; n->used[at]; at = (at + 1) & (n->size - 1))
        if (memcmp(&n->slots[at], name, sizeof(*name)) == 0) break;
    return at;
}

static void names_put(struct list_names *n, const struct list_print *name)
{
    size_t at = names_slot(n, name);
    n->slots[at] = *name;
    n->used[at] = true;
    n->count++;
}

/* At most half of it is used, so that every search ends soon. */
static void names_grow(struct list_names *n)
{
    struct list_names old = *n;
    n->size = old.size ? old.size * 2 : 64;
    n->count = 0;
    n->slots = xcalloc(n->size, sizeof(*n->slots));
    n->used = xcalloc(n->size, sizeof(*n->used));
    for (size_t i = 0; i < old.size; i++)
        if (old.used[i]) names_put(n, &old.slots[i]);
    list_names_done(&old);
}

bool list_names_add(struct list_names *n, const struct list_print *name)
{
    if (n->count * 2 >= n->size) names_grow(n);
    if (n->used[names_slot(n, name)]) return false;
    names_put(n, name);
    return true;
}

void list_names_done(struct list_names *n)
{
    free(n->slots);
    free(n->used);
    *n = (struct list_names){.slots = NULL};
}
