/* Entra's tokens: see login.h. It knows one application with one secret. */
#include "front/login.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/sim.h"
#include "front/clock.h"
#include "front/discovery.h"
#include "front/login_refusal.h"
#include "front/token.h"

/* How a token is asked for: by the path, which says whether a scope or a resource is named. */
struct token_form {
    const char *path; /* behind the authority */
    const char *audience;
    bool numbers_as_text; /* v1 answers every number as a text, and when it ends (service docs) */
};

static const struct token_form token_forms[] = {
    {"/oauth2/v2.0/token", "scope", false},
    {"/oauth2/token", "resource", true},
};

/* AD FS has no tenant and no versions; MSAL asks it for scopes (AzureAD/MSAL, authority.py). */
static const struct token_form adfs_form = {"/oauth2/token", "scope", false};

/* The path behind the authority, which is the first segment; "" where there is none. */
static const char *login_authority(struct exchange *x, const char **rest)
{
    size_t length = strcspn(x->path + 1, "/");
    *rest = x->path + 1 + length;
    return arena_strndup(x->arena, x->path + 1, length);
}

static const struct token_form *login_form(const char *authority, const char *rest)
{
    if (authority_is_adfs(authority))
        return strcasecmp(rest, adfs_form.path) == 0 ? &adfs_form : NULL;
    for (size_t i = 0; i < sizeof(token_forms) / sizeof(token_forms[0]); i++) {
        if (strcasecmp(rest, token_forms[i].path) == 0) return &token_forms[i];
    }
    return NULL;
}

static bool audience_right(const struct token_form *form, const char *audience)
{
    if (!audience || !*audience) return false;
    return strcmp(form->audience, "resource") == 0 || strstr(audience, "/.default");
}

/* Answers a refusal and returns false, or returns true. */
static bool login_check(struct exchange *x, const char *authority, const struct token_form *form,
                        const char *audience)
{
    const struct sim *sim = x->sim;
    const char *body = buf_text(&x->body);
    const char *grant = form_value(x->arena, body, "grant_type");
    const char *client = form_value(x->arena, body, "client_id");
    const char *secret = form_value(x->arena, body, "client_secret");
    if (!authority_is_adfs(authority) && !authority_is_tenant(sim, authority))
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
    else if (audience_right(form, audience))
        return true;
    else if (strcmp(form->audience, "scope") == 0)
        login_refuse(x, 400, "invalid_scope", 70011,
                     "The provided value for the input parameter "
                     "'scope' is not valid.");
    else
        login_refuse(x, 400, "invalid_resource", 500011,
                     "The resource principal was not found in the tenant.");
    return false;
}

static json_t *token_number(const struct token_form *form, int64_t number)
{
    char text[24];
    if (!form->numbers_as_text) return json_integer((json_int_t)number);
    snprintf(text, sizeof(text), "%" PRId64, number);
    return json_string(text);
}

static void login_token(struct exchange *x, const char *authority, const struct token_form *form)
{
    const char *audience = form_value(x->arena, buf_text(&x->body), form->audience);
    if (!login_check(x, authority, form, audience)) return;
    int64_t lifetime_s, now = clock_unix();
    char *token = token_issue(x->sim, audience, &lifetime_s);
    json_t *body = json_pack("{s:s, s:o, s:o, s:s}", "token_type", "Bearer", "expires_in",
                             token_number(form, lifetime_s), "ext_expires_in",
                             token_number(form, lifetime_s), "access_token", token);
    free(token);
    if (form->numbers_as_text) {
        json_object_set_new(body, "expires_on", token_number(form, now + lifetime_s));
        json_object_set_new(body, "not_before", token_number(form, now - 300));
        json_object_set_new(body, "resource", json_string(audience));
    }
    reply_header(x, "Cache-Control", "no-store, no-cache");
    reply_json(x, 200, body);
}

void login_serve(struct exchange *x)
{
    const char *rest, *authority = login_authority(x, &rest);
    const struct token_form *form = login_form(authority, rest);
    bool get = strcmp(x->method, "GET") == 0;
    x->type = form ? "token" : "discovery";
    if (form && strcmp(x->method, "POST") == 0)
        login_token(x, authority, form);
    else if (form)
        reply_text(x, 405, "");
    else if (!get || !discovery_serve(x, authority, rest))
        reply_text(x, 404, "");
}
