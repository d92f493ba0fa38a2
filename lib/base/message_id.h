/* The kinds of records that the daemon writes to the journal. Each has a MESSAGE_ID that never
 * changes, so that `journalctl MESSAGE_ID=...` and alert rules keep working over releases. The
 * message catalog (systemd/pgdriftd.catalog) has one entry for each, its subject being the third
 * column here; a test holds the two together. */
#ifndef BASE_MESSAGE_ID_H
#define BASE_MESSAGE_ID_H

/* name, MESSAGE_ID, what a record of this kind says */
#define MESSAGES(MESSAGE)                                                                          \
    MESSAGE(STARTED, "387972452d37477cbe4f8f0e3c29e5b7", "the daemon has started")                 \
    MESSAGE(READY, "c534f8154ec947538b937b1e60803de5",                                             \
            "the settings and documents are valid, work begins")                                   \
    MESSAGE(RELOADED, "48f40f0966674aaf8c41107f134ab334", "a new configuration is in force")       \
    MESSAGE(RELOAD_REFUSED, "0c62d380b0f74712a36f975cda730caa",                                    \
            "a new configuration was refused, the old one stays")                                  \
    MESSAGE(RECORDS_LOST, "2bb722512ff44707981a6e49dfeb93d0",                                      \
            "records were lost on their way out")                                                  \
    MESSAGE(LOCK_RENEWED, "254c983ab3d74c66ad55b1902342d27c",                                      \
            "the lock was gone and has been made again")                                           \
    MESSAGE(LOCK_UNREACHABLE, "caef94ad81a0408ba735a14cf23c896c",                                  \
            "the lock is gone and cannot be made again")                                           \
    MESSAGE(LOCK_LOST, "b627e5aecfc740d284798a0134597f01",                                         \
            "another process holds the lock, this one ends")                                       \
    MESSAGE(NOTHING_DECLARED, "5efa9f7d24774ee28aefb992b149c4e3", "nothing is declared")           \
    MESSAGE(NO_LONGER_DECLARED, "d87895c7e24d4665b96c1a21e88239cc",                                \
            "something is no longer declared and is left as it is")                                \
    MESSAGE(STOPPING, "8df3084398f54650b3e67869d683b2f1", "the daemon stops")                      \
    MESSAGE(CYCLE, "f6b456317f004fdda7d66e40d274ffdc", "the summary of one cycle")                 \
    MESSAGE(DRIFT_DETECTED, "0ec9a5a858db4337980f889f5c07b7ab",                                    \
            "something differs from its declaration")                                              \
    MESSAGE(DRIFT_CORRECTING, "f6c8afc5f64440368afb506b27a9cd8a", "a correction has been sent")    \
    MESSAGE(DRIFT_CORRECTED, "2269b819c5164623b7ce9161c3a24853",                                   \
            "a correction was read back as made")                                                  \
    MESSAGE(DRIFT_WAITING, "4efc0733952e42819d8e8cdfb4063512", "a correction waits for its time")  \
    MESSAGE(DRIFT_BLOCKED, "6c4fa1aefd234803a0ba2471e2649399", "a correction is held back")        \
    MESSAGE(DRIFT_UNACHIEVABLE, "577ca63a48534ded9c4b341fce0a9eff",                                \
            "the declaration cannot be reached")                                                   \
    MESSAGE(DRIFT_UNKNOWN, "9394d2ee3c424d71b59ea53a8514cae2", "something cannot be observed")     \
    MESSAGE(DRIFT_KNOWN_AGAIN, "d385aeda8d6047e79019186250527dc9",                                 \
            "something can be observed again")                                                     \
    MESSAGE(DRIFT_VANISHED, "2b80c989d5fa47539d7d3a1060bf9543",                                    \
            "a difference went away by itself")                                                    \
    MESSAGE(DRIFT_FOUGHT, "d4addf08faa44681b8a53e86945858a0",                                      \
            "somebody keeps changing what is put back")                                            \
    MESSAGE(FACT, "76648b0472cc45829dfbc419f1ce110a", "something changed that is no drift")        \
    MESSAGE(THROTTLED, "43a4c83270e14850b14fd93b6492df1d", "Azure limits the requests")

/* MESSAGE_STARTED and so on: the MESSAGE_ID itself, as log_record() takes it. */
#define X(name, id, says) extern const char MESSAGE_##name[33];
MESSAGES(X)
#undef X

#endif
