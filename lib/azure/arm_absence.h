/* Is a resource really absent? One 404 says nothing: this flow asks everybody who could know better
 * and believes in the absence only where all agree. It reads and asks, and writes nothing. One flow
 * is one look; whoever creates something that costs money repeats it over minutes.
 *
 * Use: as the operations of op.h. */
#ifndef AZURE_ARM_ABSENCE_H
#define AZURE_ARM_ABSENCE_H

#include "azure/op.h"

/* A collection below the resource that answers only where the resource is there. */
struct arm_child_collection {
    const char *segment; /* "configurations"; NULL ends an array of them */
    const char *api_version;
};

/* Who knows all names of a type, also those of other subscriptions (source: the specification of
 * checkNameAvailability). */
struct arm_name_check {
    const char *path; /* "/subscriptions/S/providers/Microsoft.DBforPostgreSQL", or with
                         "/locations/L" */
    const char *api_version;
    const char *type; /* "Microsoft.DBforPostgreSQL/flexibleServers" */
};

/* Who is asked about what. Everything is borrowed for as long as the flow runs. */
struct arm_absence_question {
    const char *id; /* its own 404 must speak of itself */
    const char *api_version;
    const struct arm_shape *shape; /* of it, and of the items of its collection; NULL: any */
    const char *parent_id;         /* must be there, and whole; NULL: nobody is asked */
    const char *parent_api_version;
    const struct arm_shape *parent_shape;
    const char *collection_id; /* the parent's list, complete and without it; NULL: nobody */
    const char *collection_api_version;
    const struct arm_child_collection *children; /* none of them answers; NULL: none */
    const struct arm_name_check *name_check;     /* its name is free; NULL: nobody is asked */
};

struct arm_absence {
    struct flow flow;
    struct arm_op op;
    void *owner;
    struct arm_absence_question question;
    /* Result. ABSENT: all agree; PRESENT: it is there, and 'self.body' is it. Everything else fails
     * the flow and is UNKNOWN: the error says which piece of evidence is missing (its kind is that
     * of the failure) or contradicts (CONFLICT); REFUSED where no server may have this name. */
    enum arm_presence presence;
    /* Inside: */
    struct arm_get self;
    struct arm_get parent;
    struct arm_list list;
    struct err evidence_err; /* of the piece that is being asked for */
    unsigned asked;          /* pieces begun, 1 << row */
    unsigned answered;
    size_t child;
    char *body; /* of the question about the name */
};

extern const struct flow_row arm_absence_rows[];

void arm_absence_init(struct arm_absence *a, const struct azure *az,
                      const struct arm_absence_question *question);
void arm_absence_done(struct arm_absence *a);

/* HTTP calls that this look has made so far, those of the flows inside included. */
unsigned arm_absence_calls(const struct arm_absence *a);

#endif
