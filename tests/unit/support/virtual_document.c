/* The usual document and settings: see virtual_document.h. */
#include "support/virtual_document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/must.h"
#include "resource/resource.h"

static const char usual_settings[] =
    "{\"intervals\":{\"armSeconds\":60,\"sqlSeconds\":60,\"backoffMaxSeconds\":600}}";

static const char usual_document[] =
    "{\"schemaVersion\":1,\"metadata\":{\"name\":\"story\"},"
    "\"policy\":{\"mode\":\"enforce\",\"allowCreate\":true,\"allowDisruptive\":false,"
    "\"limits\":{\"deletions\":5},\"undeclared\":{\"firewallRules\":\"delete\"}},"
    "\"azure\":{\"subscriptionId\":\"00000000-0000-0000-0000-000000000001\"},"
    "\"resourceGroup\":{\"name\":\"rg-story\",\"location\":\"koreacentral\","
    "\"tags\":{\"service\":\"story\"}},"
    "\"servers\":[{\"name\":\"pg-story\",\"location\":\"koreacentral\","
    "\"tags\":{\"service\":\"story\"},"
    "\"sku\":{\"name\":\"Standard_D4s_v3\",\"tier\":\"GeneralPurpose\"},"
    "\"properties\":{\"version\":\"15\",\"administratorLogin\":\"" STORY_ADMIN "\","
    "\"administratorLoginPassword\":\"env:STORY_ADMIN_PASSWORD\",\"availabilityZone\":\"1\","
    "\"storage\":{\"storageSizeGB\":256,\"tier\":\"P15\",\"autoGrow\":\"Enabled\"},"
    "\"backup\":{\"backupRetentionDays\":35},"
    "\"highAvailability\":{\"mode\":\"ZoneRedundant\",\"standbyAvailabilityZone\":\"2\"},"
    "\"network\":{\"publicNetworkAccess\":\"Enabled\"},"
    "\"maintenanceWindow\":{\"customWindow\":\"Enabled\",\"dayOfWeek\":6,\"startHour\":17,"
    "\"startMinute\":0}},"
    "\"configurations\":{\"log_min_duration_statement\":\"1000\",\"work_mem\":\"8192\","
    "\"azure.extensions\":{\"includes\":[\"pgaudit\"]}},"
    "\"firewallRules\":[{\"name\":\"office\",\"properties\":{\"startIpAddress\":\"203.0.113.0\","
    "\"endIpAddress\":\"203.0.113.255\"}}]}],"
    "\"roles\":[{\"name\":\"app\",\"login\":true,\"connectionLimit\":90,"
    "\"password\":\"env:STORY_APP_PASSWORD\",\"memberOf\":[]},"
    "{\"name\":\"watcher\",\"login\":true,\"password\":\"env:STORY_APP_PASSWORD\","
    "\"memberOf\":[\"pg_monitor\"],\"settings\":{\"default_transaction_read_only\":\"on\"}}],"
    "\"databases\":[{\"name\":\"app\",\"owner\":\"" STORY_ADMIN "\",\"encoding\":\"UTF8\","
    "\"settings\":{\"timezone\":\"Asia/Seoul\"},\"revokeAllFromPublic\":true,"
    "\"schemaFiles\":[{\"file\":\"story.sql\",\"createsRelation\":\"public.users\"}]}],"
    "\"privileges\":[{\"database\":\"app\",\"grantee\":\"app\",\"exact\":true,"
    "\"databasePrivileges\":[\"CONNECT\"],\"schemas\":[{\"name\":\"public\","
    "\"privileges\":[\"USAGE\"],\"allTables\":[\"SELECT\",\"INSERT\",\"UPDATE\",\"DELETE\"],"
    "\"allSequences\":[\"USAGE\",\"SELECT\"],\"defaultPrivileges\":[{\"forRole\":\"" STORY_ADMIN
    "\",\"tables\":[\"SELECT\",\"INSERT\",\"UPDATE\",\"DELETE\"]}]}]},"
    "{\"database\":\"app\",\"grantee\":\"watcher\",\"exact\":true,"
    "\"databasePrivileges\":[\"CONNECT\"],\"schemas\":[]}]}";

static const char usual_file[] = "CREATE TABLE public.users (id bigint PRIMARY KEY);\n"
                                 "CREATE TABLE public.sessions (id bigint);\n"
                                 "CREATE SEQUENCE public.tickets;\n";

/* The usual one with 'patch' (stolen) as text; a list is replaced, except where the patch has an
 * object in its place: that is merged into the first item. free() it. */
static void document_merge(json_t *onto, json_t *patch)
{
    const char *key;
    json_t *value;
    json_object_foreach(patch, key, value)
    {
        json_t *have = json_object_get(onto, key);
        if (json_is_array(have) && json_is_object(value))
            document_merge(json_array_get(have, 0), value);
        else if (json_is_object(have) && json_is_object(value))
            document_merge(have, value);
        else if (json_is_null(value))
            json_object_del(onto, key);
        else
            json_object_set(onto, key, value);
    }
}

json_t *virtual_network_patch(void)
{
    static const char text[] =
        "{\"resourceGroup\":{\"locks\":[{\"name\":\"keep\",\"properties\":{\"level\":"
        "\"CanNotDelete\",\"notes\":\"production\"}}]},"
        "\"virtualNetworks\":[{\"name\":\"net\",\"location\":\"koreacentral\","
        "\"properties\":{\"addressSpace\":{\"addressPrefixes\":[\"10.0.0.0/16\"]}},"
        "\"subnets\":[{\"name\":\"db\",\"properties\":{\"addressPrefix\":\"10.0.2.0/24\"}}]}],"
        "\"privateDnsZones\":[{\"name\":\"story.postgres.database.azure.com\",\"location\":"
        "\"global\",\"virtualNetworkLinks\":[{\"name\":\"net\",\"location\":\"global\","
        "\"properties\":{\"registrationEnabled\":false,\"virtualNetwork\":{\"id\":{\"type\":"
        "\"virtual_network\",\"name\":\"net\"}}}}]}]}";
    return json_parse(text, sizeof(text) - 1, NULL);
}

json_t *virtual_two_servers_patch(int retention)
{
    json_t *usual = json_parse(usual_document, sizeof(usual_document) - 1, NULL);
    json_t *first = json_array_get(json_object_get(usual, "servers"), 0);
    json_t *second = json_deep_copy(first);
    json_object_set_new(second, "name", json_string("pg-other"));
    json_put_at(second, "properties.backup.backupRetentionDays", json_integer(retention));
    json_t *patch = json_pack("{s:[O,o], s:n, s:n, s:n}", "servers", first, second, "roles",
                              "databases", "privileges");
    json_decref(usual);
    return patch;
}

static char *document_text(const char *usual, json_t *patch)
{
    json_t *root = json_parse(usual, strlen(usual), NULL);
    must(root);
    if (patch) document_merge(root, patch);
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
    json_decref(patch);
    return text;
}

_Noreturn static void document_bad(const struct problems *problems)
{
    struct buf b;
    buf_init(&b, 65536);
    problems_text(problems, &b);
    fprintf(stderr, "virtual: the document of the story is not valid:\n%s\n", buf_text(&b));
    abort();
}

static const char *document_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory ? directory : "/tmp";
}

static void document_prepare(void)
{
    static bool prepared;
    if (prepared) return;
    prepared = true;
    char *path = xasprintf("%s/story.sql", document_directory());
    FILE *file = fopen(path, "we");
    must(file);
    fputs(usual_file, file);
    fclose(file);
    free(path);
    setenv("STORY_ADMIN_PASSWORD", "Secret-1234", 1);
    setenv("STORY_APP_PASSWORD", "Secret-5678", 1);
}

struct settings *virtual_settings(json_t *patch)
{
    struct problems problems;
    char *text = document_text(usual_settings, patch);
    problems_init(&problems);
    struct settings *s =
        settings_parse("settings.json", text, strlen(text), SETTINGS_RESOLVE_SECRETS, &problems);
    if (!s) document_bad(&problems);
    problems_done(&problems);
    free(text);
    return s;
}

struct document *virtual_document(const struct settings *settings, json_t *patch)
{
    struct problems problems;
    char *text = document_text(usual_document, patch);
    char *file = xasprintf("%s/story.json", document_directory());
    document_prepare();
    problems_init(&problems);
    struct document *d =
        document_parse(file, text, strlen(text), settings, SETTINGS_RESOLVE_SECRETS, &problems);
    if (!d) document_bad(&problems);
    problems_done(&problems);
    free(file);
    free(text);
    return d;
}

const struct target *virtual_document_server(const struct document *d)
{
    for (size_t i = 0; i < d->target_count; i++)
        if (d->targets[i].type == &resource_server) return &d->targets[i];
    return NULL;
}

struct desired *virtual_desired(const struct settings *settings, json_t *patch)
{
    struct desired *d = xcalloc(1, sizeof(*d));
    d->documents = xcalloc(1, sizeof(struct document *));
    d->documents[d->count++] = virtual_document(settings, patch);
    return d;
}
