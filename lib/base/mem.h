/* Memory: allocation that cannot fail, and arenas for everything that lives as long as one cycle.
 * Running out of memory aborts the program; systemd starts it again, and nothing it knew is needed
 * to be correct (P8, P13). */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* For a program that does the same again and again: what a cycle gives back stays ours for the next
 * one, up to 4 MiB, instead of going back to the kernel and coming again page by page (a twentieth
 * of a cycle's time, measured). Once, at the start. */
void mem_keep_freed(void);

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
/* Room for 'count' items of 'size' bytes; aborts where the product overflows. */
void *xreallocarray(void *old, size_t count, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t length);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same object without its const: the one place for the cast, for libraries that take what they
 * do not change without saying so, and for the end of what is owned through a pointer to const. */
void *unconst(const void *p);

/* Overwrites 'size' bytes in a way the compiler may not remove. */
void mem_wipe(void *data, size_t size);

/* An arena: many allocations, one release. */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a);
/* Forgets everything in it but keeps its first block for reuse. */
void arena_reset(struct arena *a);
/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *a, size_t size);
void *arena_array(struct arena *a, size_t count, size_t size);
char *arena_strdup(struct arena *a, const char *text);
char *arena_strndup(struct arena *a, const char *text, size_t length);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);

#endif
