/* The data directory every new cluster is a copy of: see template.h. It is made with the server in
 * single-user mode, which needs no port, no socket and no waiting. */
#include "arm/template.h"

#include <errno.h>
#include <glob.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "front/number.h"
#include "postgres/superuser.h"

enum { SQL_MAX = 64 * 1024 };

static bool bin_dir_good(const char *dir)
{
    char *initdb = xasprintf("%s/initdb", dir);
    bool good = access(initdb, X_OK) == 0;
    free(initdb);
    return good;
}

static char *bin_dir_newest(void)
{
    glob_t found;
    char *dir = NULL;
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &found) == 0) {
        for (size_t i = found.gl_pathc; i-- > 0 && !dir;) {
            if (bin_dir_good(found.gl_pathv[i])) dir = xstrdup(found.gl_pathv[i]);
        }
        globfree(&found);
    }
    return dir;
}

static char *bin_dir_in_path(void)
{
    const char *path = getenv("PATH");
    for (const char *p = path ? path : ""; *p;) {
        size_t length = strcspn(p, ":");
        char *dir = xstrndup(p, length);
        if (length && bin_dir_good(dir)) return dir;
        free(dir);
        p += length + (p[length] == ':');
    }
    return NULL;
}

static char *bin_dir_find(void)
{
    const char *wanted = getenv("PG_BINDIR");
    if (wanted) return bin_dir_good(wanted) ? xstrdup(wanted) : NULL;
    if (bin_dir_good("/usr/lib/postgresql/15/bin")) return xstrdup("/usr/lib/postgresql/15/bin");
    char *dir = bin_dir_newest();
    return dir ? dir : bin_dir_in_path();
}

/* Azure's clusters are en_US.utf8; a machine without that locale gets C.UTF-8. */
static const char *locale_choose(void)
{
    locale_t locale = newlocale(LC_ALL_MASK, "en_US.utf8", (locale_t)0);
    if (!locale) return "C.UTF-8";
    freelocale(locale);
    return "en_US.utf8";
}

static int template_sql(const struct sim *sim, const char *root, const char *database,
                        const char *sql, struct err *err)
{
    char *postgres = xasprintf("%s/postgres", sim->bin_dir);
    char *data = xasprintf("%s/data", root), *log = xasprintf("%s/log", root);
    char *argv[] = {postgres,          (char[]){"--single"},
                    (char[]){"-D"},    data,
                    (char[]){"-c"},    (char[]){"exit_on_error=on"},
                    (char[]){"-c"},    (char[]){"fsync=off"},
                    unconst(database), NULL};
    int r = spawn_run(&sim->user, root, argv, sql, log, err);
    free(postgres);
    free(data);
    free(log);
    return r;
}

static int template_initdb(const struct sim *sim, const char *root, struct err *err)
{
    char *initdb = xasprintf("%s/initdb", sim->bin_dir);
    char *data = xasprintf("%s/data", root), *log = xasprintf("%s/log", root);
    char *locale = xasprintf("--locale=%s", locale_choose());
    char *argv[] = {initdb,
                    (char[]){"--username=" SUPERUSER},
                    (char[]){"--encoding=UTF8"},
                    locale,
                    (char[]){"--auth=trust"},
                    (char[]){"--no-sync"},
                    (char[]){"--no-instructions"},
                    (char[]){"-D"},
                    data,
                    NULL};
    int r = spawn_run(&sim->user, root, argv, NULL, log, err);
    free(initdb);
    free(data);
    free(log);
    free(locale);
    return r;
}

/* One statement a line: that is how single-user mode reads. Owners and members as Azure documents
 * them; the ADMIN OPTION on pg_monitor and the like is what lets the admin grant them from 16 on.
 */
static const char postgres_sql[] =
    "CREATE ROLE " ADMIN_GROUP " NOLOGIN\n"
    "GRANT pg_monitor, pg_signal_backend, pg_read_all_settings, pg_read_all_stats, "
    "pg_stat_scan_tables TO " ADMIN_GROUP " WITH ADMIN OPTION\n"
    "ALTER DATABASE postgres OWNER TO " ADMIN_GROUP "\n"
    "ALTER SCHEMA public OWNER TO " ADMIN_GROUP "\n";
static const char template_db_sql[] = "ALTER SCHEMA public OWNER TO " ADMIN_GROUP "\n";
static const char databases_sql[] = "CREATE DATABASE " SYSTEM_DB " TEMPLATE template0\n"
                                    "CREATE DATABASE " MAINTENANCE_DB " TEMPLATE template0\n"
                                    "REVOKE ALL ON DATABASE " SYSTEM_DB " FROM PUBLIC\n"
                                    "REVOKE ALL ON DATABASE " MAINTENANCE_DB " FROM PUBLIC\n";

/* Quote and delimiter that occur nowhere make CSV write each JSON text as it is. */
static char *settings_sql(const char *root)
{
    return xasprintf("COPY (SELECT to_json(s) FROM pg_settings s ORDER BY lower(name)) TO "
                     "'%s/settings.jsonl' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')\n",
                     root);
}

static int template_fill(const struct sim *sim, const char *root, struct err *err)
{
    char *settings = settings_sql(root);
    int r = template_sql(sim, root, "postgres", postgres_sql, err);
    if (r == 0) r = template_sql(sim, root, "template1", template_db_sql, err);
    if (r == 0) r = template_sql(sim, root, "template0", template_db_sql, err);
    if (r == 0) r = template_sql(sim, root, "postgres", databases_sql, err);
    if (r == 0) r = template_sql(sim, root, "postgres", settings, err);
    free(settings);
    return r;
}

/* Built beside its place and renamed, so that a template is whole or not there. */
static int template_make(const struct sim *sim, struct err *err)
{
    char *root = xasprintf("%s.%d", sim->template_dir, (int)getpid());
    int r = spawn_mkdir(&sim->user, root, 0755, err);
    if (r == 0) r = template_initdb(sim, root, err);
    if (r == 0) r = template_fill(sim, root, err);
    if (r == 0 && rename(root, sim->template_dir) != 0 && errno != EEXIST && errno != ENOTEMPTY)
        r = err_set(err, ERR_CONFIG, "%s: %s", sim->template_dir, strerror(errno));
    if (r < 0) err_prefix(err, "the template cluster");
    free(root);
    return r;
}

int template_prepare(struct sim *sim, struct err *err)
{
    struct stat st;
    sim->bin_dir = bin_dir_find();
    if (!sim->bin_dir)
        return err_set(err, ERR_CONFIG,
                       "no PostgreSQL found; set PG_BINDIR to the directory of initdb");
    if (spawn_user_find(&sim->user, err) < 0) return -1;
    if (stat(sim->template_dir, &st) == 0) return 0;
    return template_make(sim, err);
}

json_t *template_settings(const struct sim *sim, struct err *err)
{
    char *path = xasprintf("%s/settings.jsonl", sim->template_dir);
    json_t *rows = json_array();
    char *line = NULL;
    size_t room = 0;
    FILE *file = fopen(path, "r");
    while (file && getline(&line, &room, file) > 0)
        json_array_append_new(rows, json_loads(line, 0, NULL));
    if (file) fclose(file);
    if (!json_array_size(rows)) {
        err_set(err, ERR_CONFIG, "%s: no parameters in it", path);
        json_decref(rows);
        rows = NULL;
    }
    free(line);
    free(path);
    return rows;
}

static const char *template_version(const json_t *settings)
{
    size_t i;
    const json_t *row;
    json_array_foreach(settings, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "name"));
        if (name && strcmp(name, "server_version") == 0)
            return json_string_value(json_object_get(row, "setting"));
    }
    return "0.0";
}

int template_major(const json_t *settings)
{
    return (int)number_lead(template_version(settings), NULL);
}

const char *template_minor(const json_t *settings, char out[16])
{
    const char *dot = strchr(template_version(settings), '.');
    snprintf(out, 16, "%lld", dot ? (long long)number_lead(dot + 1, NULL) : 0);
    return out;
}
