/* The rows of a desired document: see desired.h. The items of the lists are the resource types'. */
#include "config/desired.h"
#include <pthread.h>

#include "base/must.h"
#include "resource/compare.h"
#include "resource/resource.h"

static const char *const sql_words[] = {"ignore", "report", "remove", NULL};
/* "delete" is the older word for remove. */
static const char *const removable_words[] = {"ignore", "report", "remove", "delete", NULL};
static const char *const undeclared_words[] = {"ignore", "report", NULL};
static const char *const schema_versions[] = {"1", NULL};

static const struct field base_fields[] = {
    {.path = "schemaVersion",
     .kind = FIELD_INT,
     .flags = FIELD_REQUIRED,
     .choices = schema_versions,
     .help = "Version of this format."},
    {.path = "metadata.name",
     .kind = FIELD_NAME,
     .flags = FIELD_REQUIRED,
     .help = "Name of the document, in every record about it."},
    {.path = "metadata.service", .kind = FIELD_STRING, .help = "For people."},
    {.path = "metadata.environment", .kind = FIELD_STRING, .help = "For people."},
    {.path = "metadata.planDate", .kind = FIELD_STRING, .help = "For people."},
    {.path = "policy.mode",
     .kind = FIELD_ENUM,
     .choices = compare_modes,
     .fallback = "observe",
     .help = "observe: report drift and write nothing; enforce: correct it."},
    {.path = "policy.allowCreate",
     .kind = FIELD_BOOL,
     .fallback = "false",
     .help = "Whether servers, groups, databases, roles and schema files may be made."},
    {.path = "policy.allowDisruptive",
     .kind = FIELD_BOOL,
     .fallback = "false",
     .help = "Whether writes that interrupt connections may be sent."},
    {.path = "policy.limits.deletions",
     .kind = FIELD_INT,
     .min = 0,
     .max = 1000,
     .fallback = "5",
     .unit = "deletions",
     .help = "A plan with more deletions than this carries out none of them."},
    {.path = "azure.subscriptionId",
     .kind = FIELD_STRING,
     .flags = FIELD_REQUIRED,
     .min = 1,
     .max = 64,
     .help = "Azure subscription."},
    {.path = "azure.tenantId", .kind = FIELD_STRING, .help = "Entra tenant."},
    {0},
};

#define UNDECLARED_ROW(name, key, sentence)                                                        \
    {.path = "policy.undeclared." key,                                                             \
     .kind = FIELD_ENUM,                                                                           \
     .choices = sql_words,                                                                         \
     .fallback = "report",                                                                         \
     .help = "What happens to " sentence "; what cannot be revoked is only reported."},

/* What is inside PostgreSQL. */
static const struct field sql_fields[] = {
    PG_UNDECLARED_KINDS(UNDECLARED_ROW){
        .path = "externalRoles",
        .kind = FIELD_SET,
        .help =
            "Roles that somebody else makes, so that they may be named here; nothing is done to "
            "them."},
    {.path = "roles", .kind = FIELD_LIST, .fields = role_fields, .help = "Roles."},
    {.path = "databases", .kind = FIELD_LIST, .fields = database_fields, .help = "Databases."},
    {.path = "privileges",
     .kind = FIELD_LIST,
     .fields = privilege_fields,
     .help = "What each grantee may do in each database."},
    {0},
};

static struct field desired_table[96];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* policy.undeclared.LIST of a collection. The row's texts are made once, for ever. */
static struct field undeclared_row(const struct resource *type)
{
    return (struct field){
        .path = xasprintf("policy.undeclared.%s", type->key),
        .kind = FIELD_ENUM,
        .choices = type->deletable ? removable_words : undeclared_words,
        .fallback = "report",
        .help = type->deletable ? "What happens to those of the list that are not declared."
                                : "Whether those of the list that are not declared are reported.",
    };
}

static size_t rows_add(size_t at, struct field row)
{
    must(at + 1 < sizeof(desired_table) / sizeof(desired_table[0]));
    desired_table[at] = row;
    return at + 1;
}

static void desired_fields_make(void)
{
    size_t n = 0;
    for (const struct field *row = base_fields; row->path; row++) n = rows_add(n, *row);
    for (size_t i = 0; i < resource_count; i++) {
        const struct resource *type = resources[i];
        if (resource_is_root(type)) {
            struct field row = resource_row(type);
            if (type->form == RESOURCE_ONE) row.flags |= FIELD_REQUIRED;
            n = rows_add(n, row);
        } else if (type->arm_type && type->form == RESOURCE_LIST) {
            n = rows_add(n, undeclared_row(type));
        }
    }
    for (const struct field *row = sql_fields; row->path; row++) n = rows_add(n, *row);
}

const struct field *desired_fields(void)
{
    pthread_once(&once, desired_fields_make);
    return desired_table;
}
