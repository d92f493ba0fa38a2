/* Management locks on a group or any root in it: an extension. A lock that is declared keeps people
 * from deleting or changing things; it is no lock of ours against ourselves: a ReadOnly lock stops
 * our own writes too, and they are then reported as denied. */
#include "resource/compare.h"
#include "resource/resource.h"

#define SWAGGER "Microsoft.Authorization locks 2020-05-01 swagger"

static const char *const levels[] = {"CanNotDelete", "ReadOnly", NULL};

const struct field management_lock_fields[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .min = 1,
     .max = 260,
     .pattern = "^[^<>%&:?/]*[^<>%&:?/. ]$",
     .form = "no <, >, %, &, :, ?, / and not ending with a dot or a blank",
     .help = "Name of the lock.",
     .source = SWAGGER ": lockName cannot contain <, > %, &, :, \\, ?, / or control characters"},
    {.path = "properties.level",
     .kind = FIELD_ENUM,
     .flags = FIELD_REQUIRED,
     .choices = levels,
     .help = "CanNotDelete: it can be changed, not deleted; ReadOnly: neither.",
     .source = SWAGGER},
    {.path = "properties.notes",
     .kind = FIELD_STRING,
     .max = 512,
     .help = "Why it is there.",
     .source = SWAGGER ": at most 512 characters"},
    COMPARE_MODE_ROW,
    {0},
};

/* The locks of a scope are listed with those that it inherits. */
static const struct arm_shape management_lock_shape = {
    .type = "Microsoft.Authorization/locks",
    .members = (const struct arm_member[]){{"properties.level", ARM_TEXT}, {0}},
    .flags = ARM_IDS_ELSEWHERE,
};

const struct resource resource_management_lock = {
    .name = "management_lock",
    .summary = "Locks that keep people from deleting or changing it",
    .key = "locks",
    .parent = &resource_any,
    .arm_type = "Microsoft.Authorization/locks",
    .api_version = "2020-05-01",
    .shape = &management_lock_shape,
    .read = RESOURCE_READ_LIST,
    .write = RESOURCE_WRITE_PUT,
    .fields = management_lock_fields,
};
