/* The commands of pgdrift. Each is a row of the table in command.c and a function of its own file.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "base/problem.h"

/* Exit statuses of all commands. */
enum { CLI_IN_SYNC = 0, CLI_ERROR = 1, CLI_DRIFT = 2 };

struct cli {
    const char *config; /* the settings' file */
    bool json;
    bool colour;       /* of standard output */
    char *const *args; /* what follows the options */
    size_t arg_count;
};

struct cli_command {
    const char *name;
    const char *args; /* for the usage text: "[DOCUMENT...]" */
    const char *summary;
    int (*run)(const struct cli *cli);
};

/* Ends with a row without a name. */
extern const struct cli_command cli_commands[];

int cli_check(const struct cli *cli);
int cli_plan(const struct cli *cli);
int cli_apply(const struct cli *cli);
int cli_schema(const struct cli *cli);

/* Prints 'problems' as lines on standard error, or as JSON on standard output. Returns CLI_ERROR.
 */
int cli_problems(const struct cli *cli, const struct problems *problems);
/* "pgdrift: ..." on standard error, or {"error": ...}. Returns CLI_ERROR. */
int cli_fail(const struct cli *cli, const char *text);

#endif
