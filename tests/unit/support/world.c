/* A scripted Azure: see world.h. */
#include "support/world.h"

#include <stdlib.h>

void world_init(struct world *w, bool answered)
{
    const struct token_source source = {.kind = TOKEN_MANAGED_IDENTITY, .endpoint = WORLD_IMDS};
    *w = (struct world){.script = script_new()};
    w->az.io = script_io(w->script);
    w->az.endpoint = WORLD_ARM;
    w->az.token = token_cache_new(w->az.io, &source, "https://management.azure.com/");
    if (!answered) return;
    script_reply(w->script, "GET " WORLD_IMDS, 200,
                 "{\"access_token\":\"T\",\"expires_in\":\"86399\"}");
    script_always(w->script);
}

void world_done(struct world *w)
{
    token_cache_free(w->az.token);
    script_free(w->script);
}

/* A flow that wants a token and nothing else. */
static void ask(struct flow *f, struct call *call)
{
    token_ask(f->op, f, call);
}

static void done(struct flow *f, const struct err *err)
{
    (void)f;
    if (err) abort();
}

void world_have_token(struct world *w)
{
    static const struct flow_row rows[] = {{.name = "token", .ask = ask}, {0}};
    struct flow f = {.name = "world", .rows = rows, .done = done, .op = w->az.token};
    flow_start(&f, w->az.io);
    script_run(w->script);
    token_leave(w->az.token, &f);
    script_forget(w->script);
}
