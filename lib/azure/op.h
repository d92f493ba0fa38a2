/* Operations on ARM as flows (style: a table of rows each): read one resource, list a collection,
 * write one resource and wait until Azure has settled.
 *
 * Use: X_init(), set x->flow.done (and x->owner, x->flow.progress, x->flow.resource), then
 * flow_start(&x->flow, az->io). In 'done', flow->op is the struct. X_done() at any time, also while
 * it runs or on a struct of zeros: it cancels, leaves the token's waiting list and frees all
 * results that were not taken out. */
#ifndef AZURE_OP_H
#define AZURE_OP_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "azure/arm.h"
#include "azure/arm_shape.h"
#include "azure/list_memory.h"
#include "base/secret.h"
#include "flow/flow.h"

/* What every operation carries from row to row. Not to be touched by callers. */
struct arm_op {
    const struct azure *az;
    char *id;
    char *api_version;
    char *url;                 /* of the present request */
    struct secret *bearer;     /* sent with it; our own share */
    char request_id[ARM_GUID]; /* x-ms-client-request-id of it */
};

/* --- read one resource -------------------------------------------------------------------------
 */

enum arm_presence {
    ARM_UNKNOWN,      /* not read (yet): nothing follows from it */
    ARM_PRESENT,      /* 'body' is the resource */
    ARM_ABSENT,       /* 404 that speaks of the resource itself */
    ARM_GROUP_ABSENT, /* 404 because its resource group is not there */
};

struct arm_get {
    struct flow flow;
    struct arm_op op;
    void *owner; /* the caller's */
    const struct arm_shape *shape;
    enum arm_presence presence; /* result */
    json_t *body;               /* result: owned; NULL unless present */
};

extern const struct flow_row arm_get_rows[];

/* GET of 'id' (copied). A 404 of any other kind fails the flow with NOT_FOUND; an answer that is
 * not the whole of 'id' by its 'shape' (borrowed; NULL: any object is) fails it with PROTOCOL. */
void arm_get_init(struct arm_get *g, const struct azure *az, const char *id,
                  const char *api_version, const struct arm_shape *shape);
void arm_get_done(struct arm_get *g);

/* --- list a collection -------------------------------------------------------------------------
 */

/* What a list said the last time, kept by the caller from look to look (zeros at first). A list
 * that comes in one page and reads the same byte for byte is not read again, and of any other only
 * the items whose bytes have changed: reading the parameters of a server costs a hundred times as
 * much as comparing them. One memory serves one collection, with one shape and one 'keep'. */
struct arm_list_memory {
    char digest[33]; /* hash_fingerprint() of the only page; "": there were several */
    json_t *items;   /* what was kept of it, owned; NULL: nothing is remembered */
    struct list_book book;
};

/* Forgets. */
void arm_list_memory_done(struct arm_list_memory *m);

struct arm_list {
    struct flow flow;
    struct arm_op op;
    void *owner;
    /* Set by the caller before flow_start(), or left: */
    struct arm_list_memory *memory;
    bool (*keep)(const void *owner, const json_t *item); /* NULL: every item */
    json_t *items; /* result: an array, not to be changed; complete only when the flow has succeeded
                    */
    unsigned parsed; /* items that had to be read, of 'count' */
    const struct arm_shape *shape;
    char digest[33]; /* of the first page, where there is a memory */
    /* What was seen so far: pages, their bytes, all items (also those not kept), their names, and
     * the addresses of the pages. */
    unsigned pages;
    size_t bytes;
    size_t count;
    struct list_book book; /* where there is a memory */
    struct list_names names;
    struct list_names links;
};

extern const struct flow_row arm_list_rows[];

/* GET of the collection 'id' ("SERVER/configurations") and of all pages that follow. A 404 fails
 * the flow with NOT_FOUND: a collection is never absent by itself. PROTOCOL: a list without end, or
 * with 'shape' (borrowed; of an item; NULL: any item will do) an item that is no item of this
 * collection, that comes twice, or that is kept and not complete. */
void arm_list_init(struct arm_list *l, const struct azure *az, const char *id,
                   const char *api_version, const struct arm_shape *shape);
void arm_list_done(struct arm_list *l);

/* --- write one resource ------------------------------------------------------------------------
 */

/* How the end of an accepted write is known where its monitor is lost: gone, unreadable, or never
 * named. A property of the type. */
enum arm_settling {
    ARM_SETTLES_BY_OPERATION,    /* only its monitor knows; what was created has settled when it is
                                    there, what was deleted when it is not */
    ARM_SETTLES_BY_STATE,        /* properties.state is one of rest: flexible servers */
    ARM_SETTLES_BY_PROVISIONING, /* properties.provisioningState; absent means Succeeded */
    ARM_SETTLES_AT_ONCE,         /* its writes have no operation */
};

/* What has become of a write: all that is known about it at this moment, also after a failure and
 * when it was cancelled. */
enum arm_fate {
    ARM_NOT_SENT,
    ARM_REFUSED,  /* an answer proves that it was not carried out */
    ARM_IN_DOUBT, /* sent, and nobody knows: no answer (yet), 5xx, a redirect, an unreadable one */
    ARM_ACCEPTED, /* taken (2xx); it may be under way */
    ARM_FAILED,   /* taken, and its operation has ended as Failed */
    ARM_CANCELED, /* taken, and its operation was canceled: half of it may be there */
    ARM_SETTLED,  /* taken and ended, well as far as anybody says */
};

/* A word for logs: "in doubt". */
const char *arm_fate_word(enum arm_fate fate);

struct arm_request {
    const char *method; /* PUT, PATCH, DELETE, POST */
    const char *id;
    const char *verb; /* POST: "restart"; NULL: none */
    const char *api_version;
    const char *body; /* a JSON object, or NULL */
    const char
        *secret_path; /* dotted path in 'body' where 'secret' goes as a string; NULL: nowhere */
    const struct secret *secret;
    /* PUT of what was not found: a busy server is then there already, made by a write whose answer
     * was lost. Sent again it would be an update, so it fails with BUSY and the caller looks. */
    bool creates;
    bool if_none_match;   /* only where nothing is there yet ("If-None-Match: *"); else 412 */
    const char *if_match; /* only where the etag is still this one ("If-Match"); NULL: any */
    const struct arm_shape *shape; /* of what is read back, borrowed; NULL: any object */
    enum arm_settling settling;
};

struct arm_write {
    struct flow flow;
    struct arm_op op;
    void *owner;
    char method[8];
    char *verb;
    char *if_match;
    bool if_none_match;
    bool creates;
    const struct arm_shape *shape;
    enum arm_settling settling;
    char *payload; /* the request's body; wiped as soon as it was answered */
    size_t payload_length;
    enum arm_fate fate;   /* result: at any time, also after a failure and arm_write_done() */
    enum arm_fate before; /* the fate before the request that is under way */
    char *monitor;        /* where its state is read, byte for byte; NULL: none was named */
    bool monitor_is_location;
    bool monitor_lost; /* the resource itself is asked instead */
    msec accepted_at;
    msec poll_after; /* before the next poll */
    msec settle_deadline;
    msec unreadable_since; /* since when there has been no state; 0: there is */
    unsigned polls;        /* so far, for progress */
    json_t *body;          /* result: the resource as read back, owned; NULL after DELETE */
};

extern const struct flow_row arm_write_rows[];

/* Everything in 'request' but the shape is copied. flow.progress is told when the operation has
 * been accepted for the long run (polls == 0) and at each poll. After any failure 'fate' says what
 * may be under way: only after NOT_SENT, REFUSED and FAILED may the same be sent again. An error
 * after SETTLED is about reading back alone. Returns -1 with CONFIG where 'body' is no JSON object;
 * then there is nothing to free. */
int arm_write_init(struct arm_write *w, const struct azure *az, const struct arm_request *request,
                   struct err *err);
void arm_write_done(struct arm_write *w);

#endif
