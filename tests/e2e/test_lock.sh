#!/bin/bash
# One daemon for one state directory; it ends soon and cleanly, whatever it is doing.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"

# stops_soon TITLE: SIGTERM is answered with exit status 0 within five seconds.
stops_soon() {
    local begin status
    begin=$(now_ms)
    daemon_stop "${2:-TERM}"
    status=$?
    is "$1: exit status" 0 "$status"
    expect "$1: within five seconds" test $(($(now_ms) - begin)) -le 5000
}

world_new . --set server_create_ms=120000 --set create_get=Provisioning
daemon_start
need 'ready' wait_record ready 10

timeout 10 "$PGDRIFTD" --config="$ETC/pgdriftd.json" --log-format=json >"$PLACE/second.out" 2>&1
status=$?
expect_not 'a second daemon is refused' test $status = 0 -o $status = 124
like 'a second daemon is refused: it names the first' "(^|[^0-9])$DAEMON_PID([^0-9]|\$)" "$(<"$PLACE/second.out")"
expect 'the first one works on' kill -0 "$DAEMON_PID"
settings_write '.stateDirectory += "-2"'
timeout 30 "$PGDRIFT" plan --config "$ETC/pgdriftd.json" >"$PLACE/plan.out" 2>&1
expect_not 'pgdrift plan needs no lock' test $? = 124
expect_not 'pgdrift plan needs no lock: it does not speak of one' grep -q 'uses the state directory' "$PLACE/plan.out"
settings_write

expect 'a creation has begun that takes two minutes' wait_request '.method == "PUT" and .status == 202' 20
stops_soon 'in the middle of a creation'
expect 'its lock is free again' daemon_start
need 'ready again' wait_record 'ready and .time != null' 10 2
stops_soon 'SIGINT' INT
is 'the creation was sent once' 1 "$(count '.method == "PUT" and (.path | endswith(env.SERVER))')"

# While Azure does not answer.
fault 'GET /subscriptions' '{"delay_ms":60000}' 100
mark
daemon_start
need 'ready without Azure' wait_record ready 10
expect 'a request hangs' wait_request true 20
stops_soon 'while a request hangs'

# What cannot work is said at the start.
printf '{' >"$ETC/pgdriftd.json"
timeout 10 "$PGDRIFTD" --config="$ETC/pgdriftd.json" >"$PLACE/second.out" 2>&1
is 'torn settings: EX_CONFIG' 78 $?
like 'torn settings: file and line' 'pgdriftd\.json:1:' "$(<"$PLACE/second.out")"
