/* Where tokens come from: Entra's token endpoint and the instance metadata service. */
#ifndef AZSIM_LOGIN_H
#define AZSIM_LOGIN_H

#include "front/exchange.h"

void login_serve(struct exchange *x);
void imds_serve(struct exchange *x);

#endif
