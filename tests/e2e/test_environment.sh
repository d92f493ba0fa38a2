#!/bin/bash
# The same with nonsense in every variable that libpq, libcurl and tools read, in the home directory, and
# with somebody else on the port 5432 of the machine: daemon, command, local Azure, unit tests.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/nonsense.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

nonsense() { env "${NONSENSE[@]}" "$@"; }
expect_not 'the nonsense would be noticed by psql' nonsense psql -XAtc 'SELECT 1'
expect_not 'the nonsense would be noticed by curl' nonsense curl -sS --max-time 5 http://127.0.0.2:1/

# The cluster that a distribution starts, or what takes its place.
openssl s_server -quiet -nocert -accept 127.0.0.1:5432 >/dev/null 2>&1 </dev/null &
LISTENER=$!
at_end listener_stop
listener_stop() { kill "$LISTENER" 2>/dev/null && wait "$LISTENER" 2>/dev/null; }
listens() { (exec 3<>/dev/tcp/127.0.0.1/5432) 2>/dev/null; }
until_listens() { for ((i = 0; i < 200 * PATIENCE; i++)); do listens && return; sleep 0.05; done; }
expect 'somebody listens at 127.0.0.1:5432' until_listens

SIM_COMMAND=(env "${NONSENSE[@]}" "${SIM_COMMAND[@]}")
DAEMON_COMMAND=(env "${NONSENSE[@]}" "${DAEMON_COMMAND[@]}")
world_new
nonsense "$PGDRIFT" plan --config "$ETC/pgdriftd.json" >"$PLACE/plan.nonsense" 2>"$PLACE/plan.errors"
is 'pgdrift plan: exit status' 2 $?
"$PGDRIFT" plan --config "$ETC/pgdriftd.json" >"$PLACE/plan.clean" 2>&1
expect 'pgdrift plan: the same, byte for byte' cmp "$PLACE/plan.nonsense" "$PLACE/plan.clean"
daemon_start
need 'from nothing to in sync' wait_in_sync 120
for name in retention revoke role; do
    mark
    need "broken: ${TITLE[$name]}" "break_$name"
    expect "healed: ${TITLE[$name]}" wait_record "(${REPORTED[$name]}) and .drift == \"corrected\""
    expect "healed: ${TITLE[$name]}: whole" "whole_$name"
done
is 'records tell times in UTC' '' "$(records true | jq -r .time | grep -v 'Z$' | head -n 3)"
is 'it calls itself by its name' pgdriftd "$(sql_super \
    "SELECT DISTINCT application_name FROM pg_stat_activity WHERE usename = 'phonebill_admin' AND application_name <> 'psql'" postgres)"

for test in unit/net/test_http unit/net/test_sql unit/base/test_log unit/base/test_timetext unit/config/test_credential; do
    [ -x "$BUILD/tests/$test" ] || abort "$test is built"
    expect "by itself: $test" nonsense "$BUILD/tests/$test"
done
expect 'by the runner' nonsense "$ROOT/tests/run/one.sh" unit/net/test_sql_pool
