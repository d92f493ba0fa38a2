/* What the files of the oracle share: its rows, and what is said about them. */
#ifndef TEST_ROLE_ORACLE_INSIDE_H
#define TEST_ROLE_ORACLE_INSIDE_H

#include "support/role_oracle.h"

/* Columns; those of 'roles' begin with the attributes in the order of enum pg_attribute. */
enum { ROLE_NAME, ROLE_ATTRIBUTES, ROLE_LIMIT = 8, ROLE_UNTIL, ROLE_COMMENT, ROLE_PASSWORD };
enum { MEMBER_OF, MEMBER_WHO };
enum { SETTING_DATABASE, SETTING_ROLE, SETTING_NAME, SETTING_VALUE };
enum { DATABASE_NAME, DATABASE_OWNER, DATABASE_LIMIT, DATABASE_COMMENT };
enum { SCHEMA_NAME, SCHEMA_OWNER };

const char *role_cell(const PGresult *t, int row, int column);
/* The row with these names, or -1. */
int role_find(const struct role_state *s, enum role_table table, const char *const names[]);
/* The row called as that of 't', or -1. */
int role_find_same(const struct role_state *s, enum role_table table, const PGresult *t, int row);
/* Are the first 'columns' alike? */
bool role_same_row(const PGresult *a, int x, const PGresult *b, int y, int columns);
/* False, with 'what' and the row in 'why'. */
bool role_complain(struct buf *why, const char *what, const PGresult *t, int row);

/* What is declared, or NULL. */
const struct pg_want_role *role_want_role(const struct role_case *c, const char *name);
const struct pg_want_database *role_want_database(const struct role_case *c, const char *name);
/* Is a change of 'object' 'name' called out of reach, and names it 'field' (NULL: whatever)? */
bool role_excused(const struct role_case *c, const char *object, const char *name,
                  const char *field);

/* Settings and memberships. */
bool role_lists_hold(const struct role_case *c, struct buf *why);

#endif
