/* List a collection, page by page (source: ARM RPC, paging: an empty page may have a next one, rows
 * are not to be counted, "nextLink" may be null). */
#include <stdlib.h>
#include <string.h>

#include "azure/op_inside.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"

/* A collection that goes on for longer is a fault of the other side, not a collection. */
#define PAGES_MAX 1000

static void ask_token(struct flow *f, struct call *call);
static void ask_page(struct flow *f, struct call *call);
static enum flow_verdict take_page(struct flow *f, const struct reply *reply);

const struct flow_row arm_list_rows[] = {
    {.name = "token",
     .text = "have an access token, or wait until it has been fetched",
     .ask = ask_token,
     .limit = SECONDS(120)},
    {.name = "page",
     .text = "read a page, and again while there is a next one",
     .ask = ask_page,
     .take = take_page,
     .limit = SECONDS(40),
     .call_limit = SECONDS(30)},
    {0},
};

static void ask_token(struct flow *f, struct call *call)
{
    struct arm_list *l = f->op;
    arm_op_ask_token(&l->op, f, call);
}

/* The next page where there is one; op.url keeps its address between the rows. */
static void ask_page(struct flow *f, struct call *call)
{
    struct arm_list *l = f->op;
    char *url =
        l->pages ? xstrdup(l->op.url) : arm_url(l->op.az, l->op.id, l->op.api_version, NULL);
    arm_op_ask(&l->op, f, call, "GET", url);
}

/* Checks where the next page is said to be. The token goes with it, so it must be ARM. */
static enum flow_verdict follow(struct flow *f, const char *link)
{
    struct arm_list *l = f->op;
    if (!arm_url_is_ours(l->op.az, link)) {
        err_set(&f->err, ERR_PROTOCOL, "the next page of the list is said to be on another host");
        return FLOW_FAIL;
    }
    if (l->pages >= PAGES_MAX || strcmp(link, l->op.url) == 0) {
        err_set(&f->err, ERR_PROTOCOL, "the list has no end after %u pages", l->pages);
        return FLOW_FAIL;
    }
    free(l->op.url);
    l->op.url = xstrdup(link);
    return FLOW_AGAIN;
}

/* Does the first page read as it did the last time? Then so does what it means. */
static bool is_remembered(struct arm_list *l, const struct http_reply *reply)
{
    const struct arm_list_memory *m = l->memory;
    if (!m || l->pages > 0) return false;
    hash_fingerprint(reply->body, reply->length, l->digest);
    return m->items && strcmp(l->digest, m->digest) == 0;
}

static void recall(struct arm_list *l)
{
    json_decref(l->items);
    l->items = json_incref(l->memory->items);
    l->pages = 1;
}

/* The list is complete. More than one page has no digest to know it by. */
static void remember(struct arm_list *l)
{
    struct arm_list_memory *m = l->memory;
    if (!m) return;
    arm_list_memory_done(m);
    if (l->pages > 1) return;
    memcpy(m->digest, l->digest, sizeof(m->digest));
    m->items = json_incref(l->items);
}

static void add_items(struct arm_list *l, json_t *value)
{
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        if (!l->keep || l->keep(l->owner, item)) json_array_append(l->items, item);
    }
    l->pages++;
}

static enum flow_verdict take_page(struct flow *f, const struct reply *reply)
{
    struct arm_list *l = f->op;
    if (is_remembered(l, &reply->http)) {
        recall(l);
        return FLOW_NEXT;
    }
    json_t *page = arm_op_body(f, &reply->http);
    if (!page) return FLOW_FAIL;
    enum flow_verdict verdict = FLOW_NEXT;
    json_t *value = json_at(page, "value");
    const char *link = json_text_at(page, "nextLink");
    if (!json_is_array(value)) {
        err_set(&f->err, ERR_PROTOCOL, "the answer of ARM is no list: it has no \"value\"");
        verdict = FLOW_FAIL;
    } else {
        add_items(l, value);
        if (link && *link) verdict = follow(f, link);
        if (verdict == FLOW_NEXT) remember(l);
    }
    json_decref(page);
    return verdict;
}

/* After a restart the list goes on with the page at which the token was refused. */
static void token_refused(struct flow *f)
{
    struct arm_list *l = f->op;
    arm_op_token_refused(&l->op);
}

void arm_list_init(struct arm_list *l, const struct azure *az, const char *id,
                   const char *api_version)
{
    *l = (struct arm_list){.flow = {.name = "arm.list",
                                    .rows = arm_list_rows,
                                    .classify = arm_classify,
                                    .token_refused = token_refused,
                                    .op = l},
                           .items = json_array()};
    arm_op_init(&l->op, az, id, api_version);
    l->flow.resource = l->op.id;
}

void arm_list_done(struct arm_list *l)
{
    flow_cancel(&l->flow);
    arm_op_done(&l->op, &l->flow);
    json_decref(l->items);
    l->items = NULL;
}

void arm_list_memory_done(struct arm_list_memory *m)
{
    json_decref(m->items);
    *m = (struct arm_list_memory){.items = NULL};
}
