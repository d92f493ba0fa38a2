/* The kinds of file that the program reads, each as JSON Schema and as reference, made of the same
 * rows that check it. */
#ifndef CONFIG_SCHEMA_H
#define CONFIG_SCHEMA_H

#include <stddef.h>

#include "base/buf.h"
#include "field/field.h"

struct schema {
    const char *name; /* "settings": also of its file, config/schema/NAME.schema.json */
    const char *title;
    const char *description;
    const struct field *(*fields)(void);
};

/* All of them; ends with a row without a name. */
extern const struct schema schemas[];

/* NULL where there is none called 'name'. */
const struct schema *schema_find(const char *name);

/* The JSON Schema as it stands in its file, with a final newline. free() it. */
char *schema_text(const struct schema *schema);
/* Adds a chapter of the reference, in Markdown: heading, description, table. */
void schema_reference(const struct schema *schema, struct buf *out);

#endif
