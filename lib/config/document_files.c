/* The SQL files of a document: see document_files.h. */
#include "config/document_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/must.h"

enum { DOCUMENT_FILE_MAX = 16 * 1024 * 1024 }; /* bytes */

static const char *document_file_path(const struct document *d, const char *name)
{
    const char *slash = strrchr(d->file, '/');
    if (name[0] == '/' || !slash) return name;
    return arena_printf(d->arena, "%.*s/%s", (int)(slash - d->file), d->file, name);
}

static int document_file_by_path(const void *left, const void *right)
{
    const struct document_file *a = left, *b = right;
    return strcmp(a->path, b->path);
}

static void document_file_read(const struct document *d, struct document_file *f)
{
    struct err err = {0};
    size_t length = 0;
    char *text = file_read(f->path, DOCUMENT_FILE_MAX, &length, &err);
    if (text)
        f->text = arena_strndup(d->arena, text, length);
    else
        f->error = arena_strdup(d->arena, err.text);
    free(text);
}

void document_files_read(struct document *d, struct document_files *out)
{
    const json_t *databases = json_object_get(d->root, "databases");
    size_t i, k, count = 0, named = 0;
    const json_t *database, *item;
    json_array_foreach(databases, i, database) named +=
        json_array_size(json_object_get(database, "schemaFiles"));
    struct document_file *files = arena_array(d->arena, named, sizeof(*files));
    json_array_foreach(databases, i, database)
    {
        const json_t *list = json_object_get(database, "schemaFiles");
        json_array_foreach(list, k, item) files[count++].path =
            document_file_path(d, json_text_at(item, "file"));
    }
    if (count) qsort(files, count, sizeof(*files), document_file_by_path);
    *out = (struct document_files){.items = files};
    for (i = 0; i < count; i++)
        if (!out->count || strcmp(files[out->count - 1].path, files[i].path) != 0)
            files[out->count++] = files[i];
    for (i = 0; i < out->count; i++) document_file_read(d, &files[i]);
}

const struct document_file *document_file(const struct document *d,
                                          const struct document_files *files, const char *name)
{
    const struct document_file wanted = {.path = document_file_path(d, name)};
    const struct document_file *found =
        bsearch(&wanted, files->items, files->count, sizeof(wanted), document_file_by_path);
    must(found);
    return found;
}
