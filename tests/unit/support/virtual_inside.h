/* The inside of the virtual world, shared by its files; not for tests.
 *
 *     virtual_clock.c      events, the io, time
 *     virtual_exchange.c   a call copied as it was sent; what is remembered of calls
 *     virtual_arm.c        tokens, paths, methods: HTTP to resources
 *     virtual_store.c      what it keeps
 *     virtual_type.c       what Azure makes of a new resource of each type
 *     virtual_server.c     what it makes of a flexible server
 *     virtual_network.c    subnets, which stand in two places
 *     virtual_operation.c  long-running operations and their monitors
 *     virtual_sql.c        SQL calls: sessions, transactions
 *     virtual_catalog.c    the rows of the catalog queries
 *     virtual_statement.c  statements that change something, virtual_grant.c those about rights,
 *                          virtual_words.c how they are read
 *     virtual_model.c      roles, databases, lists of rights
 *     virtual_fault.c      faults as rows; virtual_spoil.c spoils answers
 *     virtual_watch.c      what must never happen
 */
#ifndef SUPPORT_VIRTUAL_INSIDE_H
#define SUPPORT_VIRTUAL_INSIDE_H

#include "base/buf.h"
#include "base/mem.h"
#include "support/virtual.h"

#define VIRTUAL_HEADERS 8
#define VIRTUAL_ANSWER_MAX (4 * 1024 * 1024)

/* Which queries an SQL_READ asks. */
enum virtual_catalog { CATALOG_NONE, CATALOG_OF_CLUSTER, CATALOG_OF_DATABASE };

/* A call as it was sent, copied, because whoever sent it may forget it, and its answer. */
struct exchange {
    struct arena *arena;
    struct call *call; /* NULL: cancelled */
    enum call_kind kind;
    size_t number;
    unsigned class; /* one of enum virtual_class */
    msec deadline;
    const char *line;
    const struct virtual_fault *fault; /* NULL: none */
    bool carried_out;
    /* HTTP */
    const char *method;
    const char *url;
    const char *path; /* below the host, without query, decoded */
    const char *key;  /* the same in lower case */
    const char *query;
    json_t *json; /* the body; NULL: none */
    const char *if_match;
    const char *if_none_match;
    bool bearer;
    /* SQL */
    const char *server; /* the first label of the host's name */
    const char *database;
    const char *user;
    const char *password;
    enum sql_mode mode;
    enum virtual_catalog catalog;
    size_t count;
    const char **statements;
    /* The answer */
    struct err err; /* transport */
    bool unsent;    /* with it: the request has not left */
    int status;
    const char *text;
    struct http_header headers[VIRTUAL_HEADERS];
    size_t header_count;
    struct sql_reply sql;
};

enum event_kind { EVENT_WAIT, EVENT_ARRIVES, EVENT_ANSWERED, EVENT_ENDS, EVENT_ACT };

struct operation;

struct event {
    enum event_kind kind;
    msec at;
    uint64_t turn;     /* the order of equal times */
    struct call *call; /* EVENT_WAIT */
    struct exchange *exchange;
    struct operation *operation;
    void (*act)(void *ctx);
    void *ctx;
};

enum operation_state { OPERATION_RUNS, OPERATION_SUCCEEDED, OPERATION_FAILED, OPERATION_CANCELED };

struct operation {
    char id[40];
    char *key;      /* of the resource */
    char *lane;     /* what it is serial with: the key of the server, or the resource's own */
    json_t *result; /* the resource as it will be; NULL: it will be gone, or nothing changes */
    bool creates;
    bool deletes;
    bool restarts; /* the server, at the end */
    bool without_effect;
    msec due;
    msec ended;
    enum operation_state state;
    const char *code;                  /* of a failure */
    const struct virtual_fault *fault; /* what its monitor does */
    const char *retry_after;
};

/* The store as it was from 'at' on. */
struct version {
    msec at;
    json_t *store;
};

struct call_record {
    char *line;
    unsigned class;
    msec at;
    char outcome[96];
};

struct planned_fault {
    const struct virtual_fault *fault;
    size_t number; /* SIZE_MAX: by line */
    char *line;
    size_t left;
};

/* What the watch remembers. */
struct watch {
    struct buf complaints;
    json_t *looks;   /* key or collection -> whether the last look at it may be believed */
    json_t *writes;  /* what was written and by whom it is known -> how often without a change */
    json_t *waiting; /* writes that were told to come again: one decision, sent several times */
    json_t *created; /* key -> how often a creation was carried out */
    bool nothing_to_do;
    unsigned repeats; /* that are allowed */
};

struct virtual
{
    struct io io;
    msec now;
    uint64_t turn;
    uint64_t random;
    struct event **events;
    size_t event_count;
    struct call_record *records;
    size_t record_count;
    /* Azure */
    struct version *versions; /* the last one is the truth */
    size_t version_count;
    struct operation **operations;
    size_t operation_count;
    json_t *passwords; /* key of a server -> the administrator's */
    msec lag;
    msec lag_until;
    size_t page_size;
    bool shows_creations;
    enum virtual_health arm_health;
    /* PostgreSQL */
    json_t *postgres; /* server -> its model, see virtual_model.h */
    json_t *sessions; /* "server/database/user" -> number of its kept connection */
    uint64_t connections;
    enum virtual_health postgres_health;
    /* Faults and the watch */
    struct planned_fault *faults;
    size_t fault_count;
    size_t fault_met;
    unsigned storm; /* percent */
    struct watch watch;
};

/* --- virtual_clock.c ----------------------------------------------------------------------------
 */

uint32_t virtual_random(struct virtual *v);
struct event *virtual_event(struct virtual *v, enum event_kind kind, msec at);

/* --- virtual_exchange.c --------------------------------------------------------------------------
 */

struct exchange *virtual_exchange_new(struct virtual *v, struct call *call);
void virtual_exchange_free(struct exchange *x);
/* How it went, into the record of the call. */
void virtual_exchange_note(struct virtual *v, const struct exchange *x);
/* Hands the answer over. */
void virtual_exchange_answer(struct exchange *x);
/* Does the call's line begin with 'pattern', or is it 'pattern' where that ends in "$"? */
bool virtual_line_fits(const char *line, const char *pattern);
/* The texts of an answer: JSON (stolen), an error as ARM writes it, a header. */
void virtual_json(struct exchange *x, int status, json_t *body);
void virtual_error(struct exchange *x, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void virtual_header(struct exchange *x, const char *name, const char *value);

/* --- virtual_arm.c -------------------------------------------------------------------------------
 */

void virtual_arm(struct virtual *v, struct exchange *x);
unsigned virtual_arm_class(const char *method, const char *key);

/* --- virtual_store.c
 * -------------------------------------------------------------------------------
 */

const json_t *virtual_store(const struct virtual *v);
/* As reads see it now. */
const json_t *virtual_store_seen(const struct virtual *v);
/* Puts 'resource' (stolen; NULL: removes) under 'key' and makes a new version. */
void virtual_store_set(struct virtual *v, const char *key, json_t *resource);
char *virtual_key(const char *id); /* in lower case; free() it */

/* --- virtual_type.c ------------------------------------------------------------------------------
 */

struct virtual_type {
    const char *type;    /* lower case: "microsoft.dbforpostgresql/flexibleservers" */
    const char *spelled; /* as answers spell it */
    bool operation;      /* writes are long-running */
    bool in_server;      /* serial with the server */
    bool etag;
    msec creates, updates; /* how long */
    const char *retry_after;
};

/* The type of a path in lower case, with or without a name at its end ('collection'); NULL: no such
 * type here. */
const struct virtual_type *virtual_type_of(const char *key, bool *collection);
/* "PARENT" of a resource's or collection's key: the server of a rule, the group of a server. */
char *virtual_parent(const char *key);
/* What writes of 'key' are serial with: itself, or what it is a child of. free() it. */
char *virtual_lane_of(const char *key);
/* The key of the server that 'key' is or is in; NULL: none. free() it. */
char *virtual_server_of(const char *key);
/* A new resource as Azure would make it of 'body' (borrowed); 'id' as it was spelled. */
json_t *virtual_made(struct virtual *v, const struct virtual_type *t, const char *id,
                     const json_t *body);
/* What a PUT or PATCH of 'body' makes of 'have'. '*code' is set where it is refused late. */
json_t *virtual_changed(struct virtual *v, const struct virtual_type *t, const json_t *have,
                        const json_t *body, bool put, bool *restarts, const char **code);
/* What the service adds to every resource of the type; a new etag. */
void virtual_type_fill(const struct virtual_type *t, json_t *resource);
void virtual_type_stamp(struct virtual *v, const struct virtual_type *t, json_t *resource);
/* RFC 7396. */
void virtual_merge(json_t *target, const json_t *patch);

/* --- virtual_network.c ---------------------------------------------------------------------------
 */

/* What stands in the body of something else follows it. */
void virtual_network_changed(struct virtual *v, const char *key);

/* --- virtual_server.c ----------------------------------------------------------------------------
 */

json_t *virtual_server_made(const char *id, const char *name, const json_t *body);
json_t *virtual_server_changed(const json_t *have, const json_t *body, bool *restarts,
                               const char **code);
/* Its parameters, when it has come into being. */
void virtual_server_configure(struct virtual *v, const char *key, const char *id);
void virtual_server_restarted(struct virtual *v, const char *key);
void virtual_server_state(struct virtual *v, const char *key, const char *state);

/* --- virtual_operation.c -------------------------------------------------------------------------
 */

/* Begins one and answers 202. 'result' is stolen; 'retry_after' NULL: the usual. */
struct operation *virtual_operation_start(struct virtual *v, struct exchange *x, const char *lane,
                                          json_t *result, msec span, const char *retry_after);
void virtual_operation_end(struct virtual *v, struct operation *o);
void virtual_operation_free(struct operation *o);
void virtual_monitor(struct virtual *v, struct exchange *x);
/* One that runs, or ended a moment ago, in the lane. */
bool virtual_lane_is_busy(const struct virtual *v, const char *lane);
const struct operation *virtual_operation_on(const struct virtual *v, const char *key);

/* --- virtual_sql.c -------------------------------------------------------------------------------
 */

void virtual_sql_call(struct virtual *v, struct exchange *x);
/* All connections to the server are gone. */
void virtual_sessions_end(struct virtual *v, const char *server);

/* --- virtual_fault.c ---------------------------------------------------------------------------
 */

const struct virtual_fault *virtual_fault_for(struct virtual *v, const struct exchange *x);
/* What is answered instead of carrying it out; false: it is carried out. */
bool virtual_fault_before(struct virtual *v, struct exchange *x);
/* Spoils the answer. */
void virtual_fault_after(struct virtual *v, struct exchange *x);
void virtual_spoil(struct exchange *x, const struct virtual_fault *f);

/* --- virtual_watch.c -----------------------------------------------------------------------------
 */

void virtual_watch_init(struct watch *w);
void virtual_watch_done(struct watch *w);
void virtual_complain(struct virtual *v, const struct exchange *x, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A call leaves; its answer is handed over. */
void virtual_watch_sent(struct virtual *v, const struct exchange *x);
void virtual_watch_answered(struct virtual *v, const struct exchange *x);
/* A write was accepted: does it change anything? 'creates': it makes something. */
void virtual_watch_accepted(struct virtual *v, const struct exchange *x, bool changes,
                            bool creates);

#endif
