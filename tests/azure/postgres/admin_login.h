/* What a server's administrator may be called and use as a password (the service's documentation).
 */
#ifndef AZSIM_ADMIN_LOGIN_H
#define AZSIM_ADMIN_LOGIN_H

#include <stdbool.h>

bool admin_login_valid(const char *login);
bool admin_password_valid(const char *password);

#endif
