/* What can be turned on this local Azure: one table of settings with default, unit, range, help and
 * the source of the default. Settable from a file, the command line and /sim/settings. */
#ifndef AZSIM_SETTINGS_H
#define AZSIM_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

#include "base/err.h"

enum setting {
    SET_SERVER_CREATE_MS,
    SET_SERVER_UPDATE_MS,
    SET_SERVER_DELETE_MS,
    SET_POWER_MS,
    SET_FAILOVER_MS,
    SET_CONFIGURATION_MS,
    SET_FIREWALL_RULE_MS,
    SET_SERVER_CHILD_MS,
    SET_DATABASE_MS,
    SET_ADMINISTRATOR_MS,
    SET_BACKUP_MS,
    SET_NETWORK_MS,
    SET_PRIVATE_DNS_MS,
    SET_LATE_FAILURE_MS,
    SET_RETRY_AFTER_S,
    SET_RETRY_AFTER_FORM,
    SET_BUSY_AFTER_MS,
    SET_BUSY_FORM,
    SET_CREATE_GET,
    SET_CREATE_LAG_MS,
    SET_PAGE_SIZE,
    SET_BOOLEAN_FORM,
    SET_LOCATION_FORM,
    SET_ADMINISTRATOR_NAME,
    SET_ADMINISTRATOR_WITHOUT_ENTRA,
    SET_GROUP_DELETE,
    SET_DATABASE_DELETE,
    SET_PRIVATE_DNS_ANSWER,
    SET_ABSENT_SUBNETS,
    SET_LINKED_NETWORK_DELETE,
    SET_LINKED_IDS,
    SET_READ_ONLY_LOCK_POST,
    SET_TOKEN_LIFETIME_S,
    SET_READS_BUCKET,
    SET_READS_PER_S,
    SET_WRITES_BUCKET,
    SET_WRITES_PER_S,
    SET_DELETES_BUCKET,
    SET_DELETES_PER_S,
    SET_RATE_PER_S,
    SET_YOUNG_S,
    SET_FSYNC,
    SET_MAX_CONNECTIONS_CAP,
    SET_N
};

struct settings {
    int64_t value[SET_N]; /* a number, or the index of the word chosen */
};

void settings_init(struct settings *s);
/* Sets one by its name. 'text' is a number or one of the setting's words. Failure: CONFIG. */
int settings_set(struct settings *s, const char *name, const char *text, struct err *err);
/* "key=value", as on the command line. */
int settings_set_pair(struct settings *s, const char *pair, struct err *err);
/* An object of names and values; all or nothing. */
int settings_set_json(struct settings *s, const json_t *object, struct err *err);
int settings_read(struct settings *s, const char *file, struct err *err);

int64_t setting(const struct settings *s, enum setting which);
/* Is the word setting 'which' set to 'word'? */
bool setting_is(const struct settings *s, enum setting which, const char *word);

/* All of them with their words, for /sim/settings. */
json_t *settings_json(const struct settings *s);
void settings_help(FILE *out);

#endif
