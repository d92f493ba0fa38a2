/* Who wants to be left alone: see gate_hold.h. */
#include "flow/gate_hold.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/timetext.h"

#define HOLD_LEAST SECONDS(1)
#define HOLD_MOST MINUTES(60)

/* --- services ----------------------------------------------------------------------------------
 */

struct gate_word {
    const char *text;
    size_t length;
};

/* The last segment in the path of 'url' that follows the segment 'key' ("/subscriptions/"). */
static struct gate_word gate_segment_after(const char *url, const char *key)
{
    struct gate_word found = {.text = ""};
    size_t key_length = strlen(key);
    const char *authority = strstr(url, "://");
    const char *at = strchr(authority ? authority + 3 : url, '/');
    for (; at && *at && *at != '?' && *at != '#'; at++) {
        if (*at != '/' || strncasecmp(at, key, key_length) != 0) continue;
        found =
            (struct gate_word){.text = at + key_length, .length = strcspn(at + key_length, "/?#")};
    }
    return found;
}

static bool gate_word_is(struct gate_word word, const char *text)
{
    return strncasecmp(word.text, text, word.length) == 0 && !text[word.length];
}

struct gate_service *gate_service_get(struct gate_service **list, const char *host, const char *url)
{
    struct gate_word subscription = gate_segment_after(url, "/subscriptions/");
    struct gate_word provider = gate_segment_after(url, "/providers/");
    for (struct gate_service *s = *list; s; s = s->next)
        if (gate_word_is(subscription, s->subscription) && gate_word_is(provider, s->provider))
            return s;
    struct gate_service *s = xcalloc(1, sizeof(*s));
    s->subscription = xstrndup(subscription.text, subscription.length);
    s->provider = xstrndup(provider.text, provider.length);
    s->hold =
        (struct gate_hold){.host = host, .subscription = s->subscription, .service = s->provider};
    s->next = *list;
    *list = s;
    return s;
}

void gate_services_free(struct gate_service *list)
{
    for (struct gate_service *s = list, *next; s; s = next) {
        next = s->next;
        free(s->subscription);
        free(s->provider);
        free(s);
    }
}

/* --- holds -------------------------------------------------------------------------------------
 */

msec gate_hold_span(const struct http_reply *reply, int64_t wall_clock, msec usual)
{
    const char *text = http_reply_header(reply, "retry-after");
    msec span = usual;
    if (text) timetext_retry_after_at(text, wall_clock, &span);
    if (span < HOLD_LEAST) return HOLD_LEAST;
    return span > HOLD_MOST ? HOLD_MOST : span;
}

bool gate_hold_begin(struct gate_hold *h, int status, msec until, msec now)
{
    bool begins = h->refusals == 0;
    if (begins) h->since = now;
    if (until > h->until) h->until = until;
    h->status = status;
    h->refusals++;
    return begins;
}

bool gate_hold_is_over(const struct gate_hold *h, msec calm, msec now)
{
    return h->refusals > 0 && now >= h->until + calm;
}

void gate_hold_clear(struct gate_hold *h)
{
    h->since = h->until = 0;
    h->status = 0;
    h->refusals = 0;
}
