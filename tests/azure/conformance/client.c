/* libcurl with the addresses of azsim's own hosts file: see client.h. */
#include "conformance/client.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/json.h"

enum { BODY_MAX = 16 << 20, PATIENCE_S = 60 };

struct client {
    CURL *curl;
    struct curl_slist *resolve;
    json_t *facts;
    char *authorization; /* the header */
    int forgotten;
    struct answer answer;
    struct buf body;
};

static size_t client_body(char *data, size_t size, size_t count, void *user)
{
    struct client *client = user;
    buf_add(&client->body, data, size * count);
    return client->body.overflow ? 0 : size * count;
}

static size_t client_header_line(char *data, size_t size, size_t count, void *user)
{
    struct client *client = user;
    char *line = xstrndup(data, size * count), *colon = strchr(line, ':');
    if (colon) {
        *colon = '\0';
        for (char *p = line; *p; p++) *p = (char)tolower((unsigned char)*p);
        char *value = colon + 1 + strspn(colon + 1, " ");
        value[strcspn(value, "\r\n")] = '\0';
        json_object_set_new(client->answer.headers, line, json_string(value));
    }
    free(line);
    return size * count;
}

static void client_reset(struct client *client)
{
    json_decref(client->answer.headers);
    json_decref(client->answer.json);
    client->answer = (struct answer){0, json_object(), NULL};
    buf_reset(&client->body);
}

static void client_perform(struct client *client, const char *method, const char *url,
                           struct curl_slist *headers, const char *body)
{
    CURL *curl = client->curl;
    client_reset(client);
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(method, "HEAD") == 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_CAINFO, json_text_at(client->facts, "caFile"));
    curl_easy_setopt(curl, CURLOPT_RESOLVE, client->resolve);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)PATIENCE_S);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, client_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, client);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, client_header_line);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, client);
    if (body) curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &client->answer.status);
    if (client->body.length)
        client->answer.json =
            json_loadb(client->body.data, client->body.length, JSON_DECODE_ANY, NULL);
}

const struct answer *client_ask(struct client *client, const char *method, const char *target,
                                const json_t *body)
{
    struct curl_slist *headers = NULL;
    if (!client->forgotten) headers = curl_slist_append(headers, client->authorization);
    headers = curl_slist_append(headers, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Expect:");
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    char *url = *target == '/' ? xasprintf("%s%s", json_text_at(client->facts, "arm"), target)
                               : xstrdup(target);
    /* A POST without a body says so. */
    const char *content = text ? text : strcmp(method, "POST") == 0 ? "" : NULL;
    client_perform(client, method, url, headers, content);
    free(url);
    free(text);
    curl_slist_free_all(headers);
    return &client->answer;
}

const char *client_header(const struct client *client, const char *name)
{
    return json_string_value(json_object_get(client->answer.headers, name));
}

/* Every name of the hosts file, for the port of the ARM URL. */
static void client_resolve(struct client *client)
{
    const char *arm = json_text_at(client->facts, "arm"), *port = strrchr(arm, ':') + 1;
    FILE *in = fopen(json_text_at(client->facts, "hostsFile"), "re");
    char line[512], address[64], name[256];
    while (in && fgets(line, sizeof(line), in)) {
        if (sscanf(line, "%63s %255s", address, name) != 2) continue;
        char *entry = xasprintf("%s:%s:%s", name, port, address);
        client->resolve = curl_slist_append(client->resolve, entry);
        free(entry);
    }
    if (in) fclose(in);
}

static int client_login(struct client *client, struct err *err)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Metadata: true");
    char *url = xasprintf("%s/metadata/identity/oauth2/token?api-version=2018-02-01&resource="
                          "https%%3A%%2F%%2Fmanagement.azure.com%%2F",
                          json_text_at(client->facts, "imds"));
    client_perform(client, "GET", url, headers, NULL);
    curl_slist_free_all(headers);
    free(url);
    const char *token = json_text_at(client->answer.json, "access_token");
    if (!token) return err_set(err, ERR_REFUSED, "no token: status %ld", client->answer.status);
    client->authorization = xasprintf("Authorization: Bearer %s", token);
    return 0;
}

struct client *client_open(const char *facts, struct err *err)
{
    json_t *known = json_load_file(facts, 0, NULL);
    if (!known) {
        err_set(err, ERR_CONFIG, "%s cannot be read", facts);
        return NULL;
    }
    struct client *client = xcalloc(1, sizeof(*client));
    client->facts = known;
    client->curl = curl_easy_init();
    client->answer.headers = json_object();
    buf_init(&client->body, BODY_MAX);
    client_resolve(client);
    if (client->curl && client_login(client, err) == 0) return client;
    client_close(client);
    return NULL;
}

void client_close(struct client *client)
{
    if (!client) return;
    curl_easy_cleanup(client->curl);
    curl_slist_free_all(client->resolve);
    json_decref(client->facts);
    json_decref(client->answer.headers);
    json_decref(client->answer.json);
    buf_done(&client->body);
    free(client->authorization);
    free(client);
}

const char *client_subscription(const struct client *client)
{
    return json_text_at(client->facts, "subscriptionId");
}

void client_forget_token(struct client *client, int forget)
{
    client->forgotten = forget;
}
