/* How Entra refuses: AADSTS and a number. */
#ifndef AZSIM_LOGIN_REFUSAL_H
#define AZSIM_LOGIN_REFUSAL_H

#include "front/exchange.h"

/* 'error' is OAuth's word and static; 'number' is Entra's. */
void login_refuse(struct exchange *x, int status, const char *error, int number, const char *text);

#endif
