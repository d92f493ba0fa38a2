/* A whole engine in the virtual world: settings, gate, token, engine, records, as the daemon puts
 * them together in daemon/run/world.c.
 *
 *     struct stage s;
 *     stage_init(&s, 1, NULL);
 *     stage_load(&s, stage_built());              where everything stands as declared
 *     virtual_meddle(s.v, STORY_RULE, ...);       somebody does something
 *     stage_begin(&s, ENGINE_DAEMON, NULL);
 *     assert_true(stage_until_in_order(&s, MINUTES(30)));
 *     stage_done(&s);                             fails the test where the watch has complaints
 */
#ifndef SUPPORT_VIRTUAL_STAGE_H
#define SUPPORT_VIRTUAL_STAGE_H

#include "azure/arm.h"
#include "azure/token.h"
#include "engine/engine.h"
#include "flow/gate.h"
#include "support/records.h"
#include "support/virtual.h"
#include "support/virtual_document.h"

struct stage {
    struct virtual *v;
    struct settings *settings;
    struct gate *gate;
    struct token_cache *token;
    struct azure azure;
    struct engine *engine; /* NULL: not begun */
    struct records records;
    json_t *goal; /* what stage_until_in_order() waits for; NULL: only that nothing differs */
    json_t *seen; /* what was ever seen, also by an engine before this one */
    size_t cycles;
    bool finished; /* a one-shot has ended */
};

/* 'settings_patch' (stolen): see virtual_settings(). Catches records from here on. */
void stage_init(struct stage *s, uint32_t seed, json_t *settings_patch);
/* Ends everything without looking at complaints; then the world may still be asked... */
void stage_stop(struct stage *s);
/* ...until it is gone. Fails the test where the watch complained. */
void stage_done(struct stage *s);
/* The same without judging: for tests that judge themselves. */
void stage_free(struct stage *s);

/* Begins to work for the usual document with 'patch' (stolen). An engine that is there already is
 * ended first: the daemon was started again. */
void stage_begin(struct stage *s, enum engine_mode mode, json_t *document_patch);

/* Another document is in force from now on, as after SIGHUP. */
void stage_reload(struct stage *s, json_t *document_patch);

/* The state of a world in which the usual document has been built by the engine itself; made once.
 * Borrowed. */
const json_t *stage_built(void);
void stage_built_free(void);
/* Begins the world with a state, which is also the goal. */
void stage_load(struct stage *s, const json_t *saved);

/* Runs until everything was looked at, nothing differs or is unknown and, where there is a goal,
 * the world is as that says. Returns whether it came to this within 'span'. */
bool stage_until_in_order(struct stage *s, msec span);
bool stage_is_in_order(struct stage *s);
/* A one-shot runs to its end. */
bool stage_until_finished(struct stage *s, msec span);
/* Is there a record with this message (base/message_id.h) whose text contains 'part' (NULL: any)?
 */
bool stage_said(struct stage *s, const char *message_id, const char *part);
/* How many. */
size_t stage_said_times(struct stage *s, const char *message_id, const char *part);
/* Everything that was asked and said, to stderr: for a test that is about to fail. */
void stage_show(struct stage *s);
/* All records as lines of JSON; borrowed until the next event. */
const char *stage_records(struct stage *s);

#endif
