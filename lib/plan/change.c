/* The words of a change: see change.h. */
#include "plan/change.h"

static const char *const verbs[CHANGE_VERB_N] = {
    [CHANGE_CREATE] = "create",
    [CHANGE_UPDATE] = "update",
    [CHANGE_DELETE] = "delete",
    [CHANGE_REPORT] = "report",
};

static const char *const classes[CHANGE_CLASS_N] = {
#define X(name, word, meaning) [CHANGE_##name##_CLASS] = word,
    CHANGE_CLASSES(X)
#undef X
};

static const char *const verdicts[CHANGE_VERDICT_N] = {
#define X(name, word) [CHANGE_##name] = word,
    CHANGE_VERDICTS(X)
#undef X
};

bool change_is_debt(const struct change *c)
{
    return c->verb == CHANGE_REPORT && c->class == CHANGE_RESTART_CLASS;
}

const char *change_verb_word(enum change_verb verb)
{
    return verbs[verb];
}

const char *change_class_word(enum change_class class)
{
    return classes[class];
}

const char *change_verdict_word(enum change_verdict verdict)
{
    return verdicts[verdict];
}
