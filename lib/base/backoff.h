/* How long to pause before the same thing is tried again. Pure: the caller brings the attempt, the
 * other side's hint and a random number. The presets are the only numbers of this kind (P11). */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdint.h>

struct backoff_policy {
    const char *name;
    uint64_t base_ms;        /* the first pause */
    uint64_t cap_ms;         /* no pause of our own is longer; hints are taken as they are */
    unsigned factor;         /* each pause is so many times the one before */
    unsigned jitter_percent; /* a pause may be longer by up to this much, never shorter */
};

enum backoff_preset {
    BACKOFF_TRANSIENT,  /* the way there or the other side failed for the moment */
    BACKOFF_THROTTLED,  /* too many requests, and no hint was given */
    BACKOFF_BUSY,       /* another operation holds the object */
    BACKOFF_REWRITE,    /* a write failed, or its effect is not to be seen yet */
    BACKOFF_DOUBT,      /* nobody knows whether a write was taken: it may still be under way */
    BACKOFF_CREDENTIAL, /* a credential was refused: somebody has to act first */
    BACKOFF_N
};

extern const struct backoff_policy backoff_presets[BACKOFF_N];

/* The pause in milliseconds after failure number 'attempt' (1 is the first). 'hint_ms' is the other
 * side's (0: none) and replaces our own pause. 'random' is uniform over 32 bits. */
uint64_t backoff_delay(const struct backoff_policy *policy, unsigned attempt, uint64_t hint_ms,
                       uint32_t random);

#endif
