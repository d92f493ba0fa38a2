/* SQLSTATEs to kinds of error: the one place where a server's answer is judged. Only codes and
 * source function names are looked at: message texts come in the server's language. */
#ifndef PG_CLASSIFY_H
#define PG_CLASSIFY_H

#include "base/err.h"
#include "flow/call.h"

/* 0 where the reply is a success; -1 with 'err' filled: kind, SQLSTATE as code, the server's
 * message. CONFLICT: read again and compare again. BUSY and TRANSIENT: the same again later. */
int pg_classify(const struct sql_reply *reply, struct err *err);

#endif
