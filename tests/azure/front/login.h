/* Entra: its token endpoints, v1 and v2, and those of an AD FS, and what is asked before. */
#ifndef AZSIM_LOGIN_H
#define AZSIM_LOGIN_H

#include "front/exchange.h"

void login_serve(struct exchange *x);

#endif
