/* What a client sees of an operation: its URLs, its monitor, its result. See lro.h. */
#include <stdlib.h>
#include <string.h>

#include "arm/lro.h"
#include "arm/monitor_url.h"
#include "arm/path_pattern.h"
#include "base/mem.h"

/* What Azure was seen to ask for: 60 s for a server that is made or changed and 10 s for a
 * parameter (recorded 2020); 15 s for a server's deletion (recorded 2026); for others the nearest
 * of them. */
static int64_t retry_after_recorded_s(const struct op *op)
{
    bool child = !path_matches("*/flexibleServers/*", op->path) ||
                 path_matches("*/flexibleServers/*/*", op->path);
    return child ? 10 : op->deletes ? 15 : 60;
}

static void lro_retry_after(struct exchange *x, const struct op *op)
{
    const struct settings *settings = &x->sim->settings;
    bool recorded = setting_is(settings, SET_RETRY_AFTER_FORM, "recorded");
    reply_header(
        x, "Retry-After", "%lld",
        (long long)(recorded ? retry_after_recorded_s(op) : setting(settings, SET_RETRY_AFTER_S)));
}

void lro_headers(struct exchange *x, const struct op *op)
{
    const struct op_place *place = &op->place;
    char *status = monitor_url(x->sim, place->status, op->id, place->version);
    char *result = monitor_url(x->sim, place->result, op->id, place->version);
    reply_header(x, "Azure-AsyncOperation", "%s", status);
    reply_header(x, "Location", "%s", result);
    lro_retry_after(x, op);
    free(status);
    free(result);
}

static json_t *lro_begun_json(const struct op *op)
{
    if (op->place.bare) return json_object();
    return json_pack("{s:s, s:s}", "operation", op->plan.name, "startTime", op->start);
}

void lro_accept(struct exchange *x, const struct op *op)
{
    x->lro = true;
    x->op = unconst(op);
    lro_headers(x, op);
    reply_json(x, 202, lro_begun_json(op));
}

static const char *lro_word(const struct op *op)
{
    if (op->phase != OP_ENDED) return "InProgress";
    return op->failed ? "Failed" : op->canceled ? "Canceled" : "Succeeded";
}

json_t *lro_json(const struct op *op)
{
    json_t *body = op->place.bare ? json_object()
                                  : json_pack("{s:s, s:s}", "name", op->id, "startTime", op->start);
    json_object_set_new(body, "status", json_string(lro_word(op)));
    if (op->phase == OP_ENDED && op->failed)
        json_object_set_new(body, "error",
                            json_pack("{s:s, s:s}", "code", op->code, "message", op->message));
    return body;
}

static void lost_redirect(struct exchange *x)
{
    reply_header(x, "Location", "%s/nowhere", x->sim->arm_url);
    reply_text(x, 301, "");
}

static void lost_gone(struct exchange *x)
{
    reply_error(x, 404, "OperationNotFound", "The operation '%s' was not found.", x->args[2]);
}

/* How the monitor of a lost operation answers; a word that is none of these is refused when the
 * fault is ordered. */
static const struct {
    const char *how;
    void (*answer)(struct exchange *x);
} losses[] = {
    {"404", lost_gone},           {"301", lost_redirect},  {"gzip", reply_broken_gzip},
    {"endless", reply_endlessly}, {"silent", reply_never},
};

enum { LOSS_N = sizeof(losses) / sizeof(losses[0]) };

bool lro_loss_known(const char *how)
{
    for (size_t i = 0; i < LOSS_N; i++) {
        if (strcmp(losses[i].how, how) == 0) return true;
    }
    return strcmp(how, "Canceled") == 0;
}

/* The operation of the path; NULL where the reply is already made. */
static const struct op *lro_asked(struct exchange *x)
{
    if (!monitor_url_valid(x->sim, x->target)) {
        reply_error(x, 403, "InvalidOperationSignature",
                    "The signature of the operation URL does not match its content.");
        return NULL;
    }
    const struct op *op = lro_find(x->sim->lro, x->args[2]);
    if (!op) lost_gone(x);
    for (size_t i = 0; op && op->lost && i < LOSS_N; i++) {
        if (strcmp(losses[i].how, op->lost) != 0) continue;
        losses[i].answer(x);
        return NULL;
    }
    return op;
}

void lro_get_status(struct exchange *x)
{
    const struct op *op = lro_asked(x);
    if (!op) return;
    if (op->phase != OP_ENDED) lro_retry_after(x, op);
    reply_json(x, 200, lro_json(op));
}

/* What a synchronous answer would have been; the wire form of a failure is not known. */
void lro_get_result(struct exchange *x)
{
    const struct op *op = lro_asked(x);
    if (!op) return;
    if (op->phase != OP_ENDED) {
        lro_accept(x, op);
        x->op = NULL;
        x->lro = false;
    } else if (op->failed) {
        reply_error(x, 400, op->code, "%s", op->message);
    } else if (op->deletes) {
        reply_text(x, 204, "");
    } else {
        reply_json(x, 200, op->plan.answer ? op->plan.answer(op) : lro_json(op));
    }
}
