/* Firewall rules: kept and answered, not enforced; every client here comes from 127/8. */
#ifndef AZSIM_FIREWALL_RULE_H
#define AZSIM_FIREWALL_RULE_H

#include "front/exchange.h"

void firewall_rule_list(struct exchange *x);
void firewall_rule_get(struct exchange *x);
void firewall_rule_put(struct exchange *x);
void firewall_rule_delete(struct exchange *x);

#endif
