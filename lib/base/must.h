/* What cannot be otherwise. An invariant that does not hold means that the program does not know
 * what it does: it stops at once, systemd starts it again, and nothing it knew is needed to be
 * correct (P8). Not for what others send or write: that is an error value. */
#ifndef BASE_MUST_H
#define BASE_MUST_H

/* Prints place and condition on standard error and aborts. */
_Noreturn void must_failed(const char *file, int line, const char *condition);

/* In release builds too. The condition has no side effects. */
#define must(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) must_failed(__FILE__, __LINE__, #condition);                             \
    } while (0)

#endif
