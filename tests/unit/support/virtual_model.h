/* A PostgreSQL of the virtual world as one JSON value, so that a transaction is a copy and a state
 * can be compared: roles, memberships, settings, databases with their schemas, relations, lists of
 * rights and default privileges. Version 15. Only the virtual world's own files include this.
 *
 * A list of rights is an object: grantee ("" is PUBLIC) -> privileges | grant options << 16; its
 * grantor is always the owner. null: as born. */
#ifndef SUPPORT_VIRTUAL_MODEL_H
#define SUPPORT_VIRTUAL_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/buf.h"
#include "pg/acl.h"

#define MODEL_VERSION 150008
#define MODEL_OPTION 16

/* As Azure makes it, with its administrator. */
json_t *virtual_model_new(const char *admin);

/* One statement at work: on a copy of the model, as somebody, in a database. */
struct model_session {
    json_t *model;
    const char *database;
    const char *user;
    bool superuser;
    bool changed; /* something is not as it was */
    char sqlstate[6];
    char message[256];
};

/* The one way in which anything changes: 'value' is stolen. */
void model_set(struct model_session *s, json_t *object, const char *key, json_t *value);
void model_delete(struct model_session *s, json_t *object, const char *key);
/* Returns -1. */
int model_fail(struct model_session *s, const char *sqlstate, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

json_t *model_role(const json_t *model, const char *name);
json_t *model_database(const json_t *model, const char *name);
/* A new object's number. */
json_int_t model_oid(json_t *model);
/* Does 'user' have the privileges of 'role' in 'database' (NULL: any)? */
bool model_has_role(const json_t *model, const char *database, const char *user, const char *role);
bool model_administers(const json_t *model, const char *user, const char *role);

/* Rights. The list in 'object', made explicit where it was as born; borrowed. */
json_t *model_rights(struct model_session *s, json_t *object, enum pg_kind kind);
/* What an object of 'owner' is born with; a new reference. */
json_t *model_born_rights(enum pg_kind kind, const char *owner);
/* {owner=UC/owner,=U/owner} */
void model_rights_text(struct buf *b, const json_t *rights, const char *owner);
/* ALTER ... OWNER: the old one's entries become the new one's. */
void model_new_owner(struct model_session *s, json_t *object, const char *owner);

/* virtual_statement.c: 0, or -1 with sqlstate and message. 42601: not understood. */
int virtual_statement(struct model_session *s, const char *sql);
/* Several of them, separated by semicolons. */
int virtual_script(struct model_session *s, const char *sql);

/* virtual_words.c: a statement read word by word. */
enum token { TOKEN_END, TOKEN_WORD, TOKEN_QUOTED, TOKEN_LITERAL, TOKEN_NUMBER, TOKEN_OTHER };

enum { MODEL_WORD = 1024 };

struct words {
    const char *at;
    enum token token;
    char word[MODEL_WORD];
};

void words_init(struct words *w, const char *sql);
void words_next(struct words *w);
bool words_is(const struct words *w, const char *keyword);
/* Takes all of 'keywords' ("IN SCHEMA"), or nothing. */
bool words_take(struct words *w, const char *keywords);
/* Takes a name; false where there is none. */
bool words_name(struct words *w, char out[MODEL_WORD]);
bool words_literal(struct words *w, char out[MODEL_WORD]);
bool words_number(struct words *w, json_int_t *number);
bool words_end(const struct words *w);

/* virtual_grant.c */
int model_grant(struct model_session *s, struct words *w, bool grants);
int model_default_privileges(struct model_session *s, struct words *w);
/* A new table or sequence of 'owner' with what default privileges give. */
void model_relation(struct model_session *s, json_t *schema, const char *schema_name,
                    const char *name, const char *kind, const char *owner);

/* virtual_catalog.c: the rows of the catalog queries, in 'arena'. */
struct sql_rows;
struct arena;
void model_cluster_rows(const json_t *model, const char *user, const char *extensions,
                        struct sql_rows *results, size_t count, struct arena *arena);
void model_database_rows(const json_t *model, const char *database, const char *user,
                         struct sql_rows *results, size_t count, struct arena *arena);

#endif
