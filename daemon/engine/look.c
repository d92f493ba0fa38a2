/* The observation of one target: ARM first, because it says whether there is a server to ask; then
 * the catalogs, cheaply where nothing has moved. See run.h. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "engine/run.h"
#include "resource/compare.h"

static void look_catalogs(struct run *r);
static void catalogs_read_all(struct run *r);

/* What the API always answers (source: the examples of the specification 2024-08-01, and exchanges
 * recorded with 2025-08-01; "tags" is not there where there are none). */
static const struct arm_shape server_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers",
    .members = (const struct arm_member[]){{"location", ARM_TEXT},
                                           {"sku.name", ARM_TEXT},
                                           {"sku.tier", ARM_TEXT},
                                           {"properties.state", ARM_TEXT},
                                           {"properties.version", ARM_TEXT},
                                           {"properties.fullyQualifiedDomainName", ARM_TEXT},
                                           {"properties.storage.storageSizeGB", ARM_NUMBER},
                                           {"properties.backup.backupRetentionDays", ARM_NUMBER},
                                           {"properties.backup.geoRedundantBackup", ARM_TEXT},
                                           {"properties.highAvailability.mode", ARM_TEXT},
                                           {"properties.network.publicNetworkAccess", ARM_TEXT},
                                           {0}},
};
static const struct arm_shape group_shape = {
    .type = "Microsoft.Resources/resourceGroups",
    .members = (const struct arm_member[]){{"location", ARM_TEXT},
                                           {"properties.provisioningState", ARM_TEXT},
                                           {0}},
};
/* A value is always a text; of a parameter without one it is empty. */
static const struct arm_shape configuration_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/configurations",
    .members = (const struct arm_member[]){{"properties.value", ARM_TEXT},
                                           {"properties.dataType", ARM_TEXT},
                                           {0}},
    .flags = ARM_NEVER_EMPTY,
};
static const struct arm_shape firewall_rule_shape = {
    .type = "Microsoft.DBforPostgreSQL/flexibleServers/firewallRules",
    .members = (const struct arm_member[]){{"properties.startIpAddress", ARM_TEXT},
                                           {"properties.endIpAddress", ARM_TEXT},
                                           {0}},
};

static const struct {
    enum scope scope;
    const char *collection;
    const struct arm_shape *shape;
} lists[] = {
    {SCOPE_CONFIGURATIONS, "configurations", &configuration_shape},
    {SCOPE_FIREWALL_RULES, "firewallRules", &firewall_rule_shape},
};

struct sql_target look_sql_target(const struct run *r, const char *database)
{
    const struct settings *s = engine_world(r->engine)->settings;
    return (struct sql_target){
        .host = r->memory.host,
        .port = "5432",
        .database = database,
        .user = r->target->sql_user,
        .password = r->target->sql_password,
        .ssl_mode = s->sql.ssl_mode,
        .ssl_root_cert = s->sql.ssl_root_cert ? s->sql.ssl_root_cert : s->cloud.ca_file,
    };
}

/* Puts an outcome into the observation of 'what'; the one place where a failed look becomes known.
 */
static void note(struct run *r, enum run_clock clock, const char *what, struct observation *o,
                 const struct err *err)
{
    if (!err) {
        transitions_known(r->transitions, what, loop_now(engine_world(r->engine)->loop));
        return;
    }
    o->state = SEEN_FAILED;
    o->err = *err;
    r->clocks_failed |= 1U << clock;
    if (clock == CLOCK_SQL) r->memory.full_read = 0; /* a probe alone would not make it known */
    transitions_unknown(r->transitions, what, err, loop_now(engine_world(r->engine)->loop));
}

/* --- ARM ------------------------------------------------------------------------------------- */

static void remember_server(struct run *r, const json_t *body)
{
    const char *host = json_text_at(body, "properties.fullyQualifiedDomainName");
    const char *state = json_text_at(body, "properties.state");
    r->memory.exists = body != NULL;
    r->memory.ready = state && strcmp(state, "Ready") == 0;
    if (!host || (r->memory.host && strcmp(host, r->memory.host) == 0)) return;
    free(r->memory.host);
    r->memory.host = xstrdup(host);
}

static bool list_is_wanted(const struct run *r, size_t i)
{
    const struct target *t = r->target;
    return lists[i].scope == SCOPE_CONFIGURATIONS ? t->configurations != NULL
                                                  : t->firewall_rules != NULL;
}

/* Of some 350 parameters only the declared ones are held: the others are left alone. */
static bool is_declared_parameter(const void *owner, const json_t *item)
{
    const struct run *r = owner;
    const char *name = json_text_at(item, "name");
    const char *declared;
    json_t *value;
    json_each_member(r->target->configurations, declared, value)
    {
        if (name && strcasecmp(name, declared) == 0) return true;
    }
    return false;
}

static void list_done(struct flow *f, const struct err *err)
{
    struct arm_list *l = f->op;
    struct run *r = l->owner;
    size_t i = (size_t)(l - r->lists);
    struct observation *o = &r->seen.arm[lists[i].scope];
    r->counts.arm_reads += f->calls;
    if (!err) {
        o->state = SEEN_COMPLETE;
        o->body = l->items;
        l->items = NULL;
    }
    note(r, CLOCK_ARM, scope_word(lists[i].scope), o, err);
    flow_group_end(&r->group);
}

/* Only of a server that is Ready: while one is being made its parameters are answered with 500
 * (azure-rest-api-specs issue 20424), and while another operation runs nothing could be done. */
static void lists_start(struct run *r)
{
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (!list_is_wanted(r, i)) continue;
        struct arm_list *l = &r->lists[i];
        char *id = xasprintf("%s/%s", r->target->arm_id, lists[i].collection);
        arm_list_done(l);
        arm_list_init(l, &r->azure, id, resource_server.api_version, lists[i].shape);
        free(id);
        l->owner = r;
        l->memory = &r->memory.lists[i];
        if (lists[i].scope == SCOPE_CONFIGURATIONS) l->keep = is_declared_parameter;
        l->flow.done = list_done;
        l->flow.resource = r->target->name;
        flow_group_add(&r->group);
        flow_start(&l->flow, r->azure.io);
    }
}

/* Reads may lag behind: what was there is gone only when two looks in a row do not find it. */
static bool is_missed_once(struct run *r, const struct arm_get *g, struct err *err)
{
    bool there = g->presence == ARM_PRESENT;
    if (there || !r->memory.exists || r->memory.missed) {
        r->memory.missed = false;
        return false;
    }
    r->memory.missed = true;
    err_set(err, ERR_NOT_FOUND, "it was there and is not found now; to be looked at once more");
    return true;
}

/* On and in a server that does not exist nothing is unknown. */
static void note_no_server(struct run *r)
{
    r->memory.full_read = 0; /* another one may come to stand in its place */
    transitions_known_all(r->transitions, loop_now(engine_world(r->engine)->loop));
}

/* What is on and in a server that is not Ready cannot be looked at: it is unknown, not in order,
 * and looked at again soon. */
static void note_contents(struct run *r)
{
    static const char contents[] = "contents";
    msec now = loop_now(engine_world(r->engine)->loop);
    if (r->memory.ready) {
        transitions_known(r->transitions, contents, now);
        return;
    }
    struct err err = {0};
    err_set(&err, ERR_BUSY, "the server is %s", compare_server_state(&r->seen));
    transitions_unknown(r->transitions, contents, &err, now);
    r->clocks_failed |= 1U << CLOCK_ARM | 1U << CLOCK_SQL;
}

static void get_done(struct flow *f, const struct err *err)
{
    struct arm_get *g = f->op;
    struct run *r = g->owner;
    bool server = r->target->kind == TARGET_SERVER;
    enum scope scope = server ? SCOPE_SERVER : SCOPE_GROUP;
    struct observation *o = &r->seen.arm[scope];
    bool asked = r->memory.ready; /* then the lists are under way already */
    struct err missed = {0};
    r->counts.arm_reads += f->calls;
    if (!err && is_missed_once(r, g, &missed)) err = &missed;
    if (!err) {
        o->state = g->presence == ARM_PRESENT ? SEEN_COMPLETE : SEEN_ABSENT;
        o->body = g->body;
        g->body = NULL;
        r->group_absent = server && g->presence == ARM_GROUP_ABSENT;
        remember_server(r, o->body);
    }
    note(r, CLOCK_ARM, scope_word(scope), o, err);
    if (server && !err && r->memory.exists) note_contents(r);
    if (server && !err && r->memory.ready && !asked) lists_start(r);
    flow_group_end(&r->group);
}

static void arm_looked(struct flow_group *g)
{
    struct run *r = g->owner;
    if (r->seen.arm[SCOPE_SERVER].state == SEEN_ABSENT) note_no_server(r);
    look_catalogs(r);
}

static void look_arm(struct run *r)
{
    bool server = r->target->kind == TARGET_SERVER;
    const struct resource *type = server ? &resource_server : &resource_resource_group;
    r->group = (struct flow_group){.done = arm_looked, .owner = r};
    arm_get_done(&r->get);
    arm_get_init(&r->get, &r->azure, r->target->arm_id, type->api_version,
                 server ? &server_shape : &group_shape);
    r->get.owner = r;
    r->get.flow.done = get_done;
    r->get.flow.resource = r->target->name;
    flow_group_add(&r->group);
    flow_start(&r->get.flow, r->azure.io);
    if (server && r->memory.ready) lists_start(r);
}

/* --- catalogs -------------------------------------------------------------------------------- */

static const char *read_database(const struct run *r, size_t i)
{
    return i ? r->target->sql->databases[i - 1].name : "postgres";
}

static void reads_done(struct run *r)
{
    for (size_t i = 0; i < r->read_count; i++) catalog_read_done(&r->reads[i]);
}

static void read_start(struct run *r, size_t i, bool probe,
                       void (*done)(struct flow *, const struct err *))
{
    const struct sql_target target = look_sql_target(r, read_database(r, i));
    const struct catalog_mark *mark = i ? &r->memory.databases[i - 1] : &r->memory.cluster;
    struct catalog_read *read = &r->reads[i];
    catalog_read_done(read);
    catalog_read_init(read, i ? CATALOG_DATABASE : CATALOG_CLUSTER, &target, mark, probe);
    read->owner = r;
    read->flow.done = done;
    flow_group_add(&r->group);
    flow_start(&read->flow, r->azure.io);
}

static bool full_read_is_due(const struct run *r)
{
    const struct settings *s = engine_world(r->engine)->settings;
    msec now = loop_now(engine_world(r->engine)->loop);
    msec every = (msec)s->intervals.full_read_hours * 3600 * 1000;
    return !r->memory.full_read || r->passes > 0 || now - r->memory.full_read >= every ||
           transitions_any(r->transitions, SCOPE_CLUSTER) ||
           transitions_any(r->transitions, SCOPE_DATABASE);
}

static void probe_done(struct flow *f, const struct err *err)
{
    struct catalog_read *read = f->op;
    struct run *r = read->owner;
    r->counts.sql_queries++;
    if (err || !read->unchanged) r->catalogs_unchanged = false;
    flow_group_end(&r->group);
}

static void probes_done(struct flow_group *g)
{
    struct run *r = g->owner;
    if (!r->catalogs_unchanged) {
        catalogs_read_all(r);
        return;
    }
    reads_done(r);
    run_observed(r);
}

/* Has anything been written to any catalog since the last complete read? */
static void catalogs_probe(struct run *r)
{
    r->catalogs_unchanged = true;
    r->group = (struct flow_group){.done = probes_done, .owner = r};
    for (size_t i = 0; i < r->read_count; i++)
        if (!i || r->memory.database_exists[i - 1]) read_start(r, i, true, probe_done);
}

static void databases_done(struct flow_group *g)
{
    struct run *r = g->owner;
    if (!(r->clocks_failed & 1U << CLOCK_SQL))
        r->memory.full_read = loop_now(engine_world(r->engine)->loop);
    run_observed(r);
}

/* What records call a database. */
static char *database_scope(const struct run *r, size_t i)
{
    return xasprintf("database %s", r->target->sql->databases[i].name);
}

static void database_done(struct flow *f, const struct err *err)
{
    struct catalog_read *read = f->op;
    struct run *r = read->owner;
    size_t i = (size_t)(read - r->reads) - 1;
    struct observation *o = &r->seen.databases[i];
    r->counts.sql_queries += (unsigned)pg_database_query_count;
    if (!err) {
        o->state = SEEN_COMPLETE;
        o->database = read->database;
        o->arena = read->arena;
        read->arena = NULL;
        r->memory.databases[i] = read->mark;
    }
    char *what = database_scope(r, i);
    note(r, CLOCK_SQL, what, o, err);
    free(what);
    flow_group_end(&r->group);
}

/* That it does not exist is an answer too. */
static void note_absent_database(struct run *r, size_t i)
{
    char *what = database_scope(r, i);
    r->seen.databases[i].state = SEEN_ABSENT;
    note(r, CLOCK_SQL, what, &r->seen.databases[i], NULL);
    free(what);
}

static void databases_read(struct run *r)
{
    const struct pg_want *want = r->target->sql;
    r->group = (struct flow_group){.done = databases_done, .owner = r};
    flow_group_add(&r->group); /* held open until all have been started */
    for (size_t i = 0; i < want->database_count; i++) {
        const char *name = want->databases[i].name;
        r->memory.database_exists[i] = pg_cluster_database(r->seen.cluster.cluster, name) != NULL;
        if (r->memory.database_exists[i])
            read_start(r, i + 1, false, database_done);
        else
            note_absent_database(r, i);
    }
    flow_group_end(&r->group);
}

static void cluster_done(struct flow *f, const struct err *err)
{
    struct catalog_read *read = f->op;
    struct run *r = read->owner;
    struct observation *o = &r->seen.cluster;
    r->counts.sql_queries += (unsigned)pg_cluster_query_count;
    if (!err) {
        o->state = SEEN_COMPLETE;
        o->cluster = read->cluster;
        o->arena = read->arena;
        read->arena = NULL;
        r->memory.cluster = read->mark;
    }
    note(r, CLOCK_SQL, scope_word(SCOPE_CLUSTER), o, err);
    flow_group_end(&r->group);
}

static void cluster_read(struct flow_group *g)
{
    struct run *r = g->owner;
    if (r->seen.cluster.state == SEEN_COMPLETE)
        databases_read(r);
    else
        run_observed(r);
}

static void catalogs_read_all(struct run *r)
{
    r->catalogs_unchanged = false;
    r->group = (struct flow_group){.done = cluster_read, .owner = r};
    read_start(r, 0, false, cluster_done);
}

static void look_catalogs(struct run *r)
{
    bool wanted = r->target->sql && r->clocks_due & 1U << CLOCK_SQL;
    if (!wanted || !r->memory.exists || !r->memory.ready || !r->memory.host)
        run_observed(r);
    else if (full_read_is_due(r))
        catalogs_read_all(r);
    else
        catalogs_probe(r);
}

/* --- both ------------------------------------------------------------------------------------ */

void look_start(struct run *r)
{
    seen_done(&r->seen);
    if (r->target->sql) {
        r->seen.database_count = r->target->sql->database_count;
        r->seen.databases = xcalloc(r->seen.database_count, sizeof(*r->seen.databases));
    }
    r->clocks_failed &= ~r->clocks_due;
    r->catalogs_unchanged = false;
    if (r->clocks_due & 1U << CLOCK_ARM)
        look_arm(r);
    else
        look_catalogs(r);
}

void look_cancel(struct run *r)
{
    arm_get_done(&r->get);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) arm_list_done(&r->lists[i]);
    reads_done(r);
    seen_done(&r->seen);
}
