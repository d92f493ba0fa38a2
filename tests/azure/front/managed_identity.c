/* Tokens of the one managed identity: see managed_identity.h. Sources: Entra documentation,
 * how-to-use-vm-token; App Service documentation, overview-managed-identity (REST endpoint
 * reference). How App Service refuses is unverified. */
#include "front/managed_identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "control/sim.h"
#include "front/clock.h"
#include "front/token.h"

enum { NUMBER_TEXT = 24, TIME_TEXT = 40 };

static void imds_refuse(struct exchange *x, int status, const char *error, const char *text)
{
    x->error_code = error;
    reply_json(x, status, json_pack("{s:s, s:s}", "error", error, "error_description", text));
}

/* Does the request name the identity there is, or none? It is known by its client id alone. */
static bool identity_found(const struct exchange *x)
{
    static const char *const others[] = {"object_id", "principal_id", "msi_res_id", "mi_res_id"};
    const char *client = exchange_query(x, "client_id");
    if (!client) client = exchange_query(x, "clientid"); /* as 2017-09-01 spells it */
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (exchange_query(x, others[i])) return false;
    }
    return !client || strcasecmp(client, x->sim->client_id) == 0;
}

static json_t *number_text(int64_t number)
{
    char text[NUMBER_TEXT];
    snprintf(text, sizeof(text), "%" PRId64, number);
    return json_string(text);
}

/* Every number is a text here; Entra's own endpoint sends numbers. */
static void imds_answer(struct exchange *x, const char *resource)
{
    int64_t lifetime_s, now = clock_unix();
    char *token = token_issue(x->sim, resource, &lifetime_s);
    reply_json(x, 200,
               json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:s, s:s}", "access_token", token,
                         "client_id", x->sim->client_id, "refresh_token", "", "expires_in",
                         number_text(lifetime_s), "expires_on", number_text(now + lifetime_s),
                         "not_before", number_text(now - 300), "resource", resource, "token_type",
                         "Bearer"));
    free(token);
}

void imds_token(struct exchange *x)
{
    const char *resource = exchange_query(x, "resource");
    if (!x->metadata || strcmp(x->metadata, "true") != 0)
        imds_refuse(x, 400, "bad_request_102", "Required metadata header not specified");
    else if (!exchange_query(x, "api-version"))
        imds_refuse(x, 400, "invalid_request", "Required query variable 'api-version' is missing");
    else if (!resource)
        imds_refuse(x, 400, "invalid_resource", "Required query variable 'resource' is missing");
    else if (!identity_found(x))
        imds_refuse(x, 400, "invalid_request", "Identity not found");
    else
        imds_answer(x, resource);
}

static void app_service_refuse(struct exchange *x, int status, const char *text)
{
    x->error_code = "app_service";
    reply_json(x, status, json_pack("{s:i, s:s}", "statusCode", status, "message", text));
}

/* The older version writes when a token ends as a date, and not whose it is. */
static void app_service_answer(struct exchange *x, const char *resource, bool old)
{
    int64_t lifetime_s, now = clock_unix();
    char *token = token_issue(x->sim, resource, &lifetime_s);
    json_t *body = json_pack("{s:s, s:s, s:s}", "access_token", token, "resource", resource,
                             "token_type", "Bearer");
    free(token);
    if (old) {
        char date[TIME_TEXT];
        time_t end = (time_t)(now + lifetime_s);
        struct tm parts;
        strftime(date, sizeof(date), "%m/%d/%Y %I:%M:%S %p +00:00", gmtime_r(&end, &parts));
        json_object_set_new(body, "expires_on", json_string(date));
    } else {
        json_object_set_new(body, "expires_on", number_text(now + lifetime_s));
        json_object_set_new(body, "client_id", json_string(x->sim->client_id));
    }
    reply_json(x, 200, body);
}

void app_service_serve(struct exchange *x)
{
    const char *version = exchange_query(x, "api-version");
    const char *resource = exchange_query(x, "resource");
    bool old = version && strcmp(version, "2017-09-01") == 0;
    const char *secret = old ? x->msi_secret : x->identity_header;
    x->type = "token";
    if (strcmp(x->path, "/msi/token") != 0)
        app_service_refuse(x, 404, "Not found");
    else if (strcmp(x->method, "GET") != 0)
        app_service_refuse(x, 405, "Method not allowed");
    else if (!version || (!old && strcmp(version, "2019-08-01") != 0))
        app_service_refuse(x, 400, "Missing or unsupported api-version");
    else if (!secret || strcmp(secret, x->sim->identity_header) != 0)
        app_service_refuse(x, 401, "The identity header is missing or wrong");
    else if (!resource)
        app_service_refuse(x, 400, "Missing parameter 'resource'");
    else if (!identity_found(x))
        app_service_refuse(x, 400, "No managed identity was found for the given parameters");
    else
        app_service_answer(x, resource, old);
}
