/* The SQL half of a document: roles, databases and privileges of one server, as lib/pg wants them.
 */
#ifndef CONFIG_DOCUMENT_SQL_H
#define CONFIG_DOCUMENT_SQL_H

#include "base/problem.h"
#include "config/desired.h"

/* Does the item say mode: observe? */
bool document_observes(const json_t *item);

/* Checks what the document's parts say about each other (relation.h), and sorts them by server:
 * once, before document_sql(). Nothing declared may go unheeded. */
void document_check_servers(struct document *d, struct problems *problems);

/* Finds the secret that the reference at 'path' of the document means; NULL with a problem added,
 * or without one where secrets are left alone. */
struct secret *document_secret(struct document *d, const json_t *reference, const char *path,
                               enum settings_secrets how, struct problems *problems);

/* Fills in target->sql and its schema files from the document's lists. */
void document_sql(struct document *d, struct target *target, enum settings_secrets how,
                  struct problems *problems);

#endif
