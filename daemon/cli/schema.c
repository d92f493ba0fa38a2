/* pgdrift schema: the JSON Schemas and the reference, made of the same rows that check the files.
 */
#include "config/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { REFERENCE_MAX = 4 * 1024 * 1024 };

static int print_reference(void)
{
    struct buf text;
    buf_init(&text, REFERENCE_MAX);
    for (const struct schema *s = schemas; s->name; s++) schema_reference(s, &text);
    fputs(buf_text(&text), stdout);
    buf_done(&text);
    return CLI_IN_SYNC;
}

int cli_schema(const struct cli *cli)
{
    const char *name = cli->arg_count == 1 ? cli->args[0] : "";
    if (strcmp(name, "reference") == 0) return print_reference();
    const struct schema *schema = schema_find(name);
    if (!schema) return cli_fail(cli, "say which: pgdrift schema settings, desired or reference");
    char *text = schema_text(schema);
    fputs(text, stdout);
    free(text);
    return CLI_IN_SYNC;
}
