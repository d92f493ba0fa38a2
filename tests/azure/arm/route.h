/* The paths of this Azure that are no generic resources: one table of patterns. */
#ifndef AZSIM_ROUTE_H
#define AZSIM_ROUTE_H

#include "front/exchange.h"

typedef void route_fn(struct exchange *x);

enum route_flag {
    NEEDS_GROUP = 1,  /* the resource group must exist */
    NEEDS_SERVER = 2, /* and the server */
    OF_TENANT = 4,    /* no subscription is in the path */
    OPEN_TO_ALL = 8,  /* no token is asked for, and any api-version is looked at by the call */
};

struct route {
    const char *method, *pattern, *type, *versions;
    route_fn *run;
    int flags;
};

/* The row for path and method, its braces in 'x->args'; NULL where there is none, and a row for the
 * path alone in 'other'. */
const struct route *route_find(struct exchange *x, const struct route **other);

#endif
