/* The MESSAGE_IDs as strings: see message_id.h. */
#include "base/message_id.h"

#define X(name, id, says) const char MESSAGE_##name[33] = id;
MESSAGES(X)
#undef X
