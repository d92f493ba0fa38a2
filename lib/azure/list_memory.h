/* What a list remembers of its items: from look to look, so that only those whose bytes have
 * changed are read; and within a look, so that none comes twice. */
#ifndef AZURE_LIST_MEMORY_H
#define AZURE_LIST_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* hash_fingerprint_raw() of something. */
struct list_print {
    unsigned char bytes[16];
};

struct list_print list_print_of(const void *data, size_t length);
/* Of a name, without regard to case. */
struct list_print list_print_name(const char *name);

/* An item that was read, and found to be sound. */
struct list_known {
    struct list_print text; /* of its bytes */
    struct list_print name; /* zeros where names do not count */
    json_t *item;           /* a share of it; NULL: it was not kept */
};

/* A growing array of them. Zeros are an empty one. */
struct list_book {
    struct list_known *known;
    size_t count;
};

/* Takes over known->item. */
void list_book_add(struct list_book *b, struct list_known known);
/* Orders it for list_book_find(). */
void list_book_sort(struct list_book *b);
const struct list_known *list_book_find(const struct list_book *b, const struct list_print *text);
void list_book_done(struct list_book *b);

/* A set of prints. Zeros are an empty one. */
struct list_names {
    struct list_print *slots;
    bool *used;
    size_t size; /* a power of two, or 0 */
    size_t count;
};

/* False where it was in already. */
bool list_names_add(struct list_names *n, const struct list_print *name);
void list_names_done(struct list_names *n);

#endif
