#include "pg/names.h"

#include <string.h>

/* FNV-1a: short keys, no adversary worth a keyed hash (role names come from the server's owner). */
static uint32_t names_hash_text(const char *text, size_t length)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < length; i++) {
        h = (h ^ (unsigned char)text[i]) * 16777619U;
    }
    return h;
}

static uint32_t names_hash_oid(uint32_t oid)
{
    return oid * 2654435761U;
}

/* Puts item 'index' into both tables, which have room. */
static void names_place(struct pg_names *n, uint32_t index)
{
    const struct pg_name *item = &n->items[index];
    size_t i = names_hash_text(item->name, strlen(item->name)) & (n->slots - 1);
    while (n->by_name[i]) i = (i + 1) & (n->slots - 1);
    n->by_name[i] = index + 1;
    i = names_hash_oid(item->oid) & (n->slots - 1);
    while (n->by_oid[i]) i = (i + 1) & (n->slots - 1);
    n->by_oid[i] = index + 1;
}

static void names_set_room(struct pg_names *n, size_t room)
{
    struct pg_name *items = arena_array(n->arena, room, sizeof(*items));
    if (n->count) memcpy(items, n->items, n->count * sizeof(*items));
    n->items = items;
    n->room = room;
    n->slots = 8;
    while (n->slots < 2 * room) n->slots *= 2;
    n->by_name = arena_array(n->arena, n->slots, sizeof(*n->by_name));
    n->by_oid = arena_array(n->arena, n->slots, sizeof(*n->by_oid));
    for (size_t i = 0; i < n->count; i++) names_place(n, (uint32_t)i);
}

void pg_names_init(struct pg_names *n, struct arena *arena, size_t expected)
{
    *n = (struct pg_names){.arena = arena};
    names_set_room(n, expected ? expected : 1);
}

void pg_names_add(struct pg_names *n, uint32_t oid, const char *name, bool usable)
{
    if (n->count == n->room) names_set_room(n, n->room * 2);
    n->items[n->count] = (struct pg_name){.oid = oid, .usable = usable, .name = name};
    names_place(n, (uint32_t)n->count);
    n->count++;
}

void pg_names_copy(struct pg_names *n, const struct pg_names *from, struct arena *arena)
{
    pg_names_init(n, arena, from->count);
    for (size_t i = 0; i < from->count; i++) {
        pg_names_add(n, from->items[i].oid, from->items[i].name, from->items[i].usable);
    }
}

const struct pg_name *pg_names_find(const struct pg_names *n, const char *name, size_t length)
{
    if (!n->slots) return NULL;
    size_t i = names_hash_text(name, length) & (n->slots - 1);
    for (; n->by_name[i]; i = (i + 1) & (n->slots - 1)) {
        const struct pg_name *item = &n->items[n->by_name[i] - 1];
        if (strncmp(item->name, name, length) == 0 && item->name[length] == '\0') return item;
    }
    return NULL;
}

const struct pg_name *pg_names_by_oid(const struct pg_names *n, uint32_t oid)
{
    if (!n->slots) return NULL;
    size_t i = names_hash_oid(oid) & (n->slots - 1);
    for (; n->by_oid[i]; i = (i + 1) & (n->slots - 1)) {
        const struct pg_name *item = &n->items[n->by_oid[i] - 1];
        if (item->oid == oid) return item;
    }
    return NULL;
}
