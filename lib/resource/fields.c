/* The tables of what may be declared: a type's own rows with a row for each collection that may
 * stand below it. See resource_fields() in resource.h. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/must.h"
#include "resource/resource.h"

/* By the order of resources.def. Reachable for ever: the types are. */
static const struct field *tables[64];
static pthread_once_t once = PTHREAD_ONCE_INIT;

struct field resource_row(const struct resource *type)
{
    static const enum field_kind kinds[] = {
        [RESOURCE_LIST] = FIELD_LIST, [RESOURCE_ONE] = FIELD_OBJECT, [RESOURCE_MAP] = FIELD_MAP};
    return (struct field){
        .path = type->key,
        .kind = kinds[type->form],
        .flags = resource_is_root(type) ? 0 : FIELD_LOCAL, /* written by itself */
        .fields = resource_fields(type),
        .help = xasprintf("%s.", type->summary), /* kept for ever */
    };
}

static size_t rows_of(const struct field *table)
{
    size_t n = 0;
    while (table[n].path) n++;
    return n;
}

static const struct field *fields_made(const struct resource *type)
{
    size_t own = rows_of(type->fields), below = 0;
    for (size_t i = 0; i < resource_count; i++)
        below += resources[i]->arm_type && resource_is_below(resources[i], type);
    if (!below) return type->fields;
    struct field *all = xcalloc(own + below + 1, sizeof(*all));
    memcpy(all, type->fields, own * sizeof(*all));
    for (size_t i = 0; i < resource_count; i++)
        if (resources[i]->arm_type && resource_is_below(resources[i], type)) {
            all[own] = resource_row(resources[i]);
            all[own++].fields = resources[i]->fields; /* nothing stands below what is below */
        }
    return all;
}

static void fields_make_all(void)
{
    must(resource_count <= sizeof(tables) / sizeof(tables[0]));
    for (size_t i = 0; i < resource_count; i++) tables[i] = NULL;
    for (size_t i = 0; i < resource_count; i++)
        tables[i] =
            resource_is_root(resources[i]) ? fields_made(resources[i]) : resources[i]->fields;
}

const struct field *resource_fields(const struct resource *type)
{
    for (size_t i = 0; i < resource_count; i++) {
        if (resources[i] != type) continue;
        if (!resource_is_root(type)) return type->fields;
        pthread_once(&once, fields_make_all);
        return tables[i];
    }
    return type->fields;
}
