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

static void forget_addresses(struct resolve_name *name)
{
    for (size_t i = 0; i < name->count; i++) free(name->texts[i]);
    name->count = 0;
}

static void free_name(struct resolve_name *name)
{
    forget_addresses(name);
    free(name->host);
    free(name);
}

/* Nobody waits for it, and it says nothing any more. */
static bool stale_name(const struct resolve_name *name)
{
    if (name->queries || name->state == NAME_ASKING) return false;
    return name->state == NAME_EMPTY || name->expires < loop_now(name->resolve->loop);
}

/* Names come and go over the years: beyond a bound the stale ones are forgotten. */
static void sweep_names(struct resolve *resolve)
{
    if (resolve->name_count < RESOLVE_MAX_NAMES) return;
    for (struct resolve_name **at = &resolve->names; *at;) {
        struct resolve_name *name = *at;
        if (!stale_name(name)) {
            at = &name->next;
            continue;
        }
        *at = name->next;
        resolve->name_count--;
        free_name(name);
    }
}

static struct resolve_name *find_name(struct resolve *resolve, const char *host)
{
    for (struct resolve_name *name = resolve->names; name; name = name->next)
        if (strcasecmp(name->host, host) == 0) return name;
    return NULL;
}

static struct resolve_name *get_name(struct resolve *resolve, const char *host)
{
    struct resolve_name *name = find_name(resolve, host);
    if (name) return name;
    sweep_names(resolve);
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

static void free_queries(struct resolve_name *name)
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
        free_queries(name);
        name->resolve = NULL;
        if (name->state == NAME_ASKING)
            uv_cancel((uv_req_t *)&name->request);
        else
            free_name(name);
    }
    hosts_free(resolve->hosts);
    free(resolve);
}

/* --- what is known --------------------------------------------------------------------------- */

static const struct addresses *answer(struct resolve *resolve, const char *const *texts,
                                      size_t count, bool pinned)
{
    resolve->answer = (struct addresses){.texts = texts, .count = count, .pinned = pinned};
    return &resolve->answer;
}

const struct addresses *resolve_known(struct resolve *resolve, const char *host)
{
    if (hosts_is_address(host)) {
        resolve->literal = host;
        return answer(resolve, &resolve->literal, 1, true);
    }
    if (resolve->hosts) {
        size_t count;
        const char *const *texts = hosts_find(resolve->hosts, host, &count);
        if (count > 0) return answer(resolve, texts, count, true);
    }
    const struct resolve_name *name = find_name(resolve, host);
    if (!name || name->state != NAME_KNOWN || loop_now(resolve->loop) >= name->expires) return NULL;
    return answer(resolve, (const char *const *)name->texts, name->count, false);
}

/* --- asking ---------------------------------------------------------------------------------- */

static struct resolve_query *take_query(struct resolve_name *name)
{
    struct resolve_query *q = name->queries;
    if (q) name->queries = q->next;
    return q;
}

/* Each query is gone before its callback runs, which may start and cancel others. */
static void answer_all(struct resolve_name *name, const struct addresses *addresses,
                       const struct err *err)
{
    struct resolve_query *waiting = name->queries;
    name->queries = NULL;
    struct resolve_name holder = {.queries = waiting};
    for (struct resolve_query *q = waiting; q; q = q->next) q->name = &holder;
    for (struct resolve_query *q; (q = take_query(&holder));) {
        resolve_cb *cb = q->cb;
        void *ctx = q->ctx;
        loop_task_cancel(q->task);
        free(q);
        cb(ctx, addresses, err);
    }
}

static void keep_addresses(struct resolve_name *name, const struct addrinfo *list)
{
    forget_addresses(name);
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

static void on_addresses(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct resolve_name *name = request->data;
    name->state = NAME_EMPTY;
    if (!name->resolve) {
        uv_freeaddrinfo(list);
        free_name(name);
        return;
    }
    struct err err;
    if (status == 0) keep_addresses(name, list);
    uv_freeaddrinfo(list);
    if (name->state == NAME_KNOWN) {
        struct addresses addresses = {.texts = (const char *const *)name->texts,
                                      .count = name->count};
        answer_all(name, &addresses, NULL);
    } else {
        err_set(&err, ERR_TRANSIENT, "%s has no address: %s", name->host,
                status < 0 ? uv_strerror(status) : "an empty answer");
        answer_all(name, NULL, &err);
    }
}

static void ask(struct resolve_name *name)
{
    static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    name->request.data = name;
    if (uv_getaddrinfo(loop_uv(name->resolve->loop), &name->request, on_addresses, name->host, NULL,
                       &hints) == 0)
        name->state = NAME_ASKING;
}

/* An answer that was there already, or a name that cannot even be asked for. */
static void on_task(void *ctx)
{
    struct resolve_query *q = ctx;
    struct resolve_name *name = q->name;
    for (struct resolve_query **at = &name->queries; *at; at = &(*at)->next) {
        if (*at != q) continue;
        *at = q->next;
        break;
    }
    resolve_cb *cb = q->cb;
    void *cb_ctx = q->ctx;
    free(q);
    const struct addresses *known = resolve_known(name->resolve, name->host);
    struct err err;
    if (!known) err_set(&err, ERR_TRANSIENT, "%s has no address: not a name", name->host);
    cb(cb_ctx, known, known ? NULL : &err);
}

struct resolve_query *resolve_start(struct resolve *resolve, const char *host, resolve_cb *cb,
                                    void *ctx)
{
    struct resolve_query *q = xcalloc(1, sizeof(*q));
    bool known = resolve_known(resolve, host) != NULL;
    q->name = get_name(resolve, host);
    q->cb = cb;
    q->ctx = ctx;
    q->next = q->name->queries;
    q->name->queries = q;
    if (!known && q->name->state != NAME_ASKING) ask(q->name);
    if (known || q->name->state != NAME_ASKING) q->task = loop_defer(resolve->loop, on_task, q);
    return q;
}

void resolve_cancel(struct resolve_query *query)
{
    if (!query) return;
    for (struct resolve_query **at = &query->name->queries; *at; at = &(*at)->next) {
        if (*at != query) continue;
        *at = query->next;
        break;
    }
    loop_task_cancel(query->task);
    free(query);
}
