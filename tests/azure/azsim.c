/* azsim: a local Azure for tests and the demo. Options, start, signals, stop; everything else is in
 * the rooms beside this file. Not part of the product. */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arm/lro.h"
#include "arm/template.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "front/http.h"
#include "front/pki.h"
#include "front/request_log.h"
#include "postgres/cluster.h"
#include "postgres/parameter.h"
#include "postgres/server.h"
#include "postgres/server_field.h"
#include "run/clean_environment.h"

struct options {
    const char *state, *settings, *template_dir;
    bool no_clusters, die_with_parent, verbose;
    char **pairs; /* of --set */
    int pair_n;
};

static const struct option long_options[] = {
    {"state", required_argument, NULL, 's'},
    {"settings", required_argument, NULL, 'f'},
    {"set", required_argument, NULL, 'k'},
    {"template", required_argument, NULL, 't'},
    {"no-clusters", no_argument, NULL, 'n'},
    {"die-with-parent", no_argument, NULL, 'd'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void azsim_usage(FILE *out)
{
    fputs("azsim --state DIR [options]: a local Azure, in the foreground until SIGTERM\n\n"
          "  --state DIR          where it keeps everything; azsim.json there tells the addresses\n"
          "  --settings FILE      settings from a JSON object\n"
          "  --set KEY=VALUE      one setting; may be repeated, later ones win\n"
          "  --template DIR       share the initialised cluster between several (default "
          "DIR/template)\n"
          "  --no-clusters        servers without PostgreSQL behind them\n"
          "  --die-with-parent    end when the process that started it ends\n"
          "  --verbose            log what happens to servers\n\nsettings:\n",
          out);
    settings_help(out);
}

/* 0, 1 for a mistake, 2 for --help. */
static int options_parse(struct options *o, int argc, char **argv)
{
    int c;
    while ((c = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (c) {
        case 's': o->state = optarg; break;
        case 'f': o->settings = optarg; break;
        case 't': o->template_dir = optarg; break;
        case 'n': o->no_clusters = true; break;
        case 'd': o->die_with_parent = true; break;
        case 'v': o->verbose = true; break;
        case 'k': o->pairs[o->pair_n++] = optarg; break;
        case 'h': return 2;
        default: return 1;
        }
    }
    return o->state && optind == argc ? 0 : 1;
}

static int apply_settings(struct sim *sim, const struct options *o, struct err *err)
{
    if (o->settings && settings_read(&sim->settings, o->settings, err) < 0) return -1;
    for (int i = 0; i < o->pair_n; i++) {
        if (settings_set_pair(&sim->settings, o->pairs[i], err) < 0) return -1;
    }
    return 0;
}

static char *azsim_absolute(const char *path)
{
    char *resolved = realpath(path, NULL);
    char *copy = xstrdup(resolved ? resolved : path);
    free(resolved);
    return copy;
}

/* PostgreSQL runs as somebody else when we are root, and must be able to pass through. */
static int make_dirs(struct sim *sim, struct err *err)
{
    struct spawn_user self = {.uid = geteuid(), .gid = getegid()};
    char *clusters = xasprintf("%s/clusters", sim->dir);
    int r = spawn_mkdir(&self, sim->dir, 0711, err);
    if (r == 0) r = spawn_mkdir(&self, clusters, 0711, err);
    if (r == 0) r = spawn_mkdir(&self, sim->run_dir, 0711, err);
    free(clusters);
    return r;
}

/* PostgreSQL's programs, the template cluster, and the parameters it has. */
static int prepare_postgres(struct sim *sim, const struct options *o, struct err *err)
{
    sim->template_dir =
        o->template_dir ? xstrdup(o->template_dir) : xasprintf("%s/template", sim->dir);
    if (template_prepare(sim, err) < 0) return -1;
    json_t *rows = template_settings(sim, err);
    if (!rows) return -1;
    sim->pg_major = template_major(rows);
    template_minor(rows, sim->pg_minor);
    server_field_version(sim->clusters ? sim->pg_major : 0);
    sim->parameters = parameters_new(rows, err);
    json_decref(rows);
    return sim->parameters ? 0 : -1;
}

static int prepare_files(struct sim *sim, struct err *err)
{
    char *facts = xasprintf("%s/azsim.json", sim->dir);
    unlink(facts); /* of the last run: nobody shall take it for ours */
    free(facts);
    char *pki = xasprintf("%s/pki", sim->dir), *ca = xasprintf("%s/ca.pem", sim->dir);
    char *requests = xasprintf("%s/requests.jsonl", sim->dir);
    sim->pki = pki_new(pki, ca, err);
    sim->log = request_log_new(requests, err);
    free(pki);
    free(ca);
    free(requests);
    if (!sim->pki || !sim->log) return -1;
    if (sim_write_file(sim, "client-secret", sim->client_secret, 0600, err) < 0) return -1;
    return sim_write_file(sim, "identity-header", sim->identity_header, 0600, err);
}

/* By the main thread: what it starts dies with it, and it lives longest of all. */
static int start_clusters(struct sim *sim, struct err *err)
{
    for (size_t i = 0; i < sim->server_n; i++) {
        struct server *server = sim->servers[i];
        if (server->cluster && server_ready(server) && cluster_start(server->cluster, err) < 0)
            return -1;
    }
    return 0;
}

static void stop_clusters(struct sim *sim)
{
    for (size_t i = 0; i < sim->server_n; i++) {
        if (sim->servers[i]->cluster) cluster_stop(sim->servers[i]->cluster, false, NULL);
    }
}

static int azsim_announce(struct sim *sim, struct err *err)
{
    char *secret = xasprintf("%s/client-secret", sim->dir), *ca = xasprintf("%s/ca.pem", sim->dir);
    char *hosts = xasprintf("%s/hosts", sim->dir);
    char *identity = xasprintf("%s/msi/token", sim->plain_url);
    char *header = xasprintf("%s/identity-header", sim->dir);
    char *requests = xasprintf("%s/requests.jsonl", sim->dir);
    json_t *facts = json_pack(
        "{s:i, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "pid",
        (int)getpid(), "arm", sim->arm_url, "login", sim->login_url, "imds", sim->plain_url, "sim",
        sim->plain_url, "tenantId", sim->tenant_id, "subscriptionId", sim->subscription_id,
        "clientId", sim->client_id, "clientSecretFile", secret, "caFile", ca, "hostsFile", hosts,
        "requestLog", requests, "identityEndpoint", identity, "identityHeaderFile", header);
    char *text = json_dumps(facts, JSON_INDENT(2));
    int r = sim_write_file(sim, "azsim.json", text, 0644, err);
    if (r == 0) printf("azsim serves %s, state in %s\n", sim->arm_url, sim->dir);
    fflush(stdout);
    free(text);
    json_decref(facts);
    free(secret);
    free(ca);
    free(hosts);
    free(identity);
    free(header);
    free(requests);
    return r;
}

static int azsim_serve(struct sim *sim, const sigset_t *signals, struct err *err)
{
    int r = -1, received = 0;
    struct http *http = http_new(sim, err);
    if (!http) return -1;
    sim->lro = lro_new(sim);
    if (start_clusters(sim, err) < 0 || sim_write_hosts(sim, err) < 0) goto out;
    sim_save(sim);
    if (http_serve(http, err) < 0 || azsim_announce(sim, err) < 0) goto out;
    r = sigwait(signals, &received) == 0 ? 0 : err_set(err, ERR_INTERNAL, "sigwait failed");
out:
    http_stop(http);
    lro_stop(sim->lro);
    stop_clusters(sim);
    sim_save(sim);
    http_free(http);
    return r;
}

static int azsim_run(const struct options *o, const sigset_t *signals, struct err *err)
{
    if (mkdir(o->state, 0711) != 0 && errno != EEXIST)
        return err_set(err, ERR_CONFIG, "%s: %s", o->state, strerror(errno));
    char *dir = azsim_absolute(o->state);
    struct sim *sim = sim_new(dir, err);
    free(dir);
    if (!sim) return -1;
    sim->clusters = !o->no_clusters;
    int r = apply_settings(sim, o, err);
    if (r == 0) r = make_dirs(sim, err);
    if (r == 0) r = prepare_postgres(sim, o, err);
    if (r == 0) r = prepare_files(sim, err);
    if (r == 0) r = sim_restore(sim, err);
    if (r == 0) r = azsim_serve(sim, signals, err);
    sim_free(sim);
    return r;
}

int main(int argc, char **argv)
{
    struct options o = {.pairs = xcalloc((size_t)argc, sizeof(char *))};
    struct err err = {0};
    sigset_t signals;
    clean_environment();
    int status = options_parse(&o, argc, argv);
    if (status) {
        azsim_usage(status == 2 ? stdout : stderr);
        free(o.pairs);
        return status == 2 ? 0 : 64;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (o.die_with_parent) prctl(PR_SET_PDEATHSIG, SIGTERM);
    log_setup(LOG_FORMAT_TEXT, o.verbose ? LOG_LEVEL_DEBUG : LOG_LEVEL_NOTICE, stderr, "azsim");
    int r = azsim_run(&o, &signals, &err);
    if (r < 0) log_error(LOG_LEVEL_ERROR, NULL, NULL, &err, "azsim cannot go on");
    log_close();
    free(o.pairs);
    return r < 0 ? 1 : 0;
}
