/* The SQL files that a document names: each is read once, however many databases it makes. */
#ifndef CONFIG_DOCUMENT_FILES_H
#define CONFIG_DOCUMENT_FILES_H

#include "config/desired.h"

/* Everything here lives in the document's arena. */
struct document_file {
    const char *path;  /* as it is read */
    const char *text;  /* the whole file; NULL: it cannot be read, see 'error' */
    const char *error; /* "no such file" */
};

struct document_files {
    struct document_file *items; /* by path */
    size_t count;
};

/* Reads all files of the document's databases. */
void document_files_read(struct document *d, struct document_files *out);

/* The file that the document calls 'name': relative to the document. It has been read. */
const struct document_file *document_file(const struct document *d,
                                          const struct document_files *files, const char *name);

#endif
