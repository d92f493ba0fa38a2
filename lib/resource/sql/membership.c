/* Memberships of declared roles in other roles. They are declared with the member. */
#include "resource/resource.h"

/* Declared as roles[].memberOf, so there is nothing to say of its own. */
const struct field membership_fields[] = {{0}};

const struct resource resource_membership = {
    .name = "membership",
    .summary = "The membership of a role in another",
    .key = "memberOf",
    .read = RESOURCE_READ_SQL,
    .write = RESOURCE_WRITE_SQL,
    .catalog = RESOURCE_CLUSTER,
    .fields = membership_fields,
    .pg_changes = 1U << PG_CHANGE_OWN_MEMBERSHIP | 1U << PG_CHANGE_UNDECLARED_MEMBERSHIP |
                  1U << PG_CHANGE_MEMBERSHIP_GRANT | 1U << PG_CHANGE_MEMBERSHIP_REVOKE,
};
