#!/bin/bash
# What the daemon finds as its descriptors never stops its work: a standard error that nobody reads, standard
# descriptors that are closed, too few of them at the start, and none left later.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

# heals_unheard TITLE: what is broken in ARM is put right; seen by asking ARM, for nobody hears the daemon.
heals_unheard() {
    mark
    expect "$1: broken in ARM" break_retention
    expect "$1: healed in ARM" wait_request '.actor == "client" and .method == "PATCH" and .status < 300' 30
    mark
    expect "$1: looked at again" wait_request '.actor == "client" and .method == "GET" and (.path | endswith(env.SERVER))' 30 3
    expect "$1: whole" whole_retention
}
# daemon_exec COMMAND: starts the daemon by what the shell makes of COMMAND, for its redirections.
daemon_exec() {
    bash -c "exec $1" daemon "$PGDRIFTD" "--config=$ETC/pgdriftd.json" --log-format=json &
    DAEMON_PID=$!
}
stops() {
    local begin status
    begin=$(now_ms)
    daemon_stop
    status=$?
    is "$1: ends with 0" 0 "$status"
    expect "$1: within five seconds" test $(($(now_ms) - begin)) -le 5000
}

world_built
stops 'built'

# --- nobody reads ------------------------------------------------------------------------------------

# A pipe that is full before the daemon writes its first record.
mkfifo "$PLACE/pipe"
exec {PIPE}<>"$PLACE/pipe"
dd if=/dev/zero of="$PLACE/pipe" bs=4096 oflag=nonblock >"$PLACE/said" 2>&1
like 'a pipe is full' 'Resource temporarily unavailable' "$(<"$PLACE/said")"
export PIPE
daemon_exec "\"\$@\" </dev/null 2>&$PIPE"
heals_unheard 'a full standard error'
heals_unheard 'a full standard error, again'
# Somebody reads again: everything that was held back is there, each record a line, in order.
timeout 20 head -c 65536 <&"$PIPE" | tr -d '\0' >"$PLACE/held.log"
{ timeout 20 cat <&"$PIPE" >>"$PLACE/held.log" & } 2>/dev/null
READER=$!
at_end 'kill_reader'
kill_reader() { kill "$READER" 2>/dev/null; }
DAEMON_LOG=$LOG LOG=$PLACE/held.log MARK=0
expect 'read again: what was held back is there' wait_record '.resource == "server" and .drift == "corrected"' 20 2
is 'read again: it begins with the start' true "$(head -n 1 "$LOG" | jq '.message | test("^pgdriftd ")')"
is 'read again: in order' true "$(records true | jq -s 'map(.time) | . == sort')"
is 'read again: nothing is lost' 0 "$(record_count records_lost)"
stops 'read again'
kill_reader
LOG=$DAEMON_LOG

# It ends soon, too, when nobody reads to the end.
dd if=/dev/zero of="$PLACE/pipe" bs=4096 oflag=nonblock >"$PLACE/said" 2>&1
daemon_exec "\"\$@\" </dev/null 2>&$PIPE"
heals_unheard 'full to the end'
stops 'full to the end'
exec {PIPE}<&-

# --- closed descriptors ------------------------------------------------------------------------------

# closed TITLE REDIRECTIONS DESCRIPTOR...: these are /dev/null, and it works.
closed() {
    local title=$1 redirections=$2 fd
    shift 2
    daemon_exec "\"\$@\" $redirections"
    heals_unheard "$title"
    for fd in "$@"; do is "$title: $fd is /dev/null" /dev/null "$(readlink "/proc/$DAEMON_PID/fd/$fd")"; done
    stops "$title"
}
closed 'all three are closed' '0<&- 1>&- 2>&-' 0 1 2
closed 'standard error is closed' '0</dev/null 2>&-' 2
closed 'standard input is closed' "0<&- 2>>$PLACE/input.log" 0
is 'no record in the state directory' '' "$(grep -rl message_id "$STATE" 2>/dev/null)"
# The command as well: what is printed to a closed descriptor is an error, and nothing else's content.
"$PGDRIFT" check --config "$ETC/pgdriftd.json" >"$PLACE/said" 0<&- 2>&-
is 'pgdrift check without input and errors' 0 $?

# --- too few, and none left --------------------------------------------------------------------------

for limit in 10 16 32; do
    (ulimit -n "$limit" && exec timeout 20 "$PGDRIFTD" --config="$ETC/pgdriftd.json") >"$PLACE/said" 2>&1
    is "ulimit -n $limit: EX_CONFIG" 78 $?
    like "ulimit -n $limit: it says why" "at least 64 file descriptors are needed, the limit is $limit" "$(<"$PLACE/said")"
done
(ulimit -n 16 && exec timeout 20 "$PGDRIFT" plan --config "$ETC/pgdriftd.json") >"$PLACE/said" 2>&1
is 'ulimit -n 16: pgdrift plan is an error' 1 $?
like 'ulimit -n 16: pgdrift plan says why' 'at least 64 file descriptors are needed' "$(<"$PLACE/said")"

daemon_start
need 'ready' wait_record ready
expect 'in sync' wait_in_sync
hard=$(prlimit --noheadings --output HARD --nofile --pid "$DAEMON_PID" | tr -d ' ')
mark
expect 'no descriptor is left' prlimit --nofile=8:"$hard" --pid "$DAEMON_PID"
kill -HUP "$DAEMON_PID"
record=$(wait_record reload_refused 20)
like 'no descriptor is left: a reload is refused' 'Too many open files' "$(jq -r .message <<<"$record")"
expect 'no descriptor is left: cycles go on or say why not' wait_record 'own_cycle or drift_unknown' 30
expect 'descriptors again' prlimit --nofile="$hard":"$hard" --pid "$DAEMON_PID"
mark
kill -HUP "$DAEMON_PID"
expect 'descriptors again: reloaded' wait_record reloaded 20
expect 'descriptors again: in sync' wait_in_sync
mark
expect 'descriptors again: broken' break_limit
expect 'descriptors again: healed' wait_record "(${REPORTED[limit]}) and .drift == \"corrected\""
