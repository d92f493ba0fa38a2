/* What ARM's error answers mean. Codes and statuses decide, never messages: those are localised,
 * late and sometimes literally "{0}". */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "azure/arm.h"
#include "base/json.h"
#include "base/timetext.h"
#include "base/utf8.h"

/* How much of an error body is looked at: ARM's are below 4 kB. */
#define BODY_MAX 65536

/* Codes that say more than the HTTP status does. First match wins. */
static const struct {
    const char *code;
    enum err_kind kind;
    const char *source;
} codes[] = {
    {"ServerIsBusy", ERR_BUSY, "another operation runs, or has just ended"},
    {"ServerBusy", ERR_BUSY, "the same, as the end of a long-running operation"},
    {"ServerIsNotReady", ERR_BUSY, "restart or stop while the server is Updating"},
    {"RetryableErrorDueToAnotherOperation", ERR_BUSY, "a locked resource; comes as 429"},
    {"AnotherOperationInProgress", ERR_BUSY, "Microsoft.Network, comes as 409 or 429"},
    {"InternalServerError", ERR_TRANSIENT, "anything; also as the end of an operation"},
    {"ServiceUnavailable", ERR_TRANSIENT, "5xx, and as the end of an operation"},
    {"GatewayTimeout", ERR_TRANSIENT, "ARM gave up on the provider after 60 s"},
    {"OperationTimedOut", ERR_TRANSIENT, "as the end of an operation"},
    {"ExpiredAuthenticationToken", ERR_TOKEN, "401"},
    {"InvalidAuthenticationToken", ERR_TOKEN, "401"},
    {"AuthorizationFailed", ERR_DENIED, "403: no role"},
    {"LinkedAuthorizationFailed", ERR_DENIED, "403: no role on the subnet"},
    {"RequestDisallowedByPolicy", ERR_DENIED, "403: Azure Policy"},
    {"ScopeLocked", ERR_DENIED, "409: a management lock"},
    {"ResourceNotFound", ERR_NOT_FOUND, "404: the resource"},
    {"NotFound", ERR_NOT_FOUND, "404: the resource"},
    {"ResourceGroupNotFound", ERR_NOT_FOUND, "404: what it would be in"},
    {"ParentResourceNotFound", ERR_NOT_FOUND, "404: what it would be in"},
};

/* What a status means where its code says nothing. First match wins. */
static const struct {
    int from, to;
    enum err_kind kind;
} statuses[] = {
    {401, 401, ERR_TOKEN},     {403, 403, ERR_DENIED},   {404, 404, ERR_NOT_FOUND},
    {408, 408, ERR_TRANSIENT}, {409, 409, ERR_CONFLICT}, {412, 412, ERR_CONFLICT},
    {429, 429, ERR_THROTTLED}, {400, 499, ERR_REFUSED},  {500, 599, ERR_TRANSIENT},
};

static bool code_kind(const char *code, enum err_kind *kind)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (strcasecmp(codes[i].code, code) != 0) continue;
        *kind = codes[i].kind;
        return true;
    }
    return false;
}

static enum err_kind status_kind(int status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (status >= statuses[i].from && status <= statuses[i].to) return statuses[i].kind;
    return ERR_PROTOCOL;
}

static enum err_kind error_kind(int status, const char *code)
{
    enum err_kind kind;
    /* An overloaded gateway may put any code into a 5xx; it is never more than "not now". */
    if (status >= 500) return strcasecmp(code, "ServerIsBusy") == 0 ? ERR_BUSY : ERR_TRANSIENT;
    if (status == 401) return ERR_TOKEN;
    return code_kind(code, &kind) ? kind : status_kind(status);
}

/* The object that holds code and message: below "error", or the body itself. */
static const json_t *error_object(const json_t *body)
{
    const json_t *error = json_at(body, "error");
    return json_is_object(error) ? error : body;
}

/* Is 'message' worth showing? Some are empty or an unfilled template. */
static bool message_speaks(const char *message)
{
    return message && *message && strcmp(message, "{0}") != 0;
}

/* 'message' on one line, without control characters and final full stops, cut between characters.
 */
static void error_tidy(char *out, size_t room, const char *message)
{
    size_t end = utf8_cut(message, strlen(message), room - 1), length = 0;
    for (size_t i = 0; i < end; i++) {
        unsigned char c = (unsigned char)message[i];
        if (c > ' ' && c != 0x7f)
            out[length++] = message[i];
        else if (length && out[length - 1] != ' ')
            out[length++] = ' ';
    }
    while (length && (out[length - 1] == ' ' || out[length - 1] == '.')) length--;
    out[length] = '\0';
}

/* Fills kind, status, code and text; the caller adds what came in headers. */
static void error_fill(struct err *err, const json_t *body, int status, const char *fallback_code,
                       const char *what)
{
    const json_t *object = error_object(body);
    const char *code = json_text_at(object, "code");
    const char *message = json_text_at(object, "message");
    char text[400] = "";
    if (!code || !*code) code = fallback_code;
    if (message_speaks(message)) error_tidy(text, sizeof(text), message);
    enum err_kind kind = status ? error_kind(status, code) : ERR_REFUSED;
    if (!status && !code_kind(code, &kind)) kind = ERR_REFUSED;
    err_set(err, kind, "%s: %s%s%s", what, *code ? code : "no code", *text ? ": " : "", text);
    snprintf(err->code, sizeof(err->code), "%s", code);
    err->status = status;
}

int arm_error_reply(const struct http_reply *reply, struct err *err)
{
    if (!err) return -1;
    char what[16];
    snprintf(what, sizeof(what), "HTTP %d", reply->status);
    json_t *body = reply->length <= BODY_MAX ? json_parse(reply->body, reply->length, NULL) : NULL;
    error_fill(err, body, reply->status, "", what);
    json_decref(body);
    const char *id = http_reply_header(reply, "x-ms-request-id");
    const char *retry_after = http_reply_header(reply, "retry-after");
    if (id) snprintf(err->request_id, sizeof(err->request_id), "%s", id);
    if (retry_after) timetext_retry_after(retry_after, &err->retry_after_ms);
    return -1;
}

int arm_error_operation(const json_t *body, const char *status, struct err *err)
{
    if (!err) return -1;
    bool cancelled = strncasecmp(status, "cancel", 6) == 0;
    char what[64];
    snprintf(what, sizeof(what), "the operation ended as %s", cancelled ? "Canceled" : "Failed");
    /* The body's own members are the operation's, not an error's: only "error" counts here. */
    error_fill(err, json_at(body, "error"), 0, cancelled ? "Canceled" : "", what);
    if (cancelled) err->kind = ERR_CONFLICT;
    const char *name = json_text_at(body, "name");
    if (name) snprintf(err->request_id, sizeof(err->request_id), "%s", name);
    return -1;
}

void arm_retry_after(const struct http_reply *reply, const struct io *io, uint64_t *hint)
{
    const char *text = http_reply_header(reply, "retry-after");
    if (text) timetext_retry_after_at(text, io->wall_clock(io->ctx), hint);
}

int arm_classify(struct flow *f, const struct reply *reply, struct err *err)
{
    if (flow_classify_transport(f, reply, err) < 0) return -1;
    if (reply->kind != CALL_HTTP || (reply->http.status >= 200 && reply->http.status < 300))
        return 0;
    arm_error_reply(&reply->http, err);
    arm_retry_after(&reply->http, f->io, &err->retry_after_ms); /* now also as a date */
    return -1;
}

bool arm_is_throttling(const struct http_reply *reply)
{
    struct err err;
    if (reply->status != 429) return false;
    arm_error_reply(reply, &err);
    return err.kind == ERR_THROTTLED;
}
