/* Where a URL leads: see http_origin.h. */
#include "net/http_origin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <curl/curl.h>

#include "base/mem.h"

enum { ORIGINS_KEPT = 8, ORIGIN_TEXT = 320 };

struct http_origins {
    struct {
        char text[ORIGIN_TEXT]; /* "https://host:port", as it stands in URLs; "": free */
        struct http_origin origin;
    } kept[ORIGINS_KEPT];
    size_t next;              /* to be given up */
    struct http_origin other; /* of a URL whose head is too long to be kept */
};

struct http_origins *http_origins_new(void)
{
    return xcalloc(1, sizeof(struct http_origins));
}

void http_origins_free(struct http_origins *o)
{
    free(o);
}

/* What stands before path, query and fragment; 0 where that cannot be told at a glance. Nothing
 * that follows changes what it says (RFC 3986, 3.2). */
static size_t origin_head_length(const char *url)
{
    const char *authority = strstr(url, "://");
    if (!authority) return 0;
    authority += 3;
    size_t length = (size_t)(authority - url) + strcspn(authority, "/?#\\");
    return url[length] == '\\' || length >= ORIGIN_TEXT ? 0 : length;
}

static bool origin_copy(char *out, size_t room, const char *text, size_t length)
{
    if (length >= room) return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

static bool origin_fill(struct http_origin *out, const char *scheme, const char *host,
                        const char *port)
{
    size_t length = strlen(host);
    bool bracketed = *host == '[' && length > 1;
    out->secure = strcmp(scheme, "https") == 0;
    return (out->secure || strcmp(scheme, "http") == 0) &&
           origin_copy(out->host, HTTP_HOST, host + bracketed, length - (bracketed ? 2 : 0)) &&
           origin_copy(out->port, HTTP_PORT, port, strlen(port));
}

static bool origin_parse(const char *url, struct http_origin *out)
{
    CURLU *u = curl_url();
    if (!u) abort();
    char *scheme = NULL, *host = NULL, *port = NULL;
    bool good = curl_url_set(u, CURLUPART_URL, url, CURLU_PATH_AS_IS) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
                origin_fill(out, scheme, host, port);
    curl_free(scheme);
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(u);
    return good;
}

const struct http_origin *http_origin_of(struct http_origins *o, const char *url)
{
    size_t length = origin_head_length(url);
    for (size_t i = 0; length > 0 && i < ORIGINS_KEPT; i++)
        if (strncmp(o->kept[i].text, url, length) == 0 && !o->kept[i].text[length])
            return &o->kept[i].origin;
    if (!origin_parse(url, &o->other)) return NULL;
    if (length == 0) return &o->other;
    size_t place = o->next;
    o->next = (o->next + 1) % ORIGINS_KEPT;
    origin_copy(o->kept[place].text, ORIGIN_TEXT, url, length);
    o->kept[place].origin = o->other;
    return &o->kept[place].origin;
}

bool http_origin_is_listed(const char *list, const char *host)
{
    size_t host_length = strlen(host);
    while (list && *list) {
        size_t length = strcspn(list, ", ");
        const char *entry = list;
        list += length + (list[length] != '\0');
        if (length == 1 && *entry == '*') return true;
        if (length > 0 && *entry == '.') entry++, length--;
        if (length == 0 || length > host_length) continue;
        const char *tail = host + (host_length - length);
        if (strncasecmp(tail, entry, length) != 0) continue;
        if (tail == host || tail[-1] == '.') return true;
    }
    return false;
}
