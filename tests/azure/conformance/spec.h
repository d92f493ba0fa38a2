/* Microsoft's specification as it lies on the disk: Swagger 2.0 files with references into each
 * other, kept under the layout that AZURE_SPEC has. A file is read once. */
#ifndef CONFORMANCE_SPEC_H
#define CONFORMANCE_SPEC_H

#include <jansson.h>

struct spec;

/* A place in a file: what a relative reference there starts from. */
struct node {
    const json_t *value; /* NULL: nothing is there */
    const char *file;    /* its absolute path, lives as long as the specification */
};

/* Of the directory 'root'. Never fails: what cannot be read is not there. */
struct spec *spec_open(const char *root);
void spec_close(struct spec *spec);
const char *spec_root(const struct spec *spec);
/* The whole file. */
struct node spec_file(struct spec *spec, const char *path);
/* 'node' itself, or what its $ref leads to after some steps; a value of NULL where that is not
 * here: then anything is allowed. */
struct node spec_resolve(struct spec *spec, struct node node);
/* The member of an object, resolved. */
struct node spec_member(struct spec *spec, struct node node, const char *name);

#endif
