/* The SQL half of a document: roles, databases and privileges of one server, as lib/pg wants them.
 */
#ifndef CONFIG_DOCUMENT_SQL_H
#define CONFIG_DOCUMENT_SQL_H

#include "base/problem.h"
#include "config/desired.h"

/* Does the item say mode: observe? */
bool document_observes(const json_t *item);

/* Every role, database and privilege must belong to a declared server: nothing declared may go
 * unheeded. */
void document_check_servers(struct document *d, struct problems *problems);

/* Finds the secret that the reference at 'path' of the document means; NULL with a problem added,
 * or without one where secrets are left alone. */
struct secret *document_secret(struct document *d, const json_t *reference, const char *path,
                               enum settings_secrets how, struct problems *problems);

/* Fills in target->sql and its schema files from the document's lists. 'only' says that the
 * document has no other server, so that items need not name theirs. */
void document_sql(struct document *d, struct target *target, bool only, enum settings_secrets how,
                  struct problems *problems);

#endif
