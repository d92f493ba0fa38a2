#!/bin/bash
# What lies where a file is read: pipes, sockets, devices and directories are named and not waited for, and
# a file system that hangs stops a reload, never the healing.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

# A file system that hangs: what is called *slow.json opens when somebody writes a byte into the pipe.
hanging_files() {
    cat >"$PLACE/hang.c" <<'END'
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int open(const char *path, int flags, ...)
{
    size_t length = strlen(path);
    if (length > 9 && strcmp(path + length - 9, "slow.json") == 0) {
        char byte;
        int pipe = openat(AT_FDCWD, getenv("HANG_PIPE"), O_RDONLY | O_CLOEXEC);
        while (read(pipe, &byte, 1) != 1) {
        }
        close(pipe);
    }
    return openat(AT_FDCWD, path, flags, 0600);
}
END
    "${CC:-cc}" -shared -fPIC -o "$PLACE/hang.so" "$PLACE/hang.c" && mkfifo "$PLACE/pipe"
}
# Our own end of the pipe stays open, so that neither side waits for the other to open it.
let_through() { printf x >&"$PIPE"; }

# refuses TITLE REGEX: a reload of what is there now is refused for that reason, at once.
refuses() {
    local record
    mark
    kill -HUP "$DAEMON_PID"
    if record=$(wait_record reload_refused 10); then
        like "$1: refused" "$2" "$(jq -r .message <<<"$record")"
    else
        fail "$1: refused" "$(records true | tail -n 5)"
    fi
}
# heals TITLE: what is sabotaged now is put right.
heals() {
    mark
    expect "$1: the daemon works on" break_limit
    expect "$1: it heals" wait_record "(${REPORTED[limit]}) and .drift == \"corrected\""
}
new_socket() { perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0) && bind(S, sockaddr_un($ARGV[0])) or exit 1' "$1"; }

need 'a file system that hangs' hanging_files
exec {PIPE}<>"$PLACE/pipe"
world_new
DAEMON_COMMAND=(env "LD_PRELOAD=$PLACE/hang.so" "HANG_PIPE=$PLACE/pipe" ASAN_OPTIONS=verify_asan_link_order=0 "$PGDRIFTD")
daemon_start
need 'built' wait_in_sync 120

# --- what is no file -----------------------------------------------------------------------------

STRANGE=$ETC/desired.d/x.json
mkfifo "$STRANGE"
refuses 'a FIFO among the documents' 'x\.json.*: is a FIFO, not a regular file$'
heals 'a FIFO among the documents'
timeout 20 "$PGDRIFT" check --config "$ETC/pgdriftd.json" >"$PLACE/said" 2>&1
is 'a FIFO among the documents: check ends' 1 $?
like 'a FIFO among the documents: check names it' 'x\.json.*: is a FIFO, not a regular file' "$(<"$PLACE/said")"
rm "$STRANGE"
mkdir "$STRANGE"
refuses 'a directory among the documents' 'x\.json.*: is a directory, not a regular file$'
rmdir "$STRANGE"
new_socket "$STRANGE"
refuses 'a socket among the documents' 'x\.json.*: is a socket, not a regular file$'
rm "$STRANGE"
ln -s /dev/tty "$STRANGE"
refuses 'a link to a device among the documents' 'x\.json.*: is a device, not a regular file$'
rm "$STRANGE"
ln -s nowhere "$STRANGE"
refuses 'a link to nothing among the documents' 'x\.json.*: No such file or directory$'
rm "$STRANGE"

mv "$ETC/desired.d/auth-schema.sql" "$ETC/kept.sql"
mkfifo "$ETC/desired.d/auth-schema.sql"
refuses 'a FIFO as a schema file' 'schemaFiles\[0\]\.file: cannot read .*auth-schema\.sql: is a FIFO, not a regular file$'
rm "$ETC/desired.d/auth-schema.sql"
ln -s "$ETC/kept.sql" "$ETC/desired.d/auth-schema.sql"

SECRET=$CREDENTIALS_DIRECTORY/phonebill-monitor
mv "$SECRET" "$SECRET.kept"
(umask 077 && mkfifo "$SECRET")
refuses 'a FIFO as a secret' 'phonebill-monitor: is a FIFO, not a regular file$'
rm "$SECRET"
mv "$SECRET.kept" "$SECRET"

mv "$ETC/pgdriftd.json" "$ETC/kept.json"
mkfifo "$ETC/pgdriftd.json"
refuses 'a FIFO as settings' 'pgdriftd\.json.*: is a FIFO, not a regular file$'
heals 'a FIFO as settings'
timeout 20 "$PGDRIFTD" --config="$ETC/pgdriftd.json" >"$PLACE/said" 2>&1
is 'a FIFO as settings: no start' 78 $?
rm "$ETC/pgdriftd.json"
ln -s kept.json "$ETC/pgdriftd.json"
mv "$DOCUMENT" "$ETC/document.kept"
ln -s "$ETC/document.kept" "$DOCUMENT"
mark
kill -HUP "$DAEMON_PID"
expect 'links to files are files' wait_record reloaded 10
expect 'links to files are files: in sync' wait_in_sync

# --- what hangs ----------------------------------------------------------------------------------

jq '{schemaVersion, metadata: {name: "second"}, policy: {mode: "enforce", allowCreate: true}, azure,
    resourceGroup: {name: "rg-second", location: "koreacentral"}}' "$DOCUMENT" >"$ETC/desired.d/slow.json"
mark
kill -HUP "$DAEMON_PID"
expect 'a file that hangs: cycles go on' wait_cycles 2
heals 'a file that hangs'
is 'a file that hangs: nothing is reloaded yet' 0 "$(record_count 'reloaded or reload_refused')"
# What is asked for in the meantime is done afterwards: it may be about a newer file.
kill -HUP "$DAEMON_PID"
expect 'asked again: cycles go on' wait_cycles 1
let_through
expect 'it answers again: reloaded' wait_record reloaded 10
let_through
expect 'it answers again: and once more, as was asked' wait_record reloaded 10 2
expect 'it answers again: the new document is in force' wait_record '.document == "second" and .drift == "corrected"'

# The end does not wait for ever either, and the next daemon can begin.
kill -HUP "$DAEMON_PID"
expect 'it hangs again: cycles go on' wait_cycles 1
begin=$(now_ms)
daemon_stop
is 'stopped while a file hangs: exit status' 0 $?
expect 'stopped while a file hangs: within five seconds' test $(($(now_ms) - begin)) -le 5000
rm "$ETC/desired.d/slow.json"
mark
daemon_start
expect 'stopped while a file hangs: the next one starts' wait_record ready 10
