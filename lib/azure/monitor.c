/* The monitor of a long-running operation: see monitor.h. */
#include "azure/monitor.h"

#include <strings.h>

#include "base/json.h"
#include "base/mem.h"

/* Without a hint (source: clients of record use 10 s). */
#define PAUSE_USUAL SECONDS(10)

/* Retry-After is 10 to 600 s by the book. Less than a second, as of a local Azure or by mistake,
 * is no hint but haste: the pause is then a quarter of what the operation has taken so far, so that
 * its end is seen at most a quarter late and looks become rare. */
#define PAUSE_HASTY SECONDS(1)
#define PAUSE_LEAST 100
#define PAUSE_MOST SECONDS(600)
#define PAUSE_SHARE 4

/* The words with which an operation ends, and a provisioningState; every other word means that it
 * runs. */
static const struct {
    const char *word;
    enum monitor_state state;
} endings[] = {
    {"Succeeded", MONITOR_SUCCEEDED},
    {"Failed", MONITOR_FAILED},
    {"Canceled", MONITOR_CANCELED},
    {"Cancelled", MONITOR_CANCELED},
};

/* The states of a flexible server in which something is under way (source: ServerState of the
 * specification); every other one, also one that nobody knows yet, is a state of rest. */
static const char *const moving[] = {"Dropping", "Provisioning", "Restarting",
                                     "Starting", "Stopping",     "Updating"};

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

static msec pause_hasty(msec elapsed)
{
    msec pause = elapsed / PAUSE_SHARE;
    if (pause < PAUSE_LEAST) return PAUSE_LEAST;
    return pause < PAUSE_USUAL ? pause : PAUSE_USUAL;
}

msec monitor_pause(const struct azure *az, const struct reply *reply, msec elapsed)
{
    msec pause = PAUSE_USUAL;
    if (reply->err.kind != ERR_NONE) {
        if (reply->err.retry_after_ms) pause = reply->err.retry_after_ms;
    } else {
        arm_retry_after(&reply->http, az->io, &pause);
    }
    if (pause < PAUSE_HASTY) return pause_hasty(elapsed);
    return pause > PAUSE_MOST ? PAUSE_MOST : pause;
}

static enum monitor_state monitor_ending(const char *word)
{
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
        if (strcasecmp(endings[i].word, word) == 0) return endings[i].state;
    return MONITOR_RUNNING;
}

/* Statuses that speak of the monitor, or of who asks, and not of the operation. */
static bool is_about_the_monitor(int status)
{
    static const int statuses[] = {401, 403, 404, 408, 410, 429};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i] == status) return true;
    return status < 200 || (status >= 300 && status < 400) || status >= 500;
}

/* The other form: the answer that a synchronous request would have got. */
static enum monitor_state read_location(const struct http_reply *reply, struct err *err)
{
    if (reply->status == 202) return MONITOR_RUNNING;
    if (is_about_the_monitor(reply->status)) return MONITOR_UNKNOWN;
    json_t *body = json_parse(reply->body, reply->length, NULL);
    bool readable = body || !reply->length;
    json_decref(body);
    if (!readable) return MONITOR_UNKNOWN;
    if (reply->status < 300) return MONITOR_SUCCEEDED;
    struct err refusal = {.kind = ERR_NONE};
    arm_error_reply(reply, &refusal);
    if (!refusal.code[0]) return MONITOR_UNKNOWN; /* not ARM's own words */
    *err = refusal;
    return MONITOR_FAILED;
}

enum monitor_state monitor_read(const struct reply *reply, bool is_location, struct err *err)
{
    const struct http_reply *http = &reply->http;
    if (reply->err.kind != ERR_NONE) return MONITOR_UNKNOWN;
    if (is_location) return read_location(http, err);
    if (http->status < 200 || http->status >= 300) return MONITOR_UNKNOWN;
    json_t *body = json_parse(http->body, http->length, NULL);
    const char *status = json_text_at(body, "status");
    enum monitor_state state = status ? monitor_ending(status) : MONITOR_UNKNOWN;
    if (state == MONITOR_FAILED || state == MONITOR_CANCELED)
        arm_error_operation(body, status, err);
    json_decref(body);
    return state;
}

static enum monitor_state monitor_provisioning(const json_t *body, struct err *err)
{
    const json_t *word = json_at(body, "properties.provisioningState");
    if (!word || json_is_null(word)) return MONITOR_SUCCEEDED; /* source: ARM RPC */
    if (!json_is_string(word)) return MONITOR_UNKNOWN;
    enum monitor_state state = monitor_ending(json_string_value(word));
    if (state == MONITOR_FAILED)
        err_set(err, ERR_REFUSED, "the resource says that its provisioning has failed");
    else if (state == MONITOR_CANCELED)
        err_set(err, ERR_CONFLICT, "the resource says that its provisioning was canceled");
    return state;
}

static enum monitor_state server_state(const json_t *body)
{
    const char *state = json_text_at(body, "properties.state");
    if (!state || !*state) return MONITOR_UNKNOWN;
    for (size_t i = 0; i < sizeof(moving) / sizeof(moving[0]); i++)
        if (strcasecmp(moving[i], state) == 0) return MONITOR_RUNNING;
    return MONITOR_SUCCEEDED;
}

enum monitor_state monitor_resource(enum arm_settling settling, const json_t *body, struct err *err)
{
    switch (settling) {
    case ARM_SETTLES_BY_OPERATION: break;
    case ARM_SETTLES_BY_STATE: return server_state(body);
    case ARM_SETTLES_BY_PROVISIONING: return monitor_provisioning(body, err);
    case ARM_SETTLES_AT_ONCE: return MONITOR_SUCCEEDED;
    }
    return MONITOR_UNKNOWN;
}
