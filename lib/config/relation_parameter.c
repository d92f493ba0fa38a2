/* Values of server parameters that have a unit. PostgreSQL takes "4MB" in its configuration file;
 * ARM takes the plain number that it shows, counted in the parameter's own unit. See relation.h. */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/decimal.h"
#include "base/json.h"
#include "config/relation_inside.h"

/* Bytes and milliseconds, and the words for them, whose case counts (PostgreSQL 15, 20.1.1). */
static const struct {
    const char *word;
    bool time;
    double size;
} relation_units[] = {
    {"B", false, 1},       {"kB", false, 1024.0},  {"8kB", false, 8192.0}, {"MB", false, 1048576.0},
    {"GB", false, 0x1p30}, {"TB", false, 0x1p40},  {"us", true, 0.001},    {"ms", true, 1},
    {"s", true, 1000.0},   {"min", true, 60000.0}, {"h", true, 3600000.0}, {"d", true, 86400000.0},
};

/* By unit: integers, and the two delays that may have fractions (pg_settings of PostgreSQL 15). */
static const struct {
    const char *unit;
    const char *names;
} relation_parameters[] = {
    {"B", "log_parameter_max_length log_parameter_max_length_on_error track_activity_query_size "
          "wal_decode_buffer_size"},
    {"kB", "autovacuum_work_mem gin_pending_list_limit huge_page_size log_rotation_size "
           "log_temp_files logical_decoding_work_mem maintenance_work_mem max_stack_depth "
           "temp_file_limit wal_skip_threshold work_mem"},
    {"8kB", "backend_flush_after bgwriter_flush_after checkpoint_flush_after effective_cache_size "
            "min_parallel_index_scan_size min_parallel_table_scan_size shared_buffers temp_buffers "
            "wal_buffers wal_writer_flush_after"},
    {"MB", "max_slot_wal_keep_size max_wal_size min_dynamic_shared_memory min_wal_size "
           "wal_keep_size"},
    {"ms", "autovacuum_vacuum_cost_delay bgwriter_delay client_connection_check_interval "
           "deadlock_timeout idle_in_transaction_session_timeout idle_session_timeout lock_timeout "
           "log_autovacuum_min_duration log_min_duration_sample log_min_duration_statement "
           "log_startup_progress_interval max_standby_archive_delay max_standby_streaming_delay "
           "recovery_min_apply_delay statement_timeout tcp_user_timeout vacuum_cost_delay "
           "wal_receiver_timeout wal_retrieve_retry_interval wal_sender_timeout wal_writer_delay"},
    {"s", "archive_timeout authentication_timeout autovacuum_naptime checkpoint_timeout "
          "checkpoint_warning post_auth_delay pre_auth_delay tcp_keepalives_idle "
          "tcp_keepalives_interval wal_receiver_status_interval"},
    {"min", "log_rotation_age old_snapshot_threshold"},
};

static bool relation_lists(const char *names, const char *name)
{
    size_t length = strlen(name);
    for (const char *p = names; *p; p += strcspn(p, " "), p += *p == ' ')
        if (strcspn(p, " ") == length && strncasecmp(p, name, length) == 0) return true;
    return false;
}

/* The unit that ARM counts 'name' in; NULL for what has none, or is not known. */
static const char *relation_unit_of(const char *name)
{
    for (size_t i = 0; i < sizeof(relation_parameters) / sizeof(relation_parameters[0]); i++)
        if (relation_lists(relation_parameters[i].names, name)) return relation_parameters[i].unit;
    return NULL;
}

static size_t relation_unit_index(const char *word)
{
    size_t i = 0;
    while (i < sizeof(relation_units) / sizeof(relation_units[0]) &&
           strcmp(relation_units[i].word, word) != 0)
        i++;
    return i;
}

/* 'value', a number and a word, counted in 'unit'; false where it is no such thing. */
static bool relation_convert(const char *value, const char *unit, double *out)
{
    const size_t count = sizeof(relation_units) / sizeof(relation_units[0]);
    double number;
    size_t length = decimal_read(value, &number);
    if (!length) return false;
    const char *word = value + length + strspn(value + length, " ");
    size_t from = relation_unit_index(word), to = relation_unit_index(unit);
    /* Eight kilobytes are a unit of parameters, not a word that anybody writes. */
    if (from == count || to == count || strcmp(word, "8kB") == 0) return false;
    if (relation_units[from].time != relation_units[to].time) return false;
    *out = number * relation_units[from].size / relation_units[to].size;
    return true;
}

/* As near to a whole number as a fraction of one that was meant to be one comes. */
static bool relation_is_whole(double number)
{
    if (number < -9e15 || number > 9e15) return true;
    double rest = number - (double)(int64_t)(number < 0 ? number - 0.5 : number + 0.5);
    return rest < 1e-6 && rest > -1e-6;
}

static void relation_check_unit(struct relations *r, const char *path, const char *name,
                                const char *value)
{
    double number, counted;
    const char *unit = relation_unit_of(name);
    if (!unit || !*value || decimal_parse(value, &number)) return;
    if (!relation_convert(value, unit, &counted))
        relation_say(r, path, "ARM takes a plain number here, counted in %s, not \"%.60s\"", unit,
                     value);
    else if (!relation_is_whole(counted) && strcmp(unit, "ms") != 0)
        relation_say(r, path,
                     "ARM takes a plain number here, counted in %s, and \"%.60s\" is no whole one",
                     unit, value);
    else
        relation_say(r, path,
                     "ARM takes a plain number here, counted in %s: write \"%.15g\" for \"%.60s\"",
                     unit, counted, value);
}

void relation_parameter_units(struct relations *r, size_t i, const json_t *server)
{
    const char *name;
    json_t *value;
    json_each_member(json_object_get(server, "configurations"), name, value)
    {
        const json_t *inner = json_is_object(value) ? json_object_get(value, "value") : value;
        if (!json_is_string(inner)) continue;
        const char *path = arena_printf(r->arena, "servers[%zu].configurations.%s%s", i, name,
                                        inner == value ? "" : ".value");
        relation_check_unit(r, path, name, json_string_value(inner));
    }
}
