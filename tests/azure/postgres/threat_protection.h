/* Microsoft.DBforPostgreSQL/flexibleServers/advancedThreatProtectionSettings: one per server. */
#ifndef AZSIM_THREAT_PROTECTION_H
#define AZSIM_THREAT_PROTECTION_H

#include "front/exchange.h"

/* ARM's calls. */
void threat_protection_serve(struct exchange *x);

#endif
