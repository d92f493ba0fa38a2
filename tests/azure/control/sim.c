/* The state of this local Azure and where it is kept: see sim.h. */
#include "control/sim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arm/lro.h"
#include "arm/store.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "control/fault.h"
#include "front/clock.h"
#include "front/pki.h"
#include "front/request_log.h"
#include "front/throttle.h"
#include "postgres/parameter.h"
#include "postgres/server.h"
#include "postgres/virtual_endpoint.h"

enum { HOSTS_MAX = 4 << 20, SECRET_BYTES = 30 };

int sim_write_file(const struct sim *sim, const char *name, const char *text, int mode,
                   struct err *err)
{
    char *path = xasprintf("%s/%s", sim->dir, name), *next = xasprintf("%s.new", path);
    size_t size = strlen(text);
    int fd = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    bool done = fd >= 0 && write(fd, text, size) == (ssize_t)size;
    if (fd >= 0) done = close(fd) == 0 && done;
    if (!done || rename(next, path) != 0)
        err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
    else
        size = 0;
    free(path);
    free(next);
    return size ? -1 : 0;
}

static json_t *sim_state(const struct sim *sim)
{
    json_t *servers = json_array();
    for (size_t i = 0; i < sim->server_n; i++) {
        const struct server *server = sim->servers[i];
        if (server->creating) continue; /* a creation does not survive us */
        json_array_append_new(
            servers, json_pack("{s:s, s:O}", "group", server->group, "record", server->record));
    }
    return json_pack("{s:{s:s, s:s, s:s, s:s}, s:O, s:O, s:o}", "identity", "tenantId",
                     sim->tenant_id, "subscriptionId", sim->subscription_id, "clientId",
                     sim->client_id, "clientSecret", sim->client_secret, "resourceGroups",
                     sim->groups, "resources", sim->resources, "servers", servers);
}

void sim_save(struct sim *sim)
{
    struct err err = {0};
    if (!sim->dirty) return;
    json_t *state = sim_state(sim);
    char *text = json_dumps(state, JSON_INDENT(1));
    if (sim_write_file(sim, "state.json", text, 0600, &err) < 0)
        log_error(LOG_LEVEL_ERROR, NULL, NULL, &err, "the state was not saved");
    else
        sim->dirty = false;
    free(text);
    json_decref(state);
}

int sim_write_hosts(struct sim *sim, struct err *err)
{
    struct buf b;
    buf_init(&b, HOSTS_MAX);
    buf_printf(&b, "%s management.azure.com\n", sim->arm_address);
    buf_printf(&b, "%s login.microsoftonline.com\n", sim->arm_address);
    for (size_t i = 0; i < sim->server_n; i++) {
        const struct server *server = sim->servers[i];
        const char *address = json_text_at(server->record, "address");
        if (address && !server->creating)
            buf_printf(&b, "%s %s.postgres.database.azure.com\n", address, server->name);
        if (address) virtual_endpoint_hosts(server, &b);
    }
    int r = sim_write_file(sim, "hosts", buf_text(&b), 0644, err);
    buf_done(&b);
    return r;
}

static char *sim_identity(const json_t *state, const char *path)
{
    const char *old = json_text_at(state, path);
    char guid[GUID_TEXT];
    random_guid(guid);
    return xstrdup(old ? old : guid);
}

static char *sim_identity_secret(const json_t *state)
{
    const char *old = json_text_at(state, "identity.clientSecret");
    unsigned char bytes[SECRET_BYTES];
    random_bytes(bytes, sizeof(bytes));
    return old ? xstrdup(old) : base64url(bytes, sizeof(bytes));
}

/* The socket directory's path must fit into a sockaddr_un with room for the socket's name. */
static char *sim_run_dir(const char *dir, struct err *err)
{
    enum { ROOM = 100 - (int)sizeof("/run/127.255.255.255/.s.PGSQL.5432.lock") };
    if (strlen(dir) < ROOM) return xasprintf("%s/run", dir);
    char *made = xstrdup("/tmp/azsim-XXXXXX");
    if (mkdtemp(made)) return made;
    err_set(err, ERR_CONFIG, "%s: %s", made, strerror(errno));
    free(made);
    return NULL;
}

static json_t *sim_load(const char *dir, struct err *err)
{
    char *path = xasprintf("%s/state.json", dir);
    json_error_t why = {0};
    json_t *state = access(path, F_OK) == 0 ? json_load_file(path, 0, &why) : json_object();
    if (!state) err_set(err, ERR_CONFIG, "%s: line %d: %s", path, why.line, why.text);
    free(path);
    return state;
}

struct sim *sim_new(const char *dir, struct err *err)
{
    json_t *state = sim_load(dir, err);
    char *run_dir = state ? sim_run_dir(dir, err) : NULL;
    if (!run_dir) {
        json_decref(state);
        return NULL;
    }
    struct sim *sim = xcalloc(1, sizeof(*sim));
    pthread_mutex_init(&sim->lock, NULL);
    settings_init(&sim->settings);
    sim->clusters = true;
    sim->dir = xstrdup(dir);
    sim->run_dir = run_dir;
    sim->tenant_id = sim_identity(state, "identity.tenantId");
    sim->subscription_id = sim_identity(state, "identity.subscriptionId");
    sim->client_id = sim_identity(state, "identity.clientId");
    sim->client_secret = sim_identity_secret(state);
    sim->identity_header = sim_identity_secret(NULL);
    json_t *groups = json_object_get(state, "resourceGroups");
    sim->groups = groups ? json_incref(groups) : json_object();
    json_t *resources = json_object_get(state, "resources");
    sim->resources = resources ? json_incref(resources) : json_object();
    store_settle(sim);
    sim->lags = json_array();
    sim->fights = json_array();
    sim->unregistered = json_object();
    sim->saved_servers = json_incref(json_object_get(state, "servers"));
    sim->tokens = json_object();
    sim->throttle = throttle_new();
    sim->faults = faults_new();
    sim->dirty = true;
    json_decref(state);
    return sim;
}

int sim_restore(struct sim *sim, struct err *err)
{
    size_t i;
    const json_t *saved;
    json_array_foreach(sim->saved_servers, i, saved)
    {
        struct server *server = server_add(sim, json_text_at(saved, "group"),
                                           json_incref(json_object_get(saved, "record")), err);
        if (!server) return -1;
        if (strcmp(server_state(server), "Stopped") != 0)
            server_set_state(server, "Ready", "this Azure was started again");
    }
    json_decref(sim->saved_servers);
    sim->saved_servers = NULL;
    return 0;
}

void sim_free(struct sim *sim)
{
    if (!sim) return;
    for (size_t i = 0; i < sim->server_n; i++) server_free(sim->servers[i]);
    free(sim->servers);
    json_decref(sim->groups);
    json_decref(sim->resources);
    json_decref(sim->past_resources);
    json_decref(sim->past_groups);
    json_decref(sim->lags);
    json_decref(sim->fights);
    json_decref(sim->unregistered);
    json_decref(sim->tokens);
    json_decref(sim->saved_servers);
    lro_free(sim->lro);
    throttle_free(sim->throttle);
    faults_free(sim->faults);
    request_log_free(sim->log);
    parameters_free(sim->parameters);
    pki_free(sim->pki);
    rmdir(sim->run_dir);
    char *const texts[] = {sim->dir,
                           sim->run_dir,
                           sim->template_dir,
                           sim->bin_dir,
                           sim->arm_url,
                           sim->login_url,
                           sim->plain_url,
                           sim->arm_address,
                           sim->tenant_id,
                           sim->client_id,
                           sim->client_secret,
                           sim->identity_header,
                           sim->subscription_id};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) free(texts[i]);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}
