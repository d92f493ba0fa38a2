/* From settings to a world: see world.h. */
#include "run/world.h"

static struct token_source token_source_of(const struct settings *s)
{
    struct token_source source = {0};
    if (s->credentials.kind == SETTINGS_CLIENT_SECRET) {
        source.kind = TOKEN_CLIENT_SECRET;
        source.endpoint = s->cloud.login;
        source.tenant = s->credentials.tenant_id;
        source.client_id = s->credentials.client_id;
        source.secret = s->credentials.client_secret;
        return source;
    }
    source.kind = TOKEN_MANAGED_IDENTITY;
    source.endpoint = s->cloud.imds;
    const struct {
        enum token_selector selector;
        const char *value;
    } selectors[] = {
        {TOKEN_SELECT_CLIENT_ID, s->credentials.client_id},
        {TOKEN_SELECT_OBJECT_ID, s->credentials.object_id},
        {TOKEN_SELECT_RESOURCE_ID, s->credentials.resource_id},
    };
    for (size_t i = 0; i < sizeof(selectors) / sizeof(selectors[0]); i++) {
        if (!selectors[i].value || source.selector) continue;
        source.selector = selectors[i].selector;
        source.selector_value = selectors[i].value;
    }
    return source;
}

/* That Azure wants to be left alone is one fact, told when it begins and when it is over. */
static void world_held(void *ctx, const struct gate_hold *hold, bool over)
{
    struct world *w = ctx;
    struct err err = {0};
    const struct io *io = net_io(w->net);
    if (!w->engine) return;
    err_set(&err, ERR_THROTTLED, "HTTP %d of %s%s%s, %u times", hold->status, hold->host,
            *hold->subscription ? ", subscription " : "", hold->subscription, hold->refusals);
    const struct event event = {.kind = EVENT_THROTTLED,
                                .document = "",
                                .target = "",
                                .err = &err,
                                .text = hold->subscription,
                                .span = io->now(io->ctx) - hold->since,
                                .over = over};
    engine_tell(w->engine, &event);
}

static void gate_init(struct world *w)
{
    const struct settings *s = w->settings;
    struct gate_limits limits;
    arm_gate_limits(&limits, s->cloud.resource_manager);
    limits.per_host = (unsigned)s->limits.max_in_flight;
    limits.budget[GATE_READS].size = (unsigned)s->limits.arm_read_burst;
    limits.budget[GATE_READS].per_second = (unsigned)s->limits.arm_reads_per_second;
    limits.budget[GATE_WRITES].size = (unsigned)s->limits.arm_write_burst;
    limits.budget[GATE_WRITES].per_second = (unsigned)s->limits.arm_writes_per_second;
    limits.held = world_held;
    limits.held_ctx = w;
    w->gate = gate_new(net_io(w->net), &limits);
}

void world_init(struct world *w, struct loop *loop, const struct settings *s)
{
    *w = (struct world){.loop = loop, .settings = s};
    const struct net_settings net = {
        .hosts_file = s->cloud.hosts_file,
        .ca_file = s->cloud.ca_file,
        .proxy = s->cloud.proxy,
        .connect_timeout = SECONDS((msec)s->sql.connect_timeout_seconds),
        .http_max_connections = (unsigned)s->limits.max_connections_per_host,
        .sql_idle = SECONDS((msec)s->sql.idle_timeout_seconds),
        .sql_max_busy = (unsigned)s->sql.max_connections_per_server,
    };
    w->net = net_new(loop, &net);
    gate_init(w);
    const struct token_source source = token_source_of(s);
    w->token = token_cache_new(gate_io(w->gate), &source, s->cloud.audience);
    w->azure = (struct azure){
        .io = gate_io(w->gate),
        .endpoint = s->cloud.resource_manager,
        .token = w->token,
        .settle_limit = MINUTES((msec)s->limits.operation_timeout_minutes),
    };
}

void world_done(struct world *w)
{
    token_cache_free(w->token);
    gate_free(w->gate);
    net_free(w->net);
    *w = (struct world){0};
}
