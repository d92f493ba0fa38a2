/* One item of a document's "privileges" as lib/pg wants it. */
#ifndef CONFIG_DOCUMENT_PRIVILEGES_H
#define CONFIG_DOCUMENT_PRIVILEGES_H

#include <jansson.h>

#include "base/mem.h"
#include "pg/want.h"

/* 'item' has been checked by its rows and outlives the result, which lives in 'arena'. */
void document_privileges(struct arena *arena, const json_t *item, struct pg_want_grant *out);

#endif
