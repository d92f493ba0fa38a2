/* One run of the engine for a command: from the files to its end. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/cli.h"
#include "engine/engine.h"

struct session_result {
    struct engine_totals totals;
    struct plan *plan; /* of the last look; owned */
    json_t *left;      /* what is not in order: [{"target","what","state","reason"}]; owned */
};

/* Loads what 'cli' names, runs the engine in 'mode' until every target has ended, and fills in
 * 'result'. Records go to standard error from 'level' on; with 'progress', long operations show
 * there too. Returns 0; -1 where it could not begin (it has said why). */
int session_run(const struct cli *cli, enum engine_mode mode, bool progress,
                struct session_result *result);
void session_result_done(struct session_result *result);

#endif
