/* What was asked of this Azure: see request_log.h. */
#include "front/request_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "front/clock.h"

struct request_log {
    char *path;
    FILE *file;
    int64_t start_ms;
    size_t lines;
    json_int_t reads, writes, operator_writes, tokens, throttled;
    json_t *by;
};

struct request_log *request_log_new(const char *path, struct err *err)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        err_set(err, ERR_CONFIG, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct request_log *log = xcalloc(1, sizeof(*log));
    log->path = xstrdup(path);
    log->file = file;
    log->start_ms = clock_ms();
    log->by = json_object();
    return log;
}

void request_log_free(struct request_log *log)
{
    if (!log) return;
    fclose(log->file);
    json_decref(log->by);
    free(log->path);
    free(log);
}

static void request_log_count(struct request_log *log, const struct exchange *x)
{
    char key[160];
    snprintf(key, sizeof(key), "%s %s", x->method, x->type);
    json_int_t n = json_integer_value(json_object_get(log->by, key));
    json_object_set_new(log->by, key, json_integer(n + 1));
    if (x->status == 429) log->throttled++;
    if (strcmp(x->type, "token") == 0)
        log->tokens++;
    else if (!x->write)
        log->reads++;
    else if (x->operator_)
        log->operator_writes++;
    else
        log->writes++;
}

/* An operation's URL is 3 kB of signature: its parameters are left out. */
static const char *request_log_query(const struct exchange *x)
{
    return strstr(x->query, "&c=") ? "(signed)" : x->query;
}

void request_log_add(struct request_log *log, const struct exchange *x)
{
    request_log_count(log, x);
    json_t *line = json_pack(
        "{s:I, s:I, s:s, s:s, s:s, s:i, s:s?, s:s?, s:b, s:b, s:s}", "seq", (json_int_t)log->lines,
        "t_ms", (json_int_t)(clock_ms() - log->start_ms), "method", x->method, "path", x->path,
        "query", request_log_query(x), "status", x->status, "client_request_id",
        x->client_request_id, "error", x->error_code, "lro", (int)x->lro, "write", (int)x->write,
        "actor", x->operator_ ? "operator" : "client");
    char *text = json_dumps(line, JSON_COMPACT);
    fprintf(log->file, "%s\n", text);
    fflush(log->file);
    free(text);
    json_decref(line);
    log->lines++;
}

void request_log_reset(struct request_log *log)
{
    if (ftruncate(fileno(log->file), 0) == 0) rewind(log->file);
    log->lines = 0;
    log->reads = log->writes = log->operator_writes = log->tokens = log->throttled = 0;
    json_object_clear(log->by);
}

json_t *request_log_json(const struct request_log *log, size_t since)
{
    json_t *requests = json_array();
    char *line = NULL;
    size_t room = 0, number = 0;
    FILE *file = fopen(log->path, "r");
    while (file && getline(&line, &room, file) > 0) {
        if (number++ >= since) json_array_append_new(requests, json_loads(line, 0, NULL));
    }
    if (file) fclose(file);
    free(line);
    return json_pack("{s:I, s:o}", "next", (json_int_t)log->lines, "requests", requests);
}

json_t *request_log_summary(const struct request_log *log)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:O}", "reads", log->reads, "writes", log->writes,
                     "operator_writes", log->operator_writes, "tokens", log->tokens, "throttled",
                     log->throttled, "by", log->by);
}
