/* The generic resources of this Azure: a type is one table row and a file of its own for what is
 * special about it. Everything else - paths, validation, conditions, operations, lists, saving - is
 * common to all (resource.h). */
#ifndef AZSIM_RESOURCE_TYPE_H
#define AZSIM_RESOURCE_TYPE_H

#include <jansson.h>

#include "arm/member.h"
#include "arm/refusal.h"
#include "control/sim.h"
#include "front/exchange.h"

enum resource_flag {
    RESOURCE_TRACKED = 1,     /* has location and tags, is in the lists of resources */
    RESOURCE_GLOBAL = 2,      /* its location is "global" and nothing else */
    RESOURCE_EXTENSION = 4,   /* of a subscription, a group or any resource */
    RESOURCE_PATCH_TAGS = 8,  /* PATCH changes tags, at once */
    RESOURCE_PATCH_MERGE = 16 /* PATCH is a merge patch of members_patch */
};

/* When a write is done. */
enum resource_settle {
    SETTLE_AT_ONCE,      /* 200 or 201, done */
    SETTLE_PROVISIONING, /* 200 or 201 with provisioningState Updating, and an operation's URL */
    SETTLE_ACCEPTED,     /* 202 and an operation; nothing is there before it ends */
};

/* A write about to be stored. */
struct resource_change {
    struct exchange *x;
    json_t *doc;       /* as it will be */
    const json_t *old; /* as it is, NULL at creation */
    json_t *embedded;  /* the children that will be below it, as a list; NULL where it has none */
};

struct resource_type {
    const char *type; /* with its provider: "Microsoft.Network/virtualNetworks/subnets" */
    const char *versions;
    unsigned flags;
    enum resource_settle settle;
    const struct member *members, *members_patch;
    enum setting duration;        /* of its operations; not for SETTLE_AT_ONCE */
    const char *etag;             /* "weak" (W/"guid") or "plain"; NULL: none of its own */
    const char *embedded;         /* where the parent's body lists these: "properties.subnets" */
    const char *embedding;        /* the type of the children that are listed in its body */
    enum setting absent_embedded; /* what a PUT without that list does to the children */
    /* The paths of an operation below the arguments subscription, group or location, and id. */
    const char *monitor, *result;

    bool (*name_valid)(const char *name);
    /* Fills defaults in; 'old' as above. */
    void (*fill)(struct sim *sim, json_t *doc, const json_t *old);
    /* May refuse what is well-formed. */
    int (*check)(struct resource_change *change, struct refusal *refusal);
    /* Adds what a read shows beside what is stored. */
    void (*view)(const struct sim *sim, json_t *doc);
    /* May refuse the deletion. */
    int (*drop)(struct exchange *x, const json_t *doc, struct refusal *refusal);
};

/* By its whole name, letters without case; NULL for a type that is not generic. */
const struct resource_type *resource_type_find(const char *type);
/* One after the other; NULL after the last. */
const struct resource_type *resource_type_at(size_t i);

extern const struct resource_type virtual_network_type, subnet_type;
extern const struct resource_type private_dns_zone_type, private_dns_link_type;
extern const struct resource_type management_lock_type;

#endif
