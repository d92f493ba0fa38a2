/* Where a URL leads: scheme, host and port, as libcurl reads them, which is what counts. */
#ifndef NET_HTTP_ORIGIN_H
#define NET_HTTP_ORIGIN_H

#include <stdbool.h>

enum { HTTP_HOST = 256, HTTP_PORT = 8 };

struct http_origin {
    char host[HTTP_HOST]; /* without brackets */
    char port[HTTP_PORT];
    bool secure;
};

/* The origins that were asked for last: most calls go where the one before went, and what stands
 * before the path says all. */
struct http_origins;
struct http_origins *http_origins_new(void);
void http_origins_free(struct http_origins *o);

/* The origin of 'url'; NULL where it is no address of HTTP. Lives until the next call. */
const struct http_origin *http_origin_of(struct http_origins *o, const char *url);

/* Does 'list' ("a.test,.internal,*"; NULL: nothing) name 'host'? An entry stands for itself and all
 * below it. */
bool http_origin_is_listed(const char *list, const char *host);

#endif
