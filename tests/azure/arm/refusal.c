/* Why a request is not done: see refusal.h. */
#include "arm/refusal.h"

#include <stdarg.h>
#include <stdio.h>

int refuse(struct refusal *refusal, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(refusal->message, sizeof(refusal->message), format, args);
    va_end(args);
    refusal->code = code;
    return -1;
}

int refuse_now(struct refusal *refusal, int status, const char *code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(refusal->message, sizeof(refusal->message), format, args);
    va_end(args);
    refusal->code = code;
    refusal->status = status;
    refusal->at_once = true;
    return -1;
}
