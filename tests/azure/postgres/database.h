/* Databases of a server: real ones where a real cluster runs, so what SQL makes ARM shows too. */
#ifndef AZSIM_DATABASE_H
#define AZSIM_DATABASE_H

#include "front/exchange.h"

void database_list(struct exchange *x);
void database_get(struct exchange *x);
void database_put(struct exchange *x);
void database_delete(struct exchange *x);

#endif
