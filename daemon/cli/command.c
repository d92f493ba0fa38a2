/* The table of commands: see cli.h. */
#include "cli/cli.h"

const struct cli_command cli_commands[] = {
    {.name = "check",
     .args = "[FILE...]",
     .summary = "check settings and documents, without any connection",
     .run = cli_check},
    {.name = "plan",
     .args = "[DOCUMENT...]",
     .summary = "show what differs and what would be done; writes nothing",
     .run = cli_plan},
    {.name = "apply",
     .args = "[DOCUMENT...]",
     .summary = "do it, until it is read back as declared or cannot be reached",
     .run = cli_apply},
    {.name = "schema",
     .args = "settings|desired|reference",
     .summary = "print a JSON Schema, or the reference of all keys",
     .run = cli_schema},
    {0},
};
