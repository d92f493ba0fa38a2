/* What was ever seen: see sightings.h. */
#include "run/sightings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "net/loop_work.h"

enum { SIGHTINGS_MAX = 64 * 1024 * 1024 }; /* bytes of the file */

struct sightings {
    struct loop *loop;
    char *path;
    json_t *ids;  /* in small letters, to when they were first seen: seconds since 1970 */
    bool changed; /* since it was last written */
    bool writing;
    bool stopped; /* nothing more is written beside the loop */
    /* Of the writing under way; the other thread's. */
    char *text;
    char *to;
    struct err err;
};

static char *sightings_key(const char *id)
{
    char *key = xstrdup(id);
    for (char *p = key; *p; p++) *p = (char)tolower((unsigned char)*p);
    return key;
}

static void sightings_read(struct sightings *s)
{
    struct err err = {0};
    size_t length;
    if (access(s->path, F_OK) != 0) return;
    char *text = file_read(s->path, SIGHTINGS_MAX, &length, &err);
    json_t *value = text ? json_parse(text, length, &err) : NULL;
    free(text);
    if (value && json_is_object(json_object_get(value, "seen"))) {
        json_decref(s->ids);
        s->ids = json_incref(json_object_get(value, "seen"));
    } else {
        log_error(LOG_LEVEL_WARNING, NULL, NULL, &err, "what was seen before is not known: %s: %s",
                  s->path, value ? "it has no \"seen\"" : err.text);
    }
    json_decref(value);
}

struct sightings *sightings_new(struct loop *loop, const char *directory)
{
    struct sightings *s = xcalloc(1, sizeof(*s));
    s->loop = loop;
    s->path = xasprintf("%s/seen.json", directory);
    s->ids = json_object();
    sightings_read(s);
    return s;
}

bool sightings_has(void *ctx, const char *id)
{
    const struct sightings *s = ctx;
    char *key = sightings_key(id);
    bool has = json_object_get(s->ids, key) != NULL;
    free(key);
    return has;
}

/* --- writing -----------------------------------------------------------------------------------
 */

static int sightings_put(const char *path, const char *text)
{
    size_t length = strlen(text), at = 0;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return -1;
    while (at < length) {
        ssize_t n = write(fd, text + at, length - at);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) break;
        at += (size_t)n;
    }
    int failed = at < length || fsync(fd) != 0;
    return close(fd) != 0 || failed ? -1 : 0;
}

/* Whole or not at all: another file, renamed. On another thread. */
static void sightings_write(void *ctx)
{
    struct sightings *s = ctx;
    char *fresh = xasprintf("%s.new", s->to);
    if (sightings_put(fresh, s->text) != 0 || rename(fresh, s->to) != 0)
        err_set(&s->err, ERR_TRANSIENT, "%s: %s", s->to, strerror(errno));
    free(fresh);
}

static void sightings_begin(struct sightings *s)
{
    json_t *value = json_pack("{s:O}", "seen", s->ids);
    s->text = json_dumps(value, JSON_INDENT(1) | JSON_SORT_KEYS);
    json_decref(value);
    s->to = xstrdup(s->path);
    s->changed = false;
    err_clear(&s->err);
}

static void sightings_end(struct sightings *s)
{
    free(s->text);
    free(s->to);
    s->text = s->to = NULL;
    if (s->err.kind != ERR_NONE)
        log_error(LOG_LEVEL_WARNING, NULL, NULL, &s->err, "what was seen cannot be kept: %s",
                  s->err.text);
}

static void sightings_save(struct sightings *s);

static void sightings_written(void *ctx)
{
    struct sightings *s = ctx;
    s->writing = false;
    sightings_end(s);
    if (s->changed) sightings_save(s);
}

static void sightings_save(struct sightings *s)
{
    if (!s->loop || s->writing || s->stopped) return;
    s->writing = true;
    sightings_begin(s);
    loop_work(s->loop, sightings_write, sightings_written, s);
}

void sightings_sink(void *ctx, const struct event *e)
{
    struct sightings *s = ctx;
    if (e->kind != EVENT_PRESENT || sightings_has(s, e->text)) return;
    char *key = sightings_key(e->text);
    int64_t now = s->loop ? loop_wall_clock(s->loop) / 1000 : 0; /* for people */
    json_object_set_new(s->ids, key, json_integer(now));
    free(key);
    s->changed = true;
    sightings_save(s);
}

void sightings_move(struct sightings *s, const char *directory)
{
    char *path = xasprintf("%s/seen.json", directory);
    bool same = strcmp(path, s->path) == 0;
    free(s->path);
    s->path = path;
    if (same) return;
    s->changed = true;
    sightings_save(s);
}

void sightings_stop(struct sightings *s)
{
    if (s) s->stopped = true;
}

void sightings_free(struct sightings *s)
{
    if (!s) return;
    if (s->changed && s->loop && !s->writing) {
        sightings_begin(s);
        sightings_write(s);
        sightings_end(s);
    }
    json_decref(s->ids);
    free(s->path);
    free(s);
}
