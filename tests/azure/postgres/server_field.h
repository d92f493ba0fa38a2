/* The property matrix of flexibleServers: what can be given at creation, what can be changed later,
 * what each value may be, and what a change costs. */
#ifndef AZSIM_SERVER_FIELD_H
#define AZSIM_SERVER_FIELD_H

#include <stdbool.h>

#include <jansson.h>

#include "arm/refusal.h"

/* The document of a young server, every default in its place, in the order that ARM answers. */
json_t *server_document(const char *id, const char *name, const char *location);

/* Puts the properties in 'body' into 'doc'. 'create': of a PUT; otherwise of a PATCH. Sets
 * '*restart' where PostgreSQL restarts for it. 0, or -1 with 'refusal' ('doc' is then
 * half-changed). */
int server_apply(json_t *doc, const json_t *body, bool create, bool *restart,
                 struct refusal *refusal);

/* Major versions that can be created; the only one when real clusters run. 0: any that Azure has.
 */
void server_field_version(int installed_major);

#endif
