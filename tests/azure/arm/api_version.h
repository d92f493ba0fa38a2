/* The api-versions that are offered, and what is said to another one. */
#ifndef AZSIM_API_VERSION_H
#define AZSIM_API_VERSION_H

#include <stdbool.h>

#include "front/exchange.h"

/* The stable versions of Microsoft.DBforPostgreSQL with flexible servers, by the first that has the
 * type (sources: the provider's directories in azure-rest-api-specs and bicep-types-az). Previews
 * between them are not offered. */
#define PG_SINCE_2024 "2025-08-01, 2024-08-01"
#define PG_SINCE_2022 PG_SINCE_2024 ", 2022-12-01"
#define PG_SINCE_2021 PG_SINCE_2022 ", 2021-06-01"
#define NETWORK_VERSIONS "2024-03-01"
#define PRIVATE_DNS_VERSIONS "2024-06-01"
#define GROUP_VERSIONS "2024-11-01, 2024-07-01, 2021-04-01"
#define SUBSCRIPTION_VERSIONS "2022-12-01, 2021-01-01, 2019-11-01"

/* Is the version that 'x' asks for one of 'versions' ("2025-08-01, 2024-08-01")? Otherwise it
 * answers as ARM does. 'type' is without its provider: "flexibleServers/databases". */
bool api_version_right(struct exchange *x, const char *type, const char *versions);
/* The version that 'x' asks for, of a request whose version is right. */
const char *api_version(const struct exchange *x);
/* Does 'x' ask in the version 'since' or a later one? */
bool api_version_since(const struct exchange *x, const char *since);

#endif
