/* What the administrator may be called and use as a password: see admin_login.h. */
#include "postgres/admin_login.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

enum { LOGIN_MAX = 63, PASSWORD_MIN = 8, PASSWORD_MAX = 128 };

/* Three of lower, upper, digit, other; 8 to 128 characters (the service's documentation). */
bool admin_password_valid(const char *password)
{
    bool lower = false, upper = false, digit = false, other = false;
    size_t length = strlen(password);
    for (const char *p = password; *p; p++) {
        if (islower((unsigned char)*p))
            lower = true;
        else if (isupper((unsigned char)*p))
            upper = true;
        else if (isdigit((unsigned char)*p))
            digit = true;
        else
            other = true;
    }
    return length >= PASSWORD_MIN && length <= PASSWORD_MAX && lower + upper + digit + other >= 3;
}

bool admin_login_valid(const char *login)
{
    static const char *const reserved[] = {"azure_superuser", "azuresu",       "azure_pg_admin",
                                           "admin",           "administrator", "root",
                                           "guest",           "public"};
    if (!*login || strlen(login) > LOGIN_MAX || strncasecmp(login, "pg_", 3) == 0) return false;
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (strcasecmp(login, reserved[i]) == 0) return false;
    }
    return true;
}
