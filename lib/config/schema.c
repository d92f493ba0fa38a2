/* Schemas and reference: see schema.h. */
#include "config/schema.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/desired.h"
#include "config/settings.h"

static const struct field *settings_rows(void)
{
    return settings_fields;
}

const struct schema schemas[] = {
    {.name = "settings",
     .title = "pgdriftd settings",
     .description = "How pgdriftd runs: /etc/pgdriftd/pgdriftd.json. Every key has a default. Keys "
                    "that begin with // or $ are comments.",
     .fields = settings_rows},
    {.name = "desired",
     .title = "pgdriftd desired state",
     .description = "What shall exist: a document of /etc/pgdriftd/desired.d. Keys that begin with "
                    "// or $ are comments.",
     .fields = desired_fields},
    {.name = NULL},
};

const struct schema *schema_find(const char *name)
{
    for (const struct schema *schema = schemas; schema->name; schema++)
        if (strcmp(schema->name, name) == 0) return schema;
    return NULL;
}

char *schema_text(const struct schema *schema)
{
    json_t *document = field_schema_document(schema->fields(), schema->title, schema->description);
    char *json = json_dumps(document, JSON_INDENT(2));
    json_decref(document);
    char *text = xasprintf("%s\n", json);
    free(json);
    return text;
}

void schema_reference(const struct schema *schema, struct buf *out)
{
    buf_printf(out, "## %s\n\n%s\n\n", schema->title, schema->description);
    field_reference_markdown(schema->fields(), "", out);
}
