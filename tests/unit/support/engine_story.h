/* What the programs of tests/engine share: where a story begins and ends, and what it asserts. */
#ifndef SUPPORT_ENGINE_STORY_H
#define SUPPORT_ENGINE_STORY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/virtual_stage.h"

/* '*state' becomes a stage (its own; one at a time): where nothing is there yet, or where
 * everything stands as the usual document says. */
int story_setup_empty(void **state);
int story_setup_built(void **state);
/* The same with an engine at work for the usual document with 'patch' (stolen), until everything is
 * in order within 'span'. It has no goal yet. Returns 0, or -1 where it does not come to that. */
int story_setup_working(void **state, json_t *patch, msec span);
int story_teardown(void **state);

#define STORY_EMPTY(f) cmocka_unit_test_setup_teardown(f, story_setup_empty, story_teardown)
#define STORY_BUILT(f) cmocka_unit_test_setup_teardown(f, story_setup_built, story_teardown)

/* Runs them, $ONLY alone where it is set; what main() returns. */
#define STORY_RUN(tests) (story_before(), story_after(cmocka_run_group_tests(tests, NULL, NULL)))
void story_before(void);
int story_after(int failed);

#define STORY_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Works as a daemon, with 'patch' (stolen) over the usual document, until everything was looked at;
 * what was said until then is forgotten. */
void story_begin(struct stage *s, json_t *patch);
/* Somebody changes the server, and five minutes pass. */
void story_meddle(struct stage *s, json_t *patch);
/* See stage_said(). */
void story_assert_said(struct stage *s, const char *message, const char *part);
/* So many calls begin with 'line', see virtual_count(). */
void story_assert_count(struct stage *s, const char *line, size_t expected);
void story_assert_in_order(struct stage *s, msec span);

#endif
