#!/bin/bash
# One daemon for one state directory; it ends soon and cleanly, whatever it is doing.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"

# stops_soon TITLE: SIGTERM is answered with exit status 0 within five seconds of a quiet machine.
stops_soon() {
    local begin status
    begin=$(now_ms)
    daemon_stop "${2:-TERM}"
    status=$?
    is "$1: exit status" 0 "$status"
    expect "$1: within five seconds" test $(($(now_ms) - begin)) -le $(($(patient 5) * 1000))
}

world_new . --set server_create_ms=1200000 --set create_get=Provisioning
daemon_start
need 'ready' wait_record ready 10

timeout "$(patient 10)" "$PGDRIFTD" --config="$ETC/pgdriftd.json" --log-format=json >"$PLACE/second.out" 2>&1
status=$?
expect_not 'a second daemon is refused' test $status = 0 -o $status = 124
like 'a second daemon is refused: it names the first' "(^|[^0-9])$DAEMON_PID([^0-9]|\$)" "$(<"$PLACE/second.out")"
expect 'the first one works on' kill -0 "$DAEMON_PID"
settings_write '.stateDirectory += "-2"'
timeout "$(patient 30)" "$PGDRIFT" plan --config "$ETC/pgdriftd.json" >"$PLACE/plan.out" 2>&1
expect_not 'pgdrift plan needs no lock' test $? = 124
expect_not 'pgdrift plan needs no lock: it does not speak of one' grep -q 'uses the state directory' "$PLACE/plan.out"
settings_write

expect 'a creation has begun that takes twenty minutes' wait_request '.method == "PUT" and .status == 202' 20
stops_soon 'in the middle of a creation'
expect 'its lock is free again' daemon_start
need 'ready again' wait_record 'ready and .time != null' 10 2
stops_soon 'SIGINT' INT
is 'the creation was sent once' 1 "$(count '.method == "PUT" and (.path | endswith(env.SERVER))')"

# While Azure does not answer.
fault 'GET /subscriptions' '{"delay_ms":600000}' 100
mark
daemon_start
need 'ready without Azure' wait_record ready 10
expect 'a request hangs' wait_request true 20
stops_soon 'while a request hangs'

# What cannot work is said at the start.
printf '{' >"$ETC/pgdriftd.json"
timeout "$(patient 10)" "$PGDRIFTD" --config="$ETC/pgdriftd.json" >"$PLACE/second.out" 2>&1
is 'torn settings: EX_CONFIG' 78 $?
like 'torn settings: file and line' 'pgdriftd\.json:1:' "$(<"$PLACE/second.out")"

# The lock does not depend on what becomes of the directory.
settings_write
faults_clear
DIRECTORY=$STATE
mark
daemon_start
need 'ready, with a directory' wait_record ready 20
# refuses_another TITLE: a second daemon and a second writer are refused, whatever lies there now.
refuses_another() {
    timeout 20 "$PGDRIFTD" --config="$ETC/pgdriftd.json" --log-format=json >"$PLACE/second.out" 2>&1
    is "$1: a second daemon is refused" 1 $?
    like "$1: and told by whom" "process $DAEMON_PID uses the state directory" "$(<"$PLACE/second.out")"
    timeout 20 "$PGDRIFT" apply --config "$ETC/pgdriftd.json" >"$PLACE/second.out" 2>&1
    is "$1: pgdrift apply is refused" 1 $?
}
rm -r "$DIRECTORY"
refuses_another 'the directory is removed'
rm -r "$DIRECTORY"
expect 'the directory is removed: it is made again, and that is said' wait_record lock_renewed 20
is 'the directory is removed: the lock is there' "$DAEMON_PID" "$(<"$DIRECTORY/lock")"
mv "$DIRECTORY" "$PLACE/away"
mark
refuses_another 'the directory is moved away'
expect 'the directory is moved away: said' wait_record lock_renewed 20
rm -r "$PLACE/away"

# Another one named by SIGHUP: taken first, then the old one is given up.
settings_write '.stateDirectory += "-3"'
mark
kill -HUP "$DAEMON_PID"
expect 'another directory: reloaded' wait_record reloaded 20
is 'another directory: the lock is there' "$DAEMON_PID" "$(<"$DIRECTORY-3/lock")"
is 'another directory: the old one is given up' '' "$(<"$DIRECTORY/lock")"
refuses_another 'another directory'
settings_write
exec {HELD}<>"$DIRECTORY/lock"
need 'somebody else holds the old one' flock -n "$HELD"
mark
kill -HUP "$DAEMON_PID"
record=$(wait_record reload_refused 20)
like 'back to one that is held: refused' 'stateDirectory: .*uses the state directory' "$(jq -r .message <<<"$record")"
is 'back to one that is held: the other one stays' "$DAEMON_PID" "$(<"$DIRECTORY-3/lock")"
exec {HELD}>&-
mark
kill -HUP "$DAEMON_PID"
expect 'back to one that is free: reloaded' wait_record reloaded 20
is 'back to one that is free: the lock is there' "$DAEMON_PID" "$(<"$DIRECTORY/lock")"
refuses_another 'back again'

# Another process holds what lies there now: as one from another network namespace would.
mark
exec {HELD}<>"$DIRECTORY/other"
need 'somebody else has a lock' flock -n "$HELD"
mv "$DIRECTORY/other" "$DIRECTORY/lock"
expect 'the lock is lost: said' wait_record lock_lost 20
wait_gone "$DAEMON_PID" 10
wait "$DAEMON_PID"
is 'the lock is lost: it ends with an error' 1 $?
DAEMON_PID=''
exec {HELD}>&-
