/* What libcurl has been told: see http_names.h. */
#include "net/http_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { NAMES_KEPT = 32 };

struct http_names {
    struct names_entry {
        char *text;
        bool known; /* false: only on its way, and a transfer that goes first would not find it */
    } entries[NAMES_KEPT];
    size_t count;
    size_t next; /* to be given up, once there are too many */
};

struct http_names *http_names_new(void)
{
    return xcalloc(1, sizeof(struct http_names));
}

void http_names_free(struct http_names *n)
{
    for (size_t i = 0; i < n->count; i++) free(n->entries[i].text);
    free(n);
}

/* The length of "name:port:". */
static size_t names_head_length(const char *entry)
{
    const char *end = strchr(entry, ':');
    end = end ? strchr(end + 1, ':') : NULL;
    return end ? (size_t)(end - entry) + 1 : strlen(entry);
}

/* The entry for the same name and port; NULL where there is none. */
static struct names_entry *names_find(struct http_names *n, const char *entry)
{
    size_t head = names_head_length(entry);
    for (size_t i = 0; i < n->count; i++)
        if (strncmp(n->entries[i].text, entry, head) == 0) return &n->entries[i];
    return NULL;
}

static struct names_entry *names_make_room(struct http_names *n)
{
    if (n->count < NAMES_KEPT) return &n->entries[n->count++];
    struct names_entry *e = &n->entries[n->next];
    n->next = (n->next + 1) % NAMES_KEPT;
    return e;
}

bool http_names_known(struct http_names *n, const char *entry)
{
    struct names_entry *e = names_find(n, entry);
    if (e && strcmp(e->text, entry) == 0) return e->known;
    if (!e) e = names_make_room(n);
    free(e->text);
    *e = (struct names_entry){.text = xstrdup(entry)};
    return false;
}

void http_names_told(struct http_names *n, const char *entry)
{
    struct names_entry *e = names_find(n, entry);
    if (e && strcmp(e->text, entry) == 0) e->known = true;
}
