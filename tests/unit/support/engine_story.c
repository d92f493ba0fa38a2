/* What the programs of tests/engine share: see engine_story.h. */
#include "support/engine_story.h"

#include <stdlib.h>

static struct stage story_stage;

int story_setup_empty(void **state)
{
    stage_init(&story_stage, 1, NULL);
    *state = &story_stage;
    return 0;
}

int story_setup_built(void **state)
{
    story_setup_empty(state);
    stage_load(&story_stage, stage_built());
    return 0;
}

int story_setup_working(void **state, json_t *patch, msec span)
{
    story_setup_built(state);
    json_decref(story_stage.goal);
    story_stage.goal = NULL;
    stage_begin(&story_stage, ENGINE_DAEMON, patch);
    if (stage_until_in_order(&story_stage, span)) return 0;
    stage_show(&story_stage);
    return -1;
}

int story_teardown(void **state)
{
    stage_done(*state);
    return 0;
}

void story_before(void)
{
    if (getenv("ONLY")) cmocka_set_test_filter(getenv("ONLY"));
}

int story_after(int failed)
{
    stage_built_free();
    return failed;
}

void story_begin(struct stage *s, json_t *patch)
{
    stage_begin(s, ENGINE_DAEMON, patch);
    virtual_pass(s->v, MINUTES(5));
    records_forget(&s->records);
}

void story_meddle(struct stage *s, json_t *patch)
{
    virtual_meddle(s->v, STORY_SERVER, patch);
    virtual_pass(s->v, MINUTES(5));
}

void story_assert_said(struct stage *s, const char *message, const char *part)
{
    if (stage_said(s, message, part)) return;
    stage_show(s);
    fail_msg("not said: %s", part ? part : message);
}

void story_assert_count(struct stage *s, const char *line, size_t expected)
{
    size_t n = virtual_count(s->v, line, 0);
    if (n == expected) return;
    stage_show(s);
    fail_msg("%zu times instead of %zu: %s", n, expected, line);
}

void story_assert_in_order(struct stage *s, msec span)
{
    if (stage_is_in_order(s) || stage_until_in_order(s, span)) return;
    stage_show(s);
    fail_msg("not in order in time");
}
