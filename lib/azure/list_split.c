/* Cutting a page into its items: see list_split.h. */
#include "azure/list_split.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r\n");
}

/* What follows 'word' and blanks around it; NULL where it is something else, or 'at' is NULL. */
static const char *skip_word(const char *at, const char *word)
{
    if (!at) return NULL;
    at = skip_blanks(at);
    size_t length = strlen(word);
    return strncmp(at, word, length) == 0 ? skip_blanks(at + length) : NULL;
}

/* What follows the string whose quotation mark is before 'at'; NULL where it has no end. */
static const char *skip_string(const char *at)
{
    for (;;) {
        at += strcspn(at, "\"\\");
        if (*at == '"') return at + 1;
        if (!*at || !at[1]) return NULL;
        at += 2;
    }
}

/* What follows the object at 'at', by its brackets alone; NULL where there is none or it has no
 * end.
 */
static const char *skip_object(const char *at)
{
    size_t depth = 0;
    if (*at != '{') return NULL;
    do {
        at += strcspn(at, "\"{}[]");
        char c = *at;
        if (!c) return NULL;
        at++;
        if (c == '"' && !(at = skip_string(at))) return NULL;
        if (c == '{' || c == '[') depth++;
        if (c == '}' || c == ']') depth--;
    } while (depth);
    return at;
}

static void add_piece(struct list_split *s, const char *text, const char *end)
{
    /* Room doubles whenever the count is a power of two. */
    if ((s->count & (s->count - 1)) == 0)
        s->pieces = xreallocarray(s->pieces, s->count ? s->count * 2 : 1, sizeof(*s->pieces));
    s->pieces[s->count++] = (struct list_piece){.text = text, .length = (size_t)(end - text)};
}

/* Cuts from the first item on. Returns what follows the array; NULL where it is not of the form. */
static const char *cut_items(struct list_split *s, const char *at)
{
    if (*at == ']') return at + 1;
    for (;;) {
        const char *end = skip_object(at);
        if (!end) return NULL;
        add_piece(s, at, end);
        at = skip_blanks(end);
        if (*at == ']') return at + 1;
        if (*at != ',') return NULL;
        at = skip_blanks(at + 1);
    }
}

/* The page without its items; NULL where it is no JSON then, or its list is somewhere else. */
static json_t *frame_of(const char *tail, size_t length)
{
    static const char head[] = "{\"value\":[]";
    char *text = xmalloc(sizeof(head) + length);
    memcpy(text, head, sizeof(head) - 1);
    memcpy(text + sizeof(head) - 1, tail, length);
    json_t *frame = json_parse(text, sizeof(head) - 1 + length, NULL);
    free(text);
    return frame;
}

int list_split(const char *text, size_t length, struct list_split *out)
{
    struct list_split s = {.count = 0};
    const char *at = skip_word(skip_word(skip_word(text, "{"), "\"value\""), ":");
    at = skip_word(at, "[");
    at = at ? cut_items(&s, at) : NULL;
    if (at) s.frame = frame_of(at, length - (size_t)(at - text));
    if (!s.frame) {
        list_split_done(&s);
        return -1;
    }
    *out = s;
    return 0;
}

void list_split_done(struct list_split *s)
{
    free(s->pieces);
    json_decref(s->frame);
    *s = (struct list_split){.count = 0};
}
