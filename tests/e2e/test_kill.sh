#!/bin/bash
# kill -9 at random moments of the build-up; it converges, and the server is created once.
#   SEED=N tests/e2e/test_kill.sh       the same moments again
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

ROUNDS=${ROUNDS:-6}
SEED=${SEED:-$((SRANDOM % 32768))}
RANDOM=$SEED
echo "# seed $SEED"

# Waits for the Nth line from now on in FILE; gives up after a while: nothing may be left to do.
lines_pass() { timeout 20 tail -n 0 -f -s 0.01 "$1" 2>/dev/null | head -n "$2" >/dev/null; }

# Azure may show a server that is being created, or not yet: both are tried.
if ((SEED % 2)); then create_get=404; else create_get=Provisioning; fi
world_new . --set create_get=$create_get --set server_create_ms=1000
touch "$LOG"
for ((round = 1; round <= ROUNDS; round++)); do
    requests=$((RANDOM % 25 + 1)) records=$((RANDOM % 12 + 1))
    # Rounds look at both layers: requests lead through ARM's half, records through SQL's.
    if ((round % 2)); then file=$REQUEST_LOG n=$requests; else file=$LOG n=$records; fi
    lines_pass "$file" "$n" &
    watcher=$!
    daemon_start
    wait "$watcher"
    daemon_stop KILL
    echo "# round $round: killed after $n lines of ${file##*/}"
done
MARK=$(wc -l <"$LOG")
daemon_start
need 'it converges' wait_in_sync 120
if [ $create_get = Provisioning ]; then
    is 'the server was created by one PUT' 1 "$(count '.method == "PUT" and (.path | endswith(env.SERVER))')"
else
    is 'of the PUTs that create the server one was accepted' 1 \
        "$(count '.method == "PUT" and (.path | endswith(env.SERVER)) and .status < 300')"
fi
is 'nothing was created twice' '' "$(requests '.method == "PUT" and .status < 300' | jq -r .path | sort | uniq -d)"
for name in "${SABOTAGES[@]}"; do
    [ "$name" = table ] || expect "whole: ${TITLE[$name]}" "whole_$name"
done
expect 'the schema file was run once' test "$(sql_admin 'SELECT count(*) = count(DISTINCT service_code) AND count(*) > 0 FROM auth_services')" = t
still_begin
still 'after all'
