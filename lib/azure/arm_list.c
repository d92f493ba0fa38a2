/* List a collection, page by page (source: ARM RPC, paging: an empty page may have a next one, rows
 * are not to be counted, "nextLink" may be null). */
#include <stdlib.h>
#include <string.h>

#include "azure/list_split.h"
#include "azure/op_inside.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"

/* A collection that goes on for longer is a fault of the other side, not a collection. A page holds
 * up to 1,000 items; 100 pages are less than half of the reads that ARM lets a principal do at once
 * (250). The largest list known, the parameters of a server, is 227 kB in one page. */
#define PAGES_MAX 100
#define ITEMS_MAX 50000
#define BYTES_MAX ((size_t)32 * 1024 * 1024)

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

static enum flow_verdict no_end(struct flow *f, const char *why)
{
    const struct arm_list *l = f->op;
    err_set(&f->err, ERR_PROTOCOL, "the list has no end: %s after %u pages", why, l->pages);
    return FLOW_FAIL;
}

/* Checks where the next page is said to be. The token goes with it, so it must be ARM; and a page
 * that was read already leads round in a circle. */
static enum flow_verdict list_follow(struct flow *f, const char *link)
{
    struct arm_list *l = f->op;
    struct list_print here = list_print_of(l->op.url, strlen(l->op.url));
    struct list_print next = list_print_of(link, strlen(link));
    if (!arm_url_is_ours(l->op.az, link)) {
        err_set(&f->err, ERR_PROTOCOL, "the next page of the list is said to be on another host");
        return FLOW_FAIL;
    }
    if (l->pages == 1) list_names_add(&l->links, &here);
    if (!list_names_add(&l->links, &next)) return no_end(f, "it comes back to the same page");
    if (l->pages >= PAGES_MAX) return no_end(f, "too many");
    free(l->op.url);
    l->op.url = xstrdup(link);
    return FLOW_AGAIN;
}

/* Does the first page read as it did the last time? Then so does what it means. */
static bool is_remembered(struct arm_list *l, const struct http_reply *reply)
{
    const struct arm_list_memory *m = l->memory;
    if (!m || l->pages > 0 || reply->status != 200) return false;
    hash_fingerprint(reply->body, reply->length, l->digest);
    return m->items && strcmp(l->digest, m->digest) == 0;
}

static void list_recall(struct arm_list *l)
{
    json_decref(l->items);
    l->items = json_incref(l->memory->items);
    l->pages = 1;
}

/* The list is complete. More than one page has no digest to know it by. */
static void list_remember(struct arm_list *l)
{
    struct arm_list_memory *m = l->memory;
    if (!m) return;
    arm_list_memory_done(m);
    list_book_sort(&l->book);
    m->book = l->book;
    l->book = (struct list_book){.known = NULL};
    if (l->pages > 1) return;
    memcpy(m->digest, l->digest, sizeof(m->digest));
    m->items = json_incref(l->items);
}

/* --- items ------------------------------------------------------------------------------------ */

/* Reads 'item' (a share is taken where it is kept) into 'known': is it one of this collection, and
 * whole where anybody needs it? */
static int read_item(struct arm_list *l, json_t *item, struct list_known *known, struct err *err)
{
    const struct arm_shape *shape = l->shape;
    l->parsed++;
    if (shape && arm_shape_check_identity(shape, l->op.id, item, err) < 0) return -1;
    if (shape) arm_shape_set_name(shape, item);
    bool elsewhere = shape && shape->flags & ARM_IDS_ELSEWHERE;
    if (shape) known->name = list_print_name(json_text_at(item, elsewhere ? "id" : "name"));
    if (l->keep && !l->keep(l->owner, item)) return 0;
    if (shape && arm_shape_check_members(shape, item, err) < 0)
        return err_prefix(err, "item %.200s", json_text_at(item, "name"));
    known->item = json_incref(item);
    return 0;
}

/* A sound item joins the list. No two are alike: by name below one collection, by id where they
 * stand elsewhere. */
static int list_admit(struct arm_list *l, const struct list_known *known, struct err *err)
{
    if (++l->count > ITEMS_MAX)
        return err_set(err, ERR_PROTOCOL, "the list has no end: more than %d items", ITEMS_MAX);
    if (l->shape && !list_names_add(&l->names, &known->name))
        return err_set(err, ERR_PROTOCOL, "the list has its item %zu twice", l->count);
    if (known->item) json_array_append(l->items, known->item);
    return 0;
}

static int add_item(struct arm_list *l, json_t *item, struct err *err)
{
    struct list_known known = {.item = NULL};
    int result = read_item(l, item, &known, err);
    if (result == 0) result = list_admit(l, &known, err);
    json_decref(known.item);
    return result;
}

/* One that is known by its bytes, or one that has to be read. */
static int add_piece(struct arm_list *l, const struct list_piece *piece, struct err *err)
{
    struct list_known known = {.text = list_print_of(piece->text, piece->length)};
    const struct list_known *before = list_book_find(&l->memory->book, &known.text);
    int result = 0;
    if (before) {
        known = *before;
        json_incref(known.item);
    } else {
        json_t *item = json_parse(piece->text, piece->length, err);
        result = item ? read_item(l, item, &known, err)
                      : err_prefix(err, "the answer of ARM: item %zu", l->count + 1);
        json_decref(item);
    }
    if (result == 0) result = list_admit(l, &known, err);
    list_book_add(&l->book, known);
    return result;
}

/* --- pages ------------------------------------------------------------------------------------ */

/* After the last page. */
static enum flow_verdict list_end(struct flow *f)
{
    struct arm_list *l = f->op;
    if (l->shape && l->shape->flags & ARM_NEVER_EMPTY && !l->count) {
        err_set(&f->err, ERR_PROTOCOL, "the answer of ARM is not complete: an empty list");
        return FLOW_FAIL;
    }
    list_remember(l);
    list_names_done(&l->names); /* nothing can come twice any more */
    list_names_done(&l->links);
    return FLOW_NEXT;
}

/* The page has been taken in; 'page' is what it says beside its items. */
static enum flow_verdict go_on(struct flow *f, const json_t *page)
{
    struct arm_list *l = f->op;
    const json_t *link = json_at(page, "nextLink");
    l->pages++;
    if (!link || json_is_null(link)) return list_end(f);
    const char *url = json_string_value(link);
    if (!url) {
        err_set(&f->err, ERR_PROTOCOL, "the answer of ARM is not sound: \"nextLink\" is no text");
        return FLOW_FAIL;
    }
    return *url ? list_follow(f, url) : list_end(f);
}

static enum flow_verdict take_pieces(struct flow *f, const struct list_split *split)
{
    struct arm_list *l = f->op;
    for (size_t i = 0; i < split->count; i++)
        if (add_piece(l, &split->pieces[i], &f->err) < 0) return FLOW_FAIL;
    return go_on(f, split->frame);
}

static enum flow_verdict take_whole(struct flow *f, const json_t *page)
{
    struct arm_list *l = f->op;
    const json_t *value = json_at(page, "value");
    size_t i;
    json_t *item;
    if (!json_is_array(value)) {
        err_set(&f->err, ERR_PROTOCOL, "the answer of ARM is no list: it has no \"value\"");
        return FLOW_FAIL;
    }
    json_array_foreach(value, i, item)
    {
        if (add_item(l, item, &f->err) < 0) return FLOW_FAIL;
    }
    return go_on(f, page);
}

/* With a memory item by item, where the page can be cut; else as a whole. */
static enum flow_verdict read_page(struct flow *f, const struct http_reply *reply)
{
    struct arm_list *l = f->op;
    struct list_split split = {.count = 0};
    enum flow_verdict verdict = FLOW_FAIL;
    if (l->memory && reply->status == 200 && list_split(reply->body, reply->length, &split) == 0) {
        verdict = take_pieces(f, &split);
        list_split_done(&split);
        return verdict;
    }
    json_t *page = arm_op_body(f, reply);
    if (page) verdict = take_whole(f, page);
    json_decref(page);
    return verdict;
}

static enum flow_verdict take_page(struct flow *f, const struct reply *reply)
{
    struct arm_list *l = f->op;
    l->bytes += reply->http.length;
    if (l->bytes > BYTES_MAX) return no_end(f, "too many bytes");
    if (!is_remembered(l, &reply->http)) return read_page(f, &reply->http);
    list_recall(l);
    return FLOW_NEXT;
}

/* After a restart the list goes on with the page at which the token was refused. */
static void token_refused(struct flow *f)
{
    struct arm_list *l = f->op;
    arm_op_token_refused(&l->op);
}

void arm_list_init(struct arm_list *l, const struct azure *az, const char *id,
                   const char *api_version, const struct arm_shape *shape)
{
    *l = (struct arm_list){.flow = {.name = "arm.list",
                                    .rows = arm_list_rows,
                                    .classify = arm_classify,
                                    .token_refused = token_refused,
                                    .op = l},
                           .items = json_array(),
                           .shape = shape};
    arm_op_init(&l->op, az, id, api_version);
    l->flow.resource = l->op.id;
}

void arm_list_done(struct arm_list *l)
{
    flow_cancel(&l->flow);
    arm_op_done(&l->op, &l->flow);
    json_decref(l->items);
    l->items = NULL;
    list_book_done(&l->book);
    list_names_done(&l->names);
    list_names_done(&l->links);
}

void arm_list_memory_done(struct arm_list_memory *m)
{
    json_decref(m->items);
    list_book_done(&m->book);
    *m = (struct arm_list_memory){.items = NULL};
}
