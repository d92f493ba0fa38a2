/* What Azure adds to PostgreSQL's parameters or changes about them, with the source of each row. */
#ifndef AZSIM_PARAMETER_AZURE_H
#define AZSIM_PARAMETER_AZURE_H

#include <stddef.h>

#include "postgres/parameter.h"

enum azure_flag {
    AZURE_STATIC = 1,    /* needs a restart */
    AZURE_READ_ONLY = 2, /* can be seen, not set */
    AZURE_STORED = 4,    /* a parameter of PostgreSQL that the small real cluster does not get */
    AZURE_HBA = 8,
};

/* For a parameter that PostgreSQL has, 'kind', 'allowed' and 'description' are not used and
 * 'fallback' may be NULL: PostgreSQL's. */
struct azure_parameter {
    const char *name;
    enum parameter_kind kind;
    int flags;
    const char *fallback, *allowed, *description;
};

const struct azure_parameter *azure_parameter_at(size_t i);
const struct azure_parameter *azure_parameter_find(const char *name);

#endif
