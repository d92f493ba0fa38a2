/* How long a test waits for what must come. */
#ifndef TEST_PATIENCE_H
#define TEST_PATIENCE_H

#include "flow/call.h"

/* 'ms' of a quiet machine, times $TEST_PATIENCE (5 where it is not set): a bound on waiting that is
 * only met where the thing does not come at all. */
msec patient(msec ms);

#endif
