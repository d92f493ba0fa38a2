/* The token cache: see token.h. One fetch serves all who ask; a token is renewed ahead of its end
 * and used on while that fails; a refused credential is left alone for a while. */
#include "azure/token.h"

#include <stdlib.h>

#include "azure/arm.h"
#include "azure/token_source.h"
#include "base/backoff.h"
#include "base/mem.h"

/* Source: the rules of Microsoft's own client library: a token that lasts two hours or more is
 * renewed at half its life, any other 5 minutes before its end. */
#define LONG_LIFE MINUTES(120)
#define RENEW_AHEAD MINUTES(5)

/* The last part of a life in which a token is not used any more: it must survive the way to ARM. */
#define LAST_MOMENT SECONDS(10)

/* Flows that wait for one fetch, in the order of asking; NULL where one has left. */
struct waiting {
    struct flow **flows;
    size_t count;
};

struct token_cache {
    const struct io *io;
    struct token_request request;
    struct flow fetch;
    struct waiting waiting;
    struct waiting waking; /* taken out of 'waiting', to be woken one after the other */
    struct secret *token;  /* NULL: none */
    msec asked;            /* when the fetch that runs was begun */
    msec renew;            /* when to begin to fetch the next one */
    msec end;              /* from when the token is not used any more */
    struct err err;        /* why the last fetch failed */
    unsigned failures;     /* in a row */
    msec hold;             /* no fetch before, after a failure */
};

static void ask_fetch(struct flow *f, struct call *call);
static enum flow_verdict take_fetch(struct flow *f, const struct reply *reply);

/* The metadata service may be away for 70 s while it is updated: room for a few more tries after
 * that, and less than those who wait have. */
static const struct flow_row token_rows[] = {
    {.name = "fetch",
     .text = "fetch an access token",
     .ask = ask_fetch,
     .take = take_fetch,
     .limit = SECONDS(110),
     .call_limit = SECONDS(20)},
    {0},
};

static msec cache_now(const struct token_cache *c)
{
    return c->io->now(c->io->ctx);
}

static bool token_is_usable(const struct token_cache *c)
{
    return c->token && cache_now(c) < c->end;
}

/* --- fetching ----------------------------------------------------------------------------------
 */

static void ask_fetch(struct flow *f, struct call *call)
{
    struct token_cache *c = f->op;
    c->asked = cache_now(c);
    token_request_ask(&c->request, call);
}

static int token_classify(struct flow *f, const struct reply *reply, struct err *err)
{
    struct token_cache *c = f->op;
    token_request_sent(&c->request);
    if (token_source_classify(c->request.source.kind, reply, err) == 0) return 0;
    if (reply->err.kind == ERR_NONE) arm_retry_after(&reply->http, f->io, &err->retry_after_ms);
    return -1;
}

/* Counts from when it was asked for, so that a slow answer makes it end earlier, not later. */
static void plan_renewal(struct token_cache *c, msec lifetime)
{
    msec ahead = RENEW_AHEAD;
    msec last = LAST_MOMENT;
    if (lifetime >= LONG_LIFE || lifetime < 2 * RENEW_AHEAD) ahead = lifetime / 2;
    if (last > lifetime / 10) last = lifetime / 10;
    c->renew = c->asked + lifetime - ahead;
    c->end = c->asked + lifetime - last;
}

static enum flow_verdict take_fetch(struct flow *f, const struct reply *reply)
{
    struct token_cache *c = f->op;
    msec lifetime;
    struct secret *token =
        token_source_parse(&reply->http, c->io->wall_clock(c->io->ctx), &lifetime, &f->err);
    if (!token) return FLOW_FAIL;
    secret_free(c->token);
    c->token = token;
    plan_renewal(c, lifetime);
    if (token_is_usable(c)) return FLOW_NEXT;
    err_set(&f->err, ERR_TRANSIENT, "no token: it was over before it arrived");
    return FLOW_FAIL;
}

static void waiting_add(struct waiting *w, struct flow *f)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->flows[i] == f) return;
    w->flows = xreallocarray(w->flows, w->count + 1, sizeof(struct flow *));
    w->flows[w->count++] = f;
}

static void waiting_remove(struct waiting *w, const struct flow *f)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->flows[i] == f) w->flows[i] = NULL;
}

/* Everybody who waited asks again and finds either a token or the failure. Who is woken may end,
 * free others that wait too, or wait again for the next fetch. */
static void wake_all(struct token_cache *c)
{
    c->waking = c->waiting;
    c->waiting = (struct waiting){.flows = NULL};
    for (size_t i = 0; i < c->waking.count; i++)
        if (c->waking.flows[i]) flow_wake(c->waking.flows[i]);
    free(c->waking.flows);
    c->waking = (struct waiting){.flows = NULL};
}

/* How long a failure is left alone: a wrong credential until somebody may have corrected it. */
static msec hold_after(const struct token_cache *c, const struct err *err)
{
    bool refused = err->kind == ERR_DENIED || err->kind == ERR_CONFIG || err->kind == ERR_TOKEN ||
                   err->kind == ERR_REFUSED;
    enum backoff_preset preset = refused ? BACKOFF_CREDENTIAL : BACKOFF_TRANSIENT;
    return backoff_delay(&backoff_presets[preset], c->failures, err->retry_after_ms,
                         c->io->random(c->io->ctx));
}

static void fetch_done(struct flow *f, const struct err *err)
{
    struct token_cache *c = f->op;
    if (err) {
        c->failures++;
        c->err = *err;
        c->hold = cache_now(c) + hold_after(c, err);
    } else {
        c->failures = 0;
        c->hold = 0;
        err_clear(&c->err);
    }
    wake_all(c);
}

static void fetch_start(struct token_cache *c)
{
    if (c->fetch.running || cache_now(c) < c->hold) return;
    flow_start(&c->fetch, c->io);
}

/* --- the cache ---------------------------------------------------------------------------------
 */

struct token_cache *token_cache_new(const struct io *io, const struct token_source *source,
                                    const char *audience)
{
    struct token_cache *c = xcalloc(1, sizeof(*c));
    c->io = io;
    token_request_init(&c->request, source, audience);
    c->fetch = (struct flow){.name = "token",
                             .rows = token_rows,
                             .classify = token_classify,
                             .done = fetch_done,
                             .op = c,
                             .resource = c->request.source.endpoint};
    return c;
}

void token_cache_free(struct token_cache *c)
{
    if (!c) return;
    flow_cancel(&c->fetch);
    token_request_done(&c->request);
    secret_free(c->token);
    free(c->waiting.flows);
    free(c);
}

void token_ask(struct token_cache *c, struct flow *f, struct call *call)
{
    if (token_is_usable(c)) {
        if (cache_now(c) >= c->renew) fetch_start(c);
        call->kind = CALL_NONE;
        return;
    }
    fetch_start(c);
    if (!c->fetch.running) {
        f->err = c->err;
        call->kind = CALL_FAIL;
        return;
    }
    call->kind = CALL_PARK;
    waiting_add(&c->waiting, f);
}

void token_leave(struct token_cache *c, const struct flow *f)
{
    waiting_remove(&c->waiting, f);
    waiting_remove(&c->waking, f);
}

struct secret *token_bearer(struct token_cache *c)
{
    return token_is_usable(c) ? c->token : NULL;
}

void token_drop(struct token_cache *c, const struct secret *refused)
{
    if (!c->token || c->token != refused) return;
    secret_free(c->token);
    c->token = NULL;
}

void token_set_secret(struct token_cache *c, struct secret *secret)
{
    struct secret *old = c->request.source.secret;
    c->request.source.secret = secret ? secret_share(secret) : NULL;
    secret_free(old);
    c->hold = 0;
    c->failures = 0;
}

const struct err *token_error(const struct token_cache *c)
{
    return c->err.kind == ERR_NONE ? NULL : &c->err;
}

msec token_lasts(const struct token_cache *c)
{
    return token_is_usable(c) ? c->end - cache_now(c) : 0;
}
