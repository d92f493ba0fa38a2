/* pgdrift plan and pgdrift apply: one run of the engine, and what came of it. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "cli/session.h"

enum { PLAN_TEXT_MAX = 256 * 1024 * 1024 };

static void plan_print_json(const struct session_result *result)
{
    const struct engine_totals *totals = &result->totals;
    json_t *root = plan_json(result->plan);
    if (totals->unknown) json_object_set_new(root, "inSync", json_false());
    json_object_set_new(root, "unknown", json_integer((json_int_t)totals->unknown));
    json_object_set_new(root, "corrected", json_integer((json_int_t)totals->corrected));
    json_object_set(root, "left", result->left);
    json_dumpf(root, stdout, JSON_INDENT(2));
    fputc('\n', stdout);
    json_decref(root);
}

static void plan_print_text(const struct cli *cli, const struct session_result *result)
{
    const struct engine_totals *totals = &result->totals;
    struct buf text;
    buf_init(&text, PLAN_TEXT_MAX);
    if (result->plan->count || !totals->unknown) plan_text(result->plan, cli->colour, &text);
    fputs(buf_text(&text), stdout);
    buf_done(&text);
    if (totals->unknown)
        printf("%zu %s could not be read; nothing is said about what is there.\n", totals->unknown,
               totals->unknown == 1 ? "scope" : "scopes");
}

static const char *plan_left_text(const json_t *item, const char *key)
{
    const char *text = json_text_at(item, key);
    return text ? text : "";
}

/* The last lines: what is not in order, each with its reason; 'state' NULL: all of it. */
static void plan_print_left(const struct session_result *result, const char *state)
{
    struct buf text;
    buf_init(&text, PLAN_TEXT_MAX);
    for (size_t i = 0; i < json_array_size(result->left); i++) {
        const json_t *item = json_array_get(result->left, i);
        const char *own = plan_left_text(item, "state");
        if (state && strcmp(state, own) != 0) continue;
        const char *reason = plan_left_text(item, "reason");
        buf_printf(&text, "%s: ", own);
        plan_add_text(&text, plan_left_text(item, "what"));
        buf_printf(&text, " on %s%s", plan_left_text(item, "target"), *reason ? ": " : "");
        plan_add_text(&text, reason);
        buf_char(&text, '\n');
    }
    fputs(buf_text(&text), stdout);
    buf_done(&text);
}

static int plan_status(const struct session_result *result)
{
    if (result->totals.unknown || result->totals.looked < result->totals.targets) return CLI_ERROR;
    struct plan_counts n = plan_count(result->plan);
    return n.drifted || n.debt ? CLI_DRIFT : CLI_IN_SYNC;
}

int cli_plan(const struct cli *cli)
{
    struct session_result result = {0};
    if (session_run(cli, ENGINE_PLAN, false, &result)) return CLI_ERROR;
    if (cli->json) {
        plan_print_json(&result);
    } else {
        plan_print_text(cli, &result);
        plan_print_left(&result, "unknown");
    }
    int status = plan_status(&result);
    session_result_done(&result);
    return status;
}

int cli_apply(const struct cli *cli)
{
    struct session_result result = {0};
    if (session_run(cli, ENGINE_APPLY, true, &result)) return CLI_ERROR;
    if (cli->json) {
        plan_print_json(&result);
    } else {
        plan_print_text(cli, &result);
        printf("%zu corrected.\n", result.totals.corrected);
        plan_print_left(&result, NULL);
    }
    int status = result.totals.blocked ? CLI_ERROR : plan_status(&result);
    session_result_done(&result);
    return status;
}
