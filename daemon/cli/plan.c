/* pgdrift plan and pgdrift apply: one run of the engine, and what came of it. */
#include <stdio.h>

#include "base/buf.h"
#include "cli/session.h"

enum { PLAN_TEXT_MAX = 256 * 1024 * 1024 };

static void print_plan(const struct cli *cli, const struct plan *plan,
                       const struct engine_totals *totals)
{
    if (cli->json) {
        json_t *root = plan_json(plan);
        if (totals->unknown) json_object_set_new(root, "inSync", json_false());
        json_object_set_new(root, "unknown", json_integer((json_int_t)totals->unknown));
        json_object_set_new(root, "corrected", json_integer((json_int_t)totals->corrected));
        json_dumpf(root, stdout, JSON_INDENT(2));
        fputc('\n', stdout);
        json_decref(root);
        return;
    }
    struct buf text;
    buf_init(&text, PLAN_TEXT_MAX);
    if (plan->count || !totals->unknown) plan_text(plan, cli->colour, &text);
    fputs(buf_text(&text), stdout);
    buf_done(&text);
    if (totals->unknown)
        printf("%zu %s could not be read; nothing is said about what is there.\n", totals->unknown,
               totals->unknown == 1 ? "scope" : "scopes");
}

static int status_of(const struct session_result *result)
{
    if (result->totals.unknown || result->totals.looked < result->totals.targets) return CLI_ERROR;
    return plan_count(result->plan).drifted ? CLI_DRIFT : CLI_IN_SYNC;
}

int cli_plan(const struct cli *cli)
{
    struct session_result result = {0};
    if (session_run(cli, ENGINE_PLAN, false, &result)) return CLI_ERROR;
    print_plan(cli, result.plan, &result.totals);
    int status = status_of(&result);
    session_result_done(&result);
    return status;
}

int cli_apply(const struct cli *cli)
{
    struct session_result result = {0};
    if (session_run(cli, ENGINE_APPLY, true, &result)) return CLI_ERROR;
    print_plan(cli, result.plan, &result.totals);
    if (!cli->json) printf("%zu corrected.\n", result.totals.corrected);
    int status = result.totals.blocked ? CLI_ERROR : status_of(&result);
    session_result_done(&result);
    return status;
}
