/* The results of a call: kept until it is answered, its first failure found. For sql_run.c. */
#ifndef NET_SQL_RESULT_H
#define NET_SQL_RESULT_H

#include "net/sql_conn.h"

enum sql_taken {
    SQL_TAKEN,      /* and more may come */
    SQL_TAKEN_LOST, /* the server has ended the connection */
    SQL_TAKEN_COPY, /* the server wants to copy, which is not done here */
};

/* Takes 'result' (stolen) for the present step. 'sqlstate' is filled where the connection is lost.
 */
enum sql_taken sql_result_take(struct sql_conn *c, PGresult *result, char sqlstate[6]);
/* Notes a failure of 'statement'. Only the first counts: the others follow from it. */
void sql_result_record(struct sql_run *run, size_t statement, const char *sqlstate,
                       const char *message, const char *function);
/* libpq has a notice or warning; as PQsetNoticeReceiver() wants it. */
void sql_result_notice(void *conn, const PGresult *notice);
/* The reply of an answered call. It points into the run. */
void sql_result_reply(struct sql_conn *c, struct reply *reply);
/* Frees what a run holds and makes it empty. */
void sql_result_free(struct sql_run *run);

#endif
