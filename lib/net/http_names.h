/* Which addresses libcurl has been told for which names. It keeps them, for all transfers of a
 * multi handle, until it is told others: so telling it again and again can be saved. */
#ifndef NET_HTTP_NAMES_H
#define NET_HTTP_NAMES_H

#include <stdbool.h>

struct http_names;
struct http_names *http_names_new(void);
void http_names_free(struct http_names *n);

/* Does libcurl know 'entry' ("name:port:addresses"), and nothing newer for its name and port? If
 * not, the caller is going to tell it. */
bool http_names_known(struct http_names *n, const char *entry);
/* A transfer that told 'entry' has ended: unless another one told something newer, it is known. */
void http_names_told(struct http_names *n, const char *entry);

#endif
