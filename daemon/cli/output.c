/* How commands say what is wrong: see cli.h. */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "cli/cli.h"

enum { TEXT_MAX = 1024 * 1024 };

static void print_json(json_t *value)
{
    json_dumpf(value, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(value);
}

int cli_problems(const struct cli *cli, const struct problems *problems)
{
    if (cli->json) {
        print_json(json_pack("{s:b, s:o}", "valid", 0, "problems", problems_json(problems)));
        return CLI_ERROR;
    }
    struct buf text;
    buf_init(&text, TEXT_MAX);
    problems_text(problems, &text);
    fputs(buf_text(&text), stderr);
    buf_done(&text);
    return CLI_ERROR;
}

int cli_fail(const struct cli *cli, const char *text)
{
    if (cli->json)
        print_json(json_pack("{s:s}", "error", text));
    else
        fprintf(stderr, "pgdrift: %s\n", text);
    return CLI_ERROR;
}
