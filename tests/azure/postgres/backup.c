/* Backups: see backup.h. Sources: Backups.json of 2024-08-01 and its examples (names, types,
 * sources); one a day from a while after the creation on, kept for backupRetentionDays (service
 * documentation, concepts-backup-restore). Codes and names of operations are unverified. */
#include "postgres/backup.h"

#include <string.h>
#include <time.h>

#include "arm/lro.h"
#include "base/json.h"
#include "front/clock.h"
#include "postgres/server.h"

#define TYPE "Microsoft.DBforPostgreSQL/flexibleServers/backups"
#define CREATE "CreateServerBackupManagementOperation"
#define DROP "DropServerBackupManagementOperation"

enum { DAY_S = 24 * 3600, NAME_TEXT = 40 };

static json_t *backup_json(const struct server *server, const char *name, int64_t completed,
                           bool on_demand)
{
    char at[CLOCK_TEXT];
    clock_text_at(at, completed);
    char *id = xasprintf("%s/backups/%s", json_text_at(server->record, "doc.id"), name);
    json_t *item = json_pack("{s:{s:s, s:s, s:s}, s:s, s:s, s:s}", "properties", "backupType",
                             on_demand ? "Customer On-Demand" : "Full", "source",
                             on_demand ? "Customer Initiated" : "Automatic", "completedTime", at,
                             "id", id, "name", name, "type", TYPE);
    free(id);
    return item;
}

/* One a day, the oldest first, as long as it is kept. */
static void backups_automatic(const struct server *server, json_t *items)
{
    int64_t now = clock_unix();
    int64_t days = json_int_at(server->record, "doc.properties.backup.backupRetentionDays", 7);
    int64_t born = json_integer_value(json_object_get(server->record, "createdUnix"));
    int64_t at = born + setting(&server->sim->settings, SET_YOUNG_S);
    if (now - at > days * DAY_S) at += (now - at - days * DAY_S + DAY_S - 1) / DAY_S * DAY_S;
    for (; at <= now; at += DAY_S) {
        char name[NAME_TEXT];
        time_t seconds = (time_t)at;
        struct tm parts;
        strftime(name, sizeof(name), "daily_%Y%m%dT%H%M%S", gmtime_r(&seconds, &parts));
        json_array_append_new(items, backup_json(server, name, at, false));
    }
}

static json_t *backups_all(const struct server *server)
{
    json_t *items = json_array();
    const char *name;
    json_t *completed;
    backups_automatic(server, items);
    json_object_foreach(json_object_get(server_view(server), "backups"), name, completed)
        json_array_append_new(items,
                              backup_json(server, name, json_integer_value(completed), true));
    return items;
}

/* A new reference; NULL where there is none of that name. */
static json_t *backup_find(const struct server *server, const char *name)
{
    json_t *all = backups_all(server), *item, *found = NULL;
    size_t i;
    json_array_foreach(all, i, item)
    {
        if (strcasecmp(json_text_at(item, "name"), name) == 0) found = json_incref(item);
    }
    json_decref(all);
    return found;
}

void backup_list(struct exchange *x)
{
    reply_list(x, backups_all(x->server));
}

void backup_get(struct exchange *x)
{
    json_t *backup = backup_find(x->server, x->args[3]);
    if (backup)
        reply_json(x, 200, backup);
    else
        reply_not_found(x, TYPE, arena_printf(x->arena, "%s/%s", x->args[2], x->args[3]));
}

static void backup_put_finish(struct op *op)
{
    json_t *record = op->server->record;
    server_change(op->server);
    if (!json_object_get(record, "backups")) json_object_set_new(record, "backups", json_object());
    json_object_set_new(json_object_get(record, "backups"), json_text_at(op->plan.args, "name"),
                        json_integer((json_int_t)clock_unix()));
}

void backup_put(struct exchange *x)
{
    json_t *old = backup_find(x->server, x->args[3]);
    bool taken = old != NULL;
    json_decref(old);
    if (x->body.length) {
        reply_error(x, 400, "InvalidRequestContent", "A backup is asked for without a body.");
        return;
    }
    if (server_refuses(x, CREATE)) return;
    if (taken) {
        lro_fail_late(x, x->server, CREATE, "BackupAlreadyExists", "The backup '%s' exists.",
                      x->args[3]);
        return;
    }
    struct op_plan plan = {
        .name = CREATE,
        .duration_ms = setting(&x->sim->settings, SET_BACKUP_MS),
        .finish = backup_put_finish,
        .args = json_pack("{s:s}", "name", x->args[3]),
    };
    lro_start(x, x->server, plan);
}

static void backup_delete_finish(struct op *op)
{
    server_change(op->server);
    json_object_del(json_object_get(op->server->record, "backups"),
                    json_text_at(op->plan.args, "name"));
}

void backup_delete(struct exchange *x)
{
    json_t *old = backup_find(x->server, x->args[3]);
    const char *name = arena_strdup(x->arena, json_text_at(old, "name"));
    bool automatic = old && strcmp(json_text_at(old, "properties.source"), "Automatic") == 0;
    json_decref(old);
    if (!name) {
        reply_text(x, 204, "");
        return;
    }
    if (server_refuses(x, DROP)) return;
    if (automatic) {
        lro_fail_late(x, x->server, DROP, "OperationNotAllowed",
                      "The backup '%s' is automatic and cannot be deleted.", name);
        return;
    }
    struct op_plan plan = {
        .name = DROP,
        .duration_ms = setting(&x->sim->settings, SET_BACKUP_MS),
        .finish = backup_delete_finish,
        .args = json_pack("{s:s}", "name", name),
    };
    lro_start(x, x->server, plan);
}

void log_file_list(struct exchange *x)
{
    reply_list(x, json_array());
}
