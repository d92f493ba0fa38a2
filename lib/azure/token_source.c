/* Requests for tokens and what their answers mean: see token_source.h. */
#include "azure/token_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/timetext.h"
#include "base/utf8.h"

#define URL_MAX 4096
#define FORM_MAX 65536
#define REPLY_MAX 65536

#define IMDS_API_VERSION "2018-02-01"

/* The query parameter that chooses one of several managed identities. */
static const char *const selectors[] = {
    [TOKEN_SELECT_NONE] = NULL,
    [TOKEN_SELECT_CLIENT_ID] = "client_id",
    [TOKEN_SELECT_OBJECT_ID] = "object_id",
    [TOKEN_SELECT_RESOURCE_ID] = "msi_res_id",
};

/* What a refusal means. First match wins; 'error' NULL fits any. Sources: managed identity error
 * handling (the service answers 404 and 410 while it is updated, for up to 70 s); OAuth 2.0 client
 * credentials at Entra. */
static const struct {
    enum token_kind kind;
    int from, to;
    const char *error;
    enum err_kind means;
} refusals[] = {
    {TOKEN_MANAGED_IDENTITY, 404, 404, NULL, ERR_TRANSIENT},
    {TOKEN_MANAGED_IDENTITY, 410, 410, NULL, ERR_TRANSIENT},
    {TOKEN_MANAGED_IDENTITY, 408, 408, NULL, ERR_TRANSIENT},
    {TOKEN_MANAGED_IDENTITY, 429, 429, NULL, ERR_THROTTLED},
    {TOKEN_MANAGED_IDENTITY, 500, 599, NULL, ERR_TRANSIENT},
    {TOKEN_MANAGED_IDENTITY, 401, 403, NULL, ERR_DENIED},
    {TOKEN_MANAGED_IDENTITY, 400, 499, NULL, ERR_CONFIG},
    {TOKEN_CLIENT_SECRET, 408, 408, NULL, ERR_TRANSIENT},
    {TOKEN_CLIENT_SECRET, 429, 429, NULL, ERR_THROTTLED},
    {TOKEN_CLIENT_SECRET, 500, 599, NULL, ERR_TRANSIENT},
    {TOKEN_CLIENT_SECRET, 400, 499, "temporarily_unavailable", ERR_TRANSIENT},
    {TOKEN_CLIENT_SECRET, 400, 499, "invalid_client", ERR_DENIED},
    {TOKEN_CLIENT_SECRET, 400, 499, "unauthorized_client", ERR_DENIED},
    {TOKEN_CLIENT_SECRET, 401, 403, NULL, ERR_DENIED},
    {TOKEN_CLIENT_SECRET, 400, 499, NULL, ERR_CONFIG},
};

/* --- the request -------------------------------------------------------------------------------
 */

static int origin_of(const char *endpoint)
{
    size_t length = strlen(endpoint);
    return (int)(length && endpoint[length - 1] == '/' ? length - 1 : length);
}

static char *imds_url(const struct token_source *source, const char *audience)
{
    struct buf b;
    buf_init(&b, URL_MAX);
    buf_printf(&b, "%.*s/metadata/identity/oauth2/token?api-version=" IMDS_API_VERSION "&resource=",
               origin_of(source->endpoint), source->endpoint);
    buf_url(&b, audience);
    const char *selector = selectors[source->selector];
    if (selector) {
        buf_printf(&b, "&%s=", selector);
        buf_url(&b, source->selector_value ? source->selector_value : "");
    }
    return buf_steal(&b);
}

static char *entra_url(const struct token_source *source)
{
    struct buf b;
    buf_init(&b, URL_MAX);
    buf_printf(&b, "%.*s/", origin_of(source->endpoint), source->endpoint);
    buf_url(&b, source->tenant);
    buf_str(&b, "/oauth2/v2.0/token");
    return buf_steal(&b);
}

static char *entra_form_head(const struct token_source *source, const char *audience)
{
    struct buf b, scope;
    buf_init(&scope, URL_MAX);
    buf_printf(&scope, "%.*s/.default", origin_of(audience), audience);
    buf_init(&b, FORM_MAX);
    buf_str(&b, "grant_type=client_credentials&client_id=");
    buf_url(&b, source->client_id);
    buf_str(&b, "&scope=");
    buf_url(&b, buf_text(&scope));
    buf_str(&b, "&client_secret=");
    buf_done(&scope);
    return buf_steal(&b);
}

static char *source_copy(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

void token_request_init(struct token_request *r, const struct token_source *source,
                        const char *audience)
{
    bool imds = source->kind == TOKEN_MANAGED_IDENTITY;
    *r = (struct token_request){
        .source = {.kind = source->kind,
                   .endpoint = source_copy(source->endpoint),
                   .tenant = source_copy(source->tenant),
                   .client_id = source_copy(source->client_id),
                   .secret = source->secret ? secret_share(source->secret) : NULL,
                   .selector = source->selector,
                   .selector_value = source_copy(source->selector_value)},
        .url = imds ? imds_url(source, audience) : entra_url(source),
        .form_head = imds ? NULL : entra_form_head(source, audience),
    };
}

void token_request_done(struct token_request *r)
{
    const struct token_source *s = &r->source;
    const char *const texts[] = {s->endpoint, s->tenant, s->client_id, s->selector_value};
    token_request_sent(r);
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) free(unconst(texts[i]));
    secret_free(r->source.secret);
    free(r->url);
    free(r->form_head);
    *r = (struct token_request){.url = NULL};
}

/* The form with the secret, in memory that does not move while it grows. */
static void make_form(struct token_request *r)
{
    struct buf b;
    const struct secret *secret = r->source.secret;
    buf_init(&b, FORM_MAX);
    buf_reserve(&b, strlen(r->form_head) + 3 * (secret ? secret_length(secret) : 0));
    buf_str(&b, r->form_head);
    if (secret) buf_url(&b, secret_bytes(secret));
    r->form_length = b.length;
    r->form = buf_steal(&b);
}

void token_request_ask(struct token_request *r, struct call *call)
{
    bool imds = r->source.kind == TOKEN_MANAGED_IDENTITY;
    token_request_sent(r);
    call->kind = CALL_HTTP;
    call->http = (struct http_call){
        .method = imds ? "GET" : "POST", .url = r->url, .max_reply = REPLY_MAX, .direct = imds};
    if (imds) {
        call->http.headers[call->http.header_count++] =
            (struct http_header){.name = "Metadata", .value = "true"};
        return;
    }
    make_form(r);
    call->http.body = r->form;
    call->http.body_length = r->form_length;
    call->http.content_type = "application/x-www-form-urlencoded";
}

void token_request_sent(struct token_request *r)
{
    if (!r->form) return;
    mem_wipe(r->form, r->form_length);
    free(r->form);
    r->form = NULL;
}

/* --- the answer --------------------------------------------------------------------------------
 */

static enum err_kind refusal_kind(enum token_kind kind, int status, const char *error)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
        if (refusals[i].kind == kind && status >= refusals[i].from && status <= refusals[i].to &&
            (!refusals[i].error || strcasecmp(refusals[i].error, error) == 0))
            return refusals[i].means;
    return ERR_PROTOCOL;
}

/* The description up to its first line's end or its trace id: what a person can act on. */
static size_t description_length(const char *text)
{
    const char *trace = strstr(text, " Trace ID:");
    size_t length = strcspn(text, "\r\n");
    if (trace && (size_t)(trace - text) < length) length = (size_t)(trace - text);
    length = utf8_cut(text, length, 300 < length ? 300 : length);
    while (length && (text[length - 1] == '.' || text[length - 1] == ' ')) length--;
    return length;
}

int token_source_classify(enum token_kind kind, const struct reply *reply, struct err *err)
{
    if (reply->err.kind != ERR_NONE) {
        *err = reply->err;
        return -1;
    }
    const struct http_reply *http = &reply->http;
    if (http->status >= 200 && http->status < 300) return 0;
    json_t *body = http->length <= REPLY_MAX ? json_parse(http->body, http->length, NULL) : NULL;
    const char *error = json_text_at(body, "error");
    const char *text = json_text_at(body, "error_description");
    if (!error) error = "";
    if (!text) text = "";
    err_set(err, refusal_kind(kind, http->status, error), "no token: HTTP %d%s%s%s%.*s",
            http->status, *error ? ": " : "", error, *text ? ": " : "",
            (int)description_length(text), text);
    err->status = http->status;
    snprintf(err->code, sizeof(err->code), "%s", error);
    const char *retry_after = http_reply_header(http, "retry-after");
    if (retry_after) timetext_retry_after(retry_after, &err->retry_after_ms);
    json_decref(body);
    return -1;
}

struct secret *token_source_parse(const struct http_reply *reply, int64_t wall_ms, msec *lifetime,
                                  struct err *err)
{
    json_t *body = json_parse(reply->body, reply->length, NULL);
    const char *token = json_text_at(body, "access_token");
    int64_t seconds = json_int_at(body, "expires_in", 0);
    if (seconds <= 0) seconds = json_int_at(body, "expires_on", 0) - wall_ms / 1000;
    struct secret *secret = NULL;
    if (!token || !*token)
        err_set(err, ERR_PROTOCOL, "no token: the answer has no \"access_token\"");
    else if (seconds <= 0)
        err_set(err, ERR_PROTOCOL, "no token: the answer gives no time for which it is valid");
    else
        secret = secret_new(token, strlen(token));
    if (secret) *lifetime = (msec)seconds * 1000;
    if (token) mem_wipe(unconst(token), strlen(token));
    json_decref(body);
    return secret;
}
