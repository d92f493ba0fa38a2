/* Names to addresses: see resolve.h. One question per name at a time; all who ask for the name
 * meanwhile wait for the same answer. A question that nobody waits for any more runs to its end,
 * for the C library cannot be interrupted, and its answer is kept. */
#include "net/resolve.h"

#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <uv.h>

#include "base/mem.h"
#include "base/must.h"
#include "net/descriptors.h"
#include "net/hosts.h"

enum { RESOLVE_MAX_ADDRESSES = 16, RESOLVE_MAX_NAMES = 1024 };

enum name_state {
    NAME_EMPTY,  /* asked never, or its answer has been refused */
    NAME_ASKING, /* a thread is at it */
    NAME_KNOWN,  /* 'addresses' hold until 'expires' */
};

struct resolve_query {
    struct resolve_name *name;
    struct resolve_query *next;
    struct loop_task *task; /* answers that were known at once */
    struct err err;         /* why it is not even asked for */
    resolve_cb *cb;
    void *ctx;
};

/* What is known about one name. Lives until the resolver ends or the table is swept. */
struct resolve_name {
    uv_getaddrinfo_t request;
    struct resolve *resolve; /* NULL: the resolver is gone, only the thread's answer is awaited */
    struct resolve_name *next;
    char *host;
    enum name_state state;
    struct resolve_query *queries;
    msec expires;
    char *texts[RESOLVE_MAX_ADDRESSES];
    size_t count;
};

struct resolve {
    struct loop *loop;
    struct hosts *hosts;
    msec ttl;
    struct resolve_name *names;
    size_t name_count;
    const char *literal;
    struct addresses answer;
};

/* --- names ----------------------------------------------------------------------------------- */

static void resolve_forget_addresses(struct resolve_name *name)
{
    for (size_t i = 0; i < name->count; i++) free(name->texts[i]);
    name->count = 0;
}

static void resolve_free_name(struct resolve_name *name)
{
    resolve_forget_addresses(name);
    free(name->host);
    free(name);
}

/* Nobody waits for it, and it says nothing any more. */
static bool resolve_is_stale(const struct resolve_name *name)
{
    if (name->queries || name->state == NAME_ASKING) return false;
    return name->state == NAME_EMPTY || name->expires < loop_now(name->resolve->loop);
}

/* Names come and go over the years: beyond a bound the stale ones are forgotten. */
static void resolve_sweep_names(struct resolve *resolve)
{
    if (resolve->name_count < RESOLVE_MAX_NAMES) return;
    for (struct resolve_name **at = &resolve->names; *at;) {
        struct resolve_name *name = *at;
        if (!resolve_is_stale(name)) {
            at = &name->next;
            continue;
        }
        *at = name->next;
        resolve->name_count--;
        resolve_free_name(name);
    }
}

static struct resolve_name *resolve_find_name(struct resolve *resolve, const char *host)
{
    for (struct resolve_name *name = resolve->names; name; name = name->next)
        if (strcasecmp(name->host, host) == 0) return name;
    return NULL;
}

static struct resolve_name *resolve_get_name(struct resolve *resolve, const char *host)
{
    struct resolve_name *name = resolve_find_name(resolve, host);
    if (name) return name;
    resolve_sweep_names(resolve);
    name = xcalloc(1, sizeof(*name));
    name->resolve = resolve;
    name->host = xstrdup(host);
    name->next = resolve->names;
    resolve->names = name;
    resolve->name_count++;
    return name;
}

struct resolve *resolve_new(struct loop *loop, const char *hosts_file, msec ttl)
{
    struct resolve *resolve = xcalloc(1, sizeof(*resolve));
    resolve->loop = loop;
    resolve->hosts = hosts_file ? hosts_new(hosts_file) : NULL;
    resolve->ttl = ttl;
    return resolve;
}

static void resolve_free_queries(struct resolve_name *name)
{
    for (struct resolve_query *q = name->queries, *next; q; q = next) {
        next = q->next;
        loop_task_cancel(q->task);
        free(q);
    }
    name->queries = NULL;
}

void resolve_free(struct resolve *resolve)
{
    if (!resolve) return;
    for (struct resolve_name *name = resolve->names, *next; name; name = next) {
        next = name->next;
        resolve_free_queries(name);
        name->resolve = NULL;
        if (name->state == NAME_ASKING)
            uv_cancel((uv_req_t *)&name->request);
        else
            resolve_free_name(name);
    }
    hosts_free(resolve->hosts);
    free(resolve);
}

/* --- what is known --------------------------------------------------------------------------- */

static const struct addresses *resolve_answer(struct resolve *resolve, const char *const *texts,
                                              size_t count, bool pinned)
{
    resolve->answer = (struct addresses){.texts = texts, .count = count, .pinned = pinned};
    return &resolve->answer;
}

/* NULL: it is not known. Why not is in 'err' where nobody else may be asked either: the hosts file
 * is there and cannot be read; otherwise its kind is NONE. */
static const struct addresses *resolve_look(struct resolve *resolve, const char *host,
                                            struct err *err)
{
    err_clear(err);
    if (hosts_is_address(host)) {
        resolve->literal = host;
        return resolve_answer(resolve, &resolve->literal, 1, true);
    }
    if (resolve->hosts) {
        size_t count;
        const char *const *texts = hosts_find(resolve->hosts, host, &count, err);
        if (!texts) return NULL;
        if (count > 0) return resolve_answer(resolve, texts, count, true);
    }
    const struct resolve_name *name = resolve_find_name(resolve, host);
    if (!name || name->state != NAME_KNOWN || loop_now(resolve->loop) >= name->expires) return NULL;
    return resolve_answer(resolve, (const char *const *)name->texts, name->count, false);
}

const struct addresses *resolve_known(struct resolve *resolve, const char *host)
{
    struct err err;
    return resolve_look(resolve, host, &err);
}

/* --- asking ---------------------------------------------------------------------------------- */

static struct resolve_query *resolve_take_query(struct resolve_name *name)
{
    struct resolve_query *q = name->queries;
    if (q) name->queries = q->next;
    return q;
}

/* Each query is gone before its callback runs, which may start and cancel others. */
static void resolve_answer_all(struct resolve_name *name, const struct addresses *addresses,
                               const struct err *err)
{
    struct resolve_query *waiting = name->queries;
    name->queries = NULL;
    struct resolve_name holder = {.queries = waiting};
    for (struct resolve_query *q = waiting; q; q = q->next) q->name = &holder;
    for (struct resolve_query *q; (q = resolve_take_query(&holder));) {
        resolve_cb *cb = q->cb;
        void *ctx = q->ctx;
        loop_task_cancel(q->task);
        free(q);
        cb(ctx, addresses, err);
    }
}

static void resolve_keep_addresses(struct resolve_name *name, const struct addrinfo *list)
{
    resolve_forget_addresses(name);
    for (const struct addrinfo *a = list; a && name->count < RESOLVE_MAX_ADDRESSES;
         a = a->ai_next) {
        char text[NI_MAXHOST];
        if (getnameinfo(a->ai_addr, a->ai_addrlen, text, sizeof(text), NULL, 0, NI_NUMERICHOST) !=
            0)
            continue;
        name->texts[name->count++] = xstrdup(text);
    }
    name->state = name->count > 0 ? NAME_KNOWN : NAME_EMPTY;
    name->expires = loop_now(name->resolve->loop) + name->resolve->ttl;
}

static void resolve_on_addresses(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct resolve_name *name = request->data;
    name->state = NAME_EMPTY;
    if (!name->resolve) {
        uv_freeaddrinfo(list);
        resolve_free_name(name);
        return;
    }
    struct err err;
    if (status == 0) resolve_keep_addresses(name, list);
    uv_freeaddrinfo(list);
    if (name->state == NAME_KNOWN) {
        struct addresses addresses = {.texts = (const char *const *)name->texts,
                                      .count = name->count};
        resolve_answer_all(name, &addresses, NULL);
    } else {
        err_set(&err, ERR_TRANSIENT, "%s has no address: %s", name->host,
                status < 0 ? uv_strerror(status) : "an empty answer");
        descriptors_blame(name->host, &err);
        resolve_answer_all(name, NULL, &err);
    }
}

static void resolve_ask(struct resolve_name *name, struct err *err)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    name->request.data = name;
    int result = uv_getaddrinfo(loop_uv(name->resolve->loop), &name->request, resolve_on_addresses,
                                name->host, NULL, &hints);
    if (result == 0)
        name->state = NAME_ASKING;
    else
        err_set(err, ERR_TRANSIENT, "%s has no address: %s", name->host, uv_strerror(result));
}

static void resolve_unlink_query(const struct resolve_query *query)
{
    struct resolve_query **at = &query->name->queries;
    while (*at != query) {
        must(*at);
        at = &(*at)->next;
    }
    *at = query->next;
}

/* An answer that was there already, or a name that cannot even be asked for. */
static void resolve_on_task(void *ctx)
{
    struct resolve_query q = *(struct resolve_query *)ctx;
    resolve_unlink_query(ctx);
    free(ctx);
    struct err err;
    const struct addresses *known = resolve_look(q.name->resolve, q.name->host, &err);
    if (!known && err.kind == ERR_NONE) err = q.err;
    q.cb(q.ctx, known, known ? NULL : &err);
}

struct resolve_query *resolve_start(struct resolve *resolve, const char *host, resolve_cb *cb,
                                    void *ctx)
{
    struct resolve_query *q = xcalloc(1, sizeof(*q));
    bool settled = resolve_look(resolve, host, &q->err) || q->err.kind != ERR_NONE;
    q->name = resolve_get_name(resolve, host);
    q->cb = cb;
    q->ctx = ctx;
    q->next = q->name->queries;
    q->name->queries = q;
    if (!settled && q->name->state != NAME_ASKING) resolve_ask(q->name, &q->err);
    if (settled || q->name->state != NAME_ASKING)
        q->task = loop_defer(resolve->loop, resolve_on_task, q);
    return q;
}

void resolve_cancel(struct resolve_query *query)
{
    if (!query) return;
    resolve_unlink_query(query);
    loop_task_cancel(query->task);
    free(query);
}
