/* Hand-made catalogs for tests of the SQL half: rows as text, one a line, cells between bars, \N
 * for NULL; and changes as text to compare with. Everything goes through the real decoding. */
#ifndef TEST_PG_FIXTURE_H
#define TEST_PG_FIXTURE_H

#include "base/mem.h"
#include "pg/catalog.h"
#include "pg/diff.h"

/* What is NULL is taken from a small server: PostgreSQL 15, a superuser "postgres" (10), the
 * connected administrator "admin" (11, CREATEROLE, member of "owner"), "owner" (12), "app" (13),
 * "other" (14); database "db" (100) of owner. Cells as the queries give them. */
struct pg_fixture {
    const char *session;
    const char *roles;
    const char *members;
    const char *databases;
    const char *settings;
    const char *names; /* of the database's snapshot: oid, name, usable */
    const char *schemas;
    const char *relations;
    const char *columns;
    const char *routines;
    const char *defaults;
    const char *extensions;
};

/* Fail the test where the rows cannot be decoded. */
struct pg_cluster *pg_fixture_cluster(const struct pg_fixture *f, struct arena *arena);
struct pg_database *pg_fixture_database(const struct pg_fixture *f, struct arena *arena);

/* The rows of one statement. */
struct sql_rows pg_fixture_rows(const char *text, struct arena *arena);
/* Replies as the executor would give them, to be spoilt by a test. */
struct sql_reply pg_fixture_cluster_reply(const struct pg_fixture *f, struct arena *arena);
struct sql_reply pg_fixture_database_reply(const struct pg_fixture *f, struct arena *arena);

/* For every change "KIND OBJECT", with "! WHY" where it cannot be corrected, "  FIELD: FROM -> TO"
 * for its deltas ("-": nothing), "  > STATEMENT" for its statements. */
const char *pg_fixture_text(const struct pg_changes *changes, struct arena *arena);

#endif
