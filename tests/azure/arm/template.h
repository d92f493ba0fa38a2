/* The data directory every new cluster is a copy of: initdb is run once, and what Azure adds to a
 * cluster (azure_pg_admin, azure_sys, azure_maintenance, the owner of schema public) is put in
 * then. It also knows which parameters this PostgreSQL has. */
#ifndef AZSIM_TEMPLATE_H
#define AZSIM_TEMPLATE_H

#include <jansson.h>

#include "base/err.h"
#include "control/sim.h"

/* Finds PostgreSQL's programs and the user to run them; makes the template where it is missing. */
int template_prepare(struct sim *sim, struct err *err);
/* The rows of pg_settings, an array of objects; NULL with 'err'. */
json_t *template_settings(const struct sim *sim, struct err *err);
/* "15" and "20" of 15.20, from the rows of pg_settings. */
int template_major(const json_t *settings);
const char *template_minor(const json_t *settings, char out[16]);

#endif
