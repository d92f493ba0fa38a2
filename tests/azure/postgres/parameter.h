/* The server parameters: what pg_settings of the template says, merged with what only Azure has or
 * does differently. Fixed after start. */
#ifndef AZSIM_PARAMETER_H
#define AZSIM_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/err.h"
#include "postgres/sku.h"

struct sim;
struct parameters;

enum parameter_kind { KIND_BOOLEAN, KIND_INTEGER, KIND_NUMERIC, KIND_ENUM, KIND_SET, KIND_STRING };

enum parameter_reach {
    REACH_STORED, /* Azure's own, or too big for a test machine: only remembered */
    REACH_REAL,   /* the real cluster gets it */
    REACH_HBA,    /* require_secure_transport: pg_hba.conf */
};

struct parameter {
    const char *name, *unit, *fallback, *allowed, *description, *link;
    enum parameter_kind kind;
    enum parameter_reach reach;
    bool dynamic, read_only;
    bool azure_default; /* 'fallback' is Azure's, not PostgreSQL's: goes into postgresql.conf */
    double min, max;
};

/* From the rows of pg_settings (template_settings()); NULL with 'err'. */
struct parameters *parameters_new(const json_t *rows, struct err *err);
void parameters_free(struct parameters *p);
size_t parameters_count(const struct parameters *p);
/* In the order of lists: by name. */
const struct parameter *parameters_at(const struct parameters *p, size_t i);
/* Names have no case. NULL where there is none. */
const struct parameter *parameters_find(const struct parameters *p, const char *name);

/* The default on a server created with 'sku' (may be NULL); 'number' is room for a computed one. */
const char *parameter_default(const struct parameter *p, const struct sku *sku, char number[32]);
/* May it have this value? */
bool parameter_accepts(const struct parameter *p, const char *value);
/* Adds 'value' as ALTER SYSTEM wants it, made smaller where the test machine needs that. */
void parameter_sql(const struct parameter *p, const struct sim *sim, const char *value,
                   struct buf *b);
/* "Boolean", "Integer", ... */
const char *parameter_type(const struct parameter *p);

/* The lines of postgresql.conf that make the real cluster's defaults Azure's. */
void parameters_conf(const struct parameters *p, struct buf *b);

#endif
