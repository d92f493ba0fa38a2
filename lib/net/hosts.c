/* A hosts(5) file: see hosts.h. The file is small and rarely changes: it is kept as pairs in the
 * order of the file and searched one by one. */
#include "net/hosts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

/* More is not read: a hosts file that long is a mistake. */
enum { HOSTS_MAX_PAIRS = 10000, HOSTS_MAX_FOUND = 16, HOSTS_LINE = 4096 };

struct hosts_pair {
    const char *name;
    const char *address;
};

struct hosts {
    char *path;
    struct stat seen; /* all zero where there is no file */
    struct arena *texts;
    struct hosts_pair *pairs;
    size_t count;
    size_t room;
    const char *found[HOSTS_MAX_FOUND];
};

struct hosts *hosts_new(const char *path)
{
    struct hosts *h = xcalloc(1, sizeof(*h));
    h->path = xstrdup(path);
    h->texts = arena_new();
    return h;
}

void hosts_free(struct hosts *h)
{
    if (!h) return;
    arena_free(h->texts);
    free(h->pairs);
    free(h->path);
    free(h);
}

int hosts_is_address(const char *text)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1;
}

static void hosts_add_pair(struct hosts *h, const char *address, const char *name)
{
    if (h->count == HOSTS_MAX_PAIRS) return;
    if (h->count == h->room) {
        h->room = h->room ? 2 * h->room : 64;
        h->pairs = xreallocarray(h->pairs, h->room, sizeof(*h->pairs));
    }
    h->pairs[h->count++] = (struct hosts_pair){arena_strdup(h->texts, name), address};
}

/* "address name [name ...] [# comment]"; lines that begin with no address are passed over. */
static void hosts_read_line(struct hosts *h, char *line)
{
    line[strcspn(line, "#\r\n")] = '\0';
    char *rest = line;
    const char *address = NULL;
    for (char *word; (word = strsep(&rest, " \t"));) {
        if (!*word)
            continue;
        else if (address)
            hosts_add_pair(h, address, word);
        else if (hosts_is_address(word))
            address = arena_strdup(h->texts, word);
        else
            return;
    }
}

static int hosts_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void hosts_forget(struct hosts *h)
{
    h->count = 0;
    h->seen = (struct stat){0};
    arena_reset(h->texts);
}

/* Reads the file anew where it has changed. What could not be read is not remembered as seen, so
 * that the next question tries again. */
static int hosts_refresh(struct hosts *h, struct err *err)
{
    struct stat now;
    bool there = stat(h->path, &now) == 0;
    bool absent = !there && (errno == ENOENT || errno == ENOTDIR);
    if (there && hosts_same_file(&now, &h->seen)) return 0;
    hosts_forget(h);
    if (absent) return 0;
    int fd = file_open(h->path, &now, err);
    if (fd < 0) return err_prefix(err, "the hosts file %s", h->path);
    FILE *f = fdopen(fd, "r");
    if (!f) {
        close(fd);
        return err_set(err, ERR_TRANSIENT, "the hosts file %s: %s", h->path, strerror(errno));
    }
    char line[HOSTS_LINE];
    while (fgets(line, sizeof(line), f)) hosts_read_line(h, line);
    fclose(f);
    h->seen = now;
    return 0;
}

const char *const *hosts_find(struct hosts *h, const char *name, size_t *count, struct err *err)
{
    if (hosts_refresh(h, err) < 0) return NULL;
    size_t n = 0;
    for (size_t i = 0; i < h->count && n < HOSTS_MAX_FOUND; i++)
        if (strcasecmp(h->pairs[i].name, name) == 0) h->found[n++] = h->pairs[i].address;
    *count = n;
    return h->found;
}
