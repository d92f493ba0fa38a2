/* Entra's refusals: see login_refusal.h. The members are those of the documented answer to a wrong
 * scope (Entra documentation, v2-oauth2-client-creds-grant-flow). */
#include "front/login_refusal.h"

#include <stdlib.h>

#include "front/clock.h"

void login_refuse(struct exchange *x, int status, const char *error, int number, const char *text)
{
    char trace[GUID_TEXT], correlation[GUID_TEXT], now[CLOCK_TEXT];
    random_guid(trace);
    random_guid(correlation);
    clock_text(now, 0);
    now[10] = ' ';
    char *description = xasprintf("AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s",
                                  number, text, trace, correlation, now);
    x->error_code = error;
    reply_json(x, status,
               json_pack("{s:s, s:s, s:[i], s:s, s:s, s:s}", "error", error, "error_description",
                         description, "error_codes", number, "timestamp", now, "trace_id", trace,
                         "correlation_id", correlation));
    free(description);
}
