/* What nobody declared and what is thought of it. By default it is reported: a new login, a grant
 * to somebody the document does not know, CREATE for PUBLIC. What PostgreSQL and Azure bring along
 * is not undeclared: roles and databases with their names ("pg_...", "azure..."), the role that
 * initdb makes, the connected administrator, and what PUBLIC holds by birth. */
#ifndef PG_UNDECLARED_H
#define PG_UNDECLARED_H

/* kind, key below policy.undeclared in the document, what it is */
#define PG_UNDECLARED_KINDS(X)                                                                     \
    X(LOGIN, "logins", "a role that can log in and is not declared")                               \
    X(MEMBERSHIP, "memberships",                                                                   \
      "a membership of or in a declared role that no memberOf speaks of")                          \
    X(GRANTEE, "grantees", "privileges in a declared database that are not declared")              \
    X(OWNER, "owners", "an owner in a declared database who is not declared")                      \
    X(DATABASE, "databases", "a database that is not declared")                                    \
    X(PUBLIC, "public", "privileges of PUBLIC beyond those that everything is born with")

enum pg_undeclared_kind {
#define X(name, key, sentence) PG_UNDECLARED_##name,
    PG_UNDECLARED_KINDS(X)
#undef X
        PG_UNDECLARED_N
};

/* REPORT is zero: what nobody has thought about is seen. Removing means revoking; where nothing can
 * be revoked (logins, owners, databases) it reports: nothing is ever dropped or given away. */
enum pg_undeclared { PG_UNDECLARED_REPORT, PG_UNDECLARED_IGNORE, PG_UNDECLARED_REMOVE };

/* "logins", and its sentence. */
const char *pg_undeclared_key(enum pg_undeclared_kind kind);
const char *pg_undeclared_sentence(enum pg_undeclared_kind kind);
/* "undeclared; policy.undeclared.logins is report", or why it is not removed though it should. */
const char *pg_undeclared_reason(enum pg_undeclared_kind kind, enum pg_undeclared policy);

#endif
