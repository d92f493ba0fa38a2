/* A table with a row of every kind and flag, for the tests of the field engines. Not for use
 * elsewhere: it is a made-up resource. */
#ifndef UNIT_BASE_FIELD_FIXTURE_H
#define UNIT_BASE_FIELD_FIXTURE_H

#include <string.h>

#include "field/field.h"

static const char *const fixture_modes[] = {"Disabled", "SameZone", "ZoneRedundant", NULL};
static const char *const fixture_sizes[] = {"32", "64", "128", NULL};
static const char *const fixture_days[] = {"Mon", "Tue", "Sun", NULL};

static const struct field fixture_rules[] = {
    {.path = "name", .kind = FIELD_NAME, .flags = FIELD_KEY | FIELD_REQUIRED | FIELD_NOCASE},
    {.path = "startIpAddress", .kind = FIELD_IPV4, .flags = FIELD_REQUIRED},
    {.path = "endIpAddress", .kind = FIELD_IPV4},
    {0},
};

static const struct field fixture_steps[] = {
    {.path = "at", .kind = FIELD_TIME_OF_DAY},
    {.path = "wait", .kind = FIELD_DURATION},
    {0},
};

static const struct field fixture_includes[] = {
    {.path = "includes", .kind = FIELD_SET, .flags = FIELD_REQUIRED},
    {0},
};

static const struct field fixture_window[] = {
    {.path = "start", .kind = FIELD_TIME_OF_DAY, .flags = FIELD_REQUIRED},
    {.path = "timeZone", .kind = FIELD_TIMEZONE},
    {.path = "days", .kind = FIELD_SET, .choices = fixture_days},
    {0},
};

static const struct field fixture[] = {
    {.path = "name",
     .kind = FIELD_NAME,
     .flags = FIELD_KEY | FIELD_REQUIRED,
     .pattern = "^[a-z][a-z0-9-]*$",
     .form = "lower-case letters, digits and hyphens",
     .help = "Its name."},
    {.path = "location", .kind = FIELD_LOCATION, .flags = FIELD_CREATE_ONLY},
    {.path = "tags", .kind = FIELD_MAP, .flags = FIELD_WHOLE_OBJECT},
    {.path = "sku.name", .kind = FIELD_STRING, .flags = FIELD_NOCASE | FIELD_DISRUPTIVE},
    {.path = "properties.version", .kind = FIELD_STRING},
    {.path = "properties.state", .kind = FIELD_STRING, .flags = FIELD_READ_ONLY},
    {.path = "properties.createMode", .kind = FIELD_STRING, .flags = FIELD_WRITE_ONLY},
    {.path = "properties.administratorLoginPassword", .kind = FIELD_STRING, .flags = FIELD_SECRET},
    {.path = "properties.storage.storageSizeGB",
     .kind = FIELD_INT,
     .flags = FIELD_AT_LEAST,
     .choices = fixture_sizes,
     .unit = "GiB"},
    {.path = "properties.storage.type",
     .kind = FIELD_STRING,
     .flags = FIELD_CREATE_ONLY,
     .fallback = "Premium_LRS"},
    {.path = "properties.backup.backupRetentionDays",
     .kind = FIELD_INT,
     .min = 7,
     .max = 35,
     .fallback = "7",
     .unit = "days",
     .help = "How long backups are kept.",
     .source = "the swagger"},
    {.path = "properties.highAvailability.mode", .kind = FIELD_ENUM, .choices = fixture_modes},
    {.path = "properties.maintenanceWindow",
     .kind = FIELD_OBJECT,
     .flags = FIELD_WHOLE_OBJECT | FIELD_NOT_AT_CREATE,
     .help = "When."},
    {.path = "properties.maintenanceWindow.dayOfWeek",
     .kind = FIELD_INT,
     .flags = FIELD_NOT_AT_CREATE,
     .min = 0,
     .max = 6},
    {.path = "properties.maintenanceWindow.startHour",
     .kind = FIELD_INT,
     .flags = FIELD_NOT_AT_CREATE,
     .min = 0,
     .max = 23},
    {.path = "properties.subnetId", .kind = FIELD_ARM_ID},
    {.path = "properties.enabled", .kind = FIELD_BOOL, .fallback = "false"},
    {.path = "properties.window", .kind = FIELD_OBJECT, .fields = fixture_window},
    {.path = "rules", .kind = FIELD_LIST, .fields = fixture_rules},
    {.path = "steps", .kind = FIELD_LIST, .fields = fixture_steps},
    {.path = "extensions", .kind = FIELD_SET, .flags = FIELD_AT_LEAST | FIELD_NOCASE},
    {.path = "members", .kind = FIELD_SET},
    {.path = "parameters", .kind = FIELD_MAP, .fields = fixture_includes},
    {.path = "frequency", .kind = FIELD_DURATION},
    {.path = "anything", .kind = FIELD_ANY},
    {.path = "note", .kind = FIELD_STRING, .flags = FIELD_LOCAL, .max = 10, .fallback = ""},
    {0},
};

/* Documents in tests are written with ' for ". */
static inline json_t *fixture_json(const char *text)
{
    char copy[4096];
    size_t length = strlen(text);
    if (length >= sizeof(copy)) return NULL;
    for (size_t i = 0; i <= length; i++) copy[i] = text[i] == '\'' ? '"' : text[i];
    return json_loads(copy, JSON_DECODE_ANY, NULL);
}

#endif
