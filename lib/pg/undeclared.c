#include "pg/undeclared.h"

#include "base/must.h"

static const struct {
    const char *key;
    const char *sentence;
    const char *report;
    const char *keep;
} kinds[PG_UNDECLARED_N] = {
#define X(name, key, sentence)                                                                     \
    [PG_UNDECLARED_##name] = {key, sentence, "undeclared; policy.undeclared." key " is report",    \
                              "undeclared; policy.undeclared." key                                 \
                              " is remove, but nothing is dropped or given away from here"},
    PG_UNDECLARED_KINDS(X)
#undef X
};

const char *pg_undeclared_key(enum pg_undeclared_kind kind)
{
    return kinds[kind].key;
}

const char *pg_undeclared_sentence(enum pg_undeclared_kind kind)
{
    return kinds[kind].sentence;
}

const char *pg_undeclared_reason(enum pg_undeclared_kind kind, enum pg_undeclared policy)
{
    must(policy != PG_UNDECLARED_IGNORE);
    return policy == PG_UNDECLARED_REPORT ? kinds[kind].report : kinds[kind].keep;
}
