/* The state of this local Azure, which all rooms share, and the one lock that guards it. A room's
 * function that takes a 'struct sim' or a 'struct exchange' is called with the lock held unless its
 * comment says otherwise. */
#ifndef AZSIM_SIM_H
#define AZSIM_SIM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "control/settings.h"
#include "control/spawn.h"

struct faults;
struct lro;
struct parameters;
struct pki;
struct request_log;
struct server;
struct throttle;

struct sim {
    pthread_mutex_t lock;
    struct settings settings;
    bool clusters; /* real PostgreSQL behind the servers? */

    /* fixed after start */
    char *dir;     /* the state directory */
    char *run_dir; /* of the clusters' Unix sockets; short */
    char *template_dir;
    char *bin_dir;     /* of PostgreSQL's programs */
    int pg_major;      /* 15 of 15.20 */
    char pg_minor[16]; /* "20" */
    struct spawn_user user;
    char *arm_url, *login_url, *plain_url; /* without a final slash */
    char *arm_address;                     /* where both HTTPS names resolve to */
    char *tenant_id, *subscription_id, *client_id, *client_secret;
    char *identity_header; /* what App Service would give its processes */
    struct pki *pki;
    struct parameters *parameters; /* of the template's PostgreSQL version */

    /* the Azure */
    json_t *groups; /* lower-case name -> document */
    struct server **servers;
    size_t server_n;
    json_t *saved_servers;                /* of the last run, until sim_restore() */
    json_t *tokens;                       /* token -> Unix second of its expiry */
    json_t *resources;                    /* the generic ones: store.h */
    json_t *past_resources, *past_groups; /* what lagging reads see */
    json_t *lags;         /* how long reads lag behind writes, set by /sim/stale: history.h */
    int64_t lag_ms;       /* how long the request in hand does */
    json_t *fights;       /* of /sim/fight: fight.h */
    json_t *unregistered; /* providers that the subscription gave up: provider.h */
    bool dirty;           /* must be saved before the reply leaves */

    struct lro *lro;
    struct throttle *throttle;
    struct faults *faults;
    struct request_log *log;
};

/* Loads what the directory 'dir' holds, or begins anew. */
struct sim *sim_new(const char *dir, struct err *err);
void sim_free(struct sim *sim);
/* Brings the servers of the last run back, their clusters not yet started. */
int sim_restore(struct sim *sim, struct err *err);

/* Writes state.json when something changed since the last time. */
void sim_save(struct sim *sim);
/* Writes the hosts(5) file: every name this Azure answers to. */
int sim_write_hosts(struct sim *sim, struct err *err);
/* Replaces DIR/'name' with 'text' in one step. */
int sim_write_file(const struct sim *sim, const char *name, const char *text, int mode,
                   struct err *err);

#endif
