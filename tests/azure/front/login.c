/* Where tokens come from: see login.h. Entra knows one application with one secret; the metadata
 * service knows one system-assigned identity and the application's client id. */
#include "front/login.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/sim.h"
#include "front/clock.h"
#include "front/token.h"

static void login_refuse(struct exchange *x, int status, const char *error, int number,
                         const char *text)
{
    char trace[GUID_TEXT], correlation[GUID_TEXT], now[CLOCK_TEXT];
    random_guid(trace);
    random_guid(correlation);
    clock_text(now, 0);
    now[10] = ' ';
    char *description = xasprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
                                  number, text, trace, correlation, now);
    x->error_code = error;
    reply_json(x, status,
               json_pack("{s:s, s:s, s:[i], s:s, s:s, s:s}", "error", error, "error_description",
                         description, "error_codes", number, "timestamp", now, "trace_id", trace,
                         "correlation_id", correlation));
    free(description);
}

static bool login_path_right(const struct exchange *x)
{
    char *path = xasprintf("/%s/oauth2/v2.0/token", x->sim->tenant_id);
    bool right = strcasecmp(path, x->path) == 0;
    free(path);
    return right;
}

/* Answers a refusal and returns false, or returns true. */
static bool login_check(struct exchange *x, const char *form, const char *scope)
{
    const struct sim *sim = x->sim;
    const char *grant = form_value(x->arena, form, "grant_type");
    const char *client = form_value(x->arena, form, "client_id");
    const char *secret = form_value(x->arena, form, "client_secret");
    if (!login_path_right(x))
        login_refuse(x, 400, "invalid_request", 90002, "Tenant not found. Check the tenant id.");
    else if (!grant || strcmp(grant, "client_credentials") != 0)
        login_refuse(x, 400, "unsupported_grant_type", 70003,
                     "The app requested an unsupported "
                     "grant type.");
    else if (!client || strcasecmp(client, sim->client_id) != 0)
        login_refuse(x, 400, "unauthorized_client", 700016,
                     "Application was not found in the "
                     "directory.");
    else if (!secret || strcmp(secret, sim->client_secret) != 0)
        login_refuse(x, 401, "invalid_client", 7000215, "Invalid client secret provided.");
    else if (!scope || !strstr(scope, "/.default"))
        login_refuse(x, 400, "invalid_scope", 70011,
                     "The provided value for the input parameter "
                     "'scope' is not valid.");
    else
        return true;
    return false;
}

void login_serve(struct exchange *x)
{
    x->type = "token";
    const char *form = buf_text(&x->body);
    const char *scope = form_value(x->arena, form, "scope");
    if (strcmp(x->method, "POST") != 0) {
        reply_text(x, 405, "");
        return;
    }
    if (!login_check(x, form, scope)) return;
    int64_t lifetime_s;
    char *token = token_issue(x->sim, scope, &lifetime_s);
    reply_header(x, "Cache-Control", "no-store, no-cache");
    reply_json(x, 200,
               json_pack("{s:s, s:I, s:I, s:s}", "token_type", "Bearer", "expires_in",
                         (json_int_t)lifetime_s, "ext_expires_in", (json_int_t)lifetime_s,
                         "access_token", token));
    free(token);
}

static void imds_refuse(struct exchange *x, int status, const char *error, const char *text)
{
    x->error_code = error;
    reply_json(x, status, json_pack("{s:s, s:s}", "error", error, "error_description", text));
}

/* Every number is a string here; Entra's own endpoint sends numbers. */
static void imds_answer(struct exchange *x, const char *resource)
{
    char expires_in[24], expires_on[24], not_before[24];
    int64_t lifetime_s, now = clock_unix();
    char *token = token_issue(x->sim, resource, &lifetime_s);
    snprintf(expires_in, sizeof(expires_in), "%" PRId64, lifetime_s);
    snprintf(expires_on, sizeof(expires_on), "%" PRId64, now + lifetime_s);
    snprintf(not_before, sizeof(not_before), "%" PRId64, now - 300);
    reply_json(x, 200,
               json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "access_token", token,
                         "client_id", x->sim->client_id, "refresh_token", "", "expires_in",
                         expires_in, "expires_on", expires_on, "not_before", not_before, "resource",
                         resource, "token_type", "Bearer"));
    free(token);
}

void imds_serve(struct exchange *x)
{
    x->type = "token";
    const char *resource = exchange_query(x, "resource");
    const char *client = exchange_query(x, "client_id");
    if (strcmp(x->path, "/metadata/identity/oauth2/token") != 0)
        imds_refuse(x, 404, "not_found", "Not found");
    else if (!x->metadata || strcmp(x->metadata, "true") != 0)
        imds_refuse(x, 400, "bad_request_102", "Required metadata header not specified");
    else if (!exchange_query(x, "api-version"))
        imds_refuse(x, 400, "invalid_request", "Required query variable 'api-version' is missing");
    else if (!resource)
        imds_refuse(x, 400, "invalid_resource", "Required query variable 'resource' is missing");
    else if (client && strcasecmp(client, x->sim->client_id) != 0)
        imds_refuse(x, 400, "invalid_request", "Identity not found");
    else
        imds_answer(x, resource);
}
