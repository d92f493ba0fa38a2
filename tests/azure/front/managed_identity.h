/* The tokens of a managed identity, in both forms: from the metadata service of a virtual machine
 * and from the endpoint that App Service and Functions give their processes. */
#ifndef AZSIM_MANAGED_IDENTITY_H
#define AZSIM_MANAGED_IDENTITY_H

#include "front/exchange.h"

/* GET /metadata/identity/oauth2/token with the header Metadata. */
void imds_token(struct exchange *x);
/* GET /msi/token with the header X-IDENTITY-HEADER, or Secret in version 2017-09-01. */
void app_service_serve(struct exchange *x);

#endif
