/* The monitor of a long-running operation: see monitor.h. */
#include "azure/monitor.h"

#include <strings.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/timetext.h"

/* Without a hint (source: clients of record use 10 s). */
#define PAUSE_USUAL SECONDS(10)

/* Retry-After is 10 to 600 s by the book; a local Azure may be quicker. */
#define PAUSE_LEAST 100
#define PAUSE_MOST SECONDS(600)

/* The words with which an operation ends; every other word means that it runs. */
static const struct {
    const char *word;
    enum monitor_state state;
} endings[] = {
    {"Succeeded", MONITOR_SUCCEEDED},
    {"Failed", MONITOR_FAILED},
    {"Canceled", MONITOR_FAILED},
    {"Cancelled", MONITOR_FAILED},
};

bool monitor_find(const struct azure *az, const struct http_reply *reply, char **url,
                  bool *is_location)
{
    const char *operation = http_reply_header(reply, "azure-asyncoperation");
    const char *location = http_reply_header(reply, "location");
    bool has_operation = operation && arm_url_is_ours(az, operation);
    bool has_location = reply->status == 202 && location && arm_url_is_ours(az, location);
    if (!has_operation && !has_location) return false;
    *url = xstrdup(has_operation ? operation : location);
    *is_location = !has_operation;
    return true;
}

msec monitor_pause(const struct http_reply *reply)
{
    const char *text = http_reply_header(reply, "retry-after");
    msec pause = PAUSE_USUAL;
    if (text) timetext_retry_after(text, &pause);
    if (pause < PAUSE_LEAST) return PAUSE_LEAST;
    return pause > PAUSE_MOST ? PAUSE_MOST : pause;
}

/* The other form: the answer that a synchronous request would have got. */
static enum monitor_state read_location(const struct http_reply *reply, struct err *err)
{
    if (reply->status == 202) return MONITOR_RUNNING;
    if (reply->status == 404) return MONITOR_UNKNOWN;
    if (reply->status < 300) return MONITOR_SUCCEEDED;
    arm_error_reply(reply, err);
    return MONITOR_FAILED;
}

enum monitor_state monitor_read(const struct http_reply *reply, bool is_location, struct err *err)
{
    if (is_location) return read_location(reply, err);
    if (reply->status >= 300) return MONITOR_UNKNOWN;
    json_t *body = json_parse(reply->body, reply->length, NULL);
    const char *status = json_text_at(body, "status");
    enum monitor_state state = status ? MONITOR_RUNNING : MONITOR_UNKNOWN;
    for (size_t i = 0; status && i < sizeof(endings) / sizeof(endings[0]); i++)
        if (strcasecmp(endings[i].word, status) == 0) state = endings[i].state;
    if (state == MONITOR_FAILED) arm_error_operation(body, status, err);
    json_decref(body);
    return state;
}
