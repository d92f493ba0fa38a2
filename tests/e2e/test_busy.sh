#!/bin/bash
# Azure is busy, throttles, fails late, cuts connections: what must be done is done, once, without haste.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

# One sabotage is broken under a fault; it must be corrected in the end.
under() {
    local title=$1 name=$2 match=$3 action=$4 times=$5
    mark
    fault "$match" "$action" "$times"
    "break_$name" >/dev/null || abort "$title: broken"
    expect "$title: is corrected in the end" wait_record "(${REPORTED[$name]}) and .drift == \"corrected\"" 60
    expect "$title: it is whole" "whole_$name"
    faults_clear
}
# The most that lay between two such requests since the mark, milliseconds; a clock may be a tick behind.
gap() { requests "$1" | jq -s '[.[].t_ms] | [.[1:], .[:-1]] | transpose | map(.[0] - .[1]) | max // 0'; }
patch='.method == "PATCH" and (.path | endswith(env.SERVER))'

# The create is taken, its answer lost, and for seconds nothing is to be seen of it.
world_new . --set create_get=404 --set server_create_ms=3000
fault "PUT *flexibleServers/$SERVER" '{"reset":"after"}' 1
daemon_start
need 'the create was taken, its answer lost: in sync' wait_in_sync 120
is 'the create was taken, its answer lost: no other one is accepted' 1 \
    "$(count '.method == "PUT" and (.path | endswith(env.SERVER)) and .status < 300')"

busy='{"status":409,"code":"ServerIsBusy","message":"Cannot complete operation while server is busy processing another operation. Try again later."}'
under 'busy at once' retention "PATCH *flexibleServers/$SERVER" "$busy" 2
is 'busy at once: asked three times' 3 "$(count "$patch")"
is 'busy at once: no alarm' 0 "$(record_count '.drift == "blocked"')"
under 'busy late' transport 'require_secure_transport' \
    '{"lro_error":{"code":"ServerBusy","message":"Server is busy with another operation. Please try again later."}}' 1
is 'busy late: no alarm' 0 "$(record_count '.drift == "blocked"')"

under 'throttled' retention "PATCH *flexibleServers/$SERVER" \
    '{"status":429,"code":"TooManyRequests","headers":{"Retry-After":"2"}}' 1
expect 'throttled: Retry-After is kept' test "$(gap "$patch")" -ge 1950
under 'throttled reads' retention 'GET *configurations' \
    '{"status":429,"code":"TooManyRequests","headers":{"Retry-After":"1"}}' 3
expect 'throttled reads: Retry-After is kept' test 950 -le "$(gap '.method == "GET" and (.path | endswith("/configurations"))')"
under 'another operation' firewall 'DELETE firewallRules' \
    '{"status":429,"code":"RetryableErrorDueToAnotherOperation","headers":{"Retry-After":"1"}}' 1

under 'the answer to a write is lost' transport 'require_secure_transport' '{"reset":"after"}' 1
is 'the answer to a write is lost: written once' 1 "$(count '.write and .status < 300')"
under 'the write itself is lost' transport 'PATCH require_secure_transport' '{"reset":"before"}' 1
under 'polling fails now and then' retention azureAsyncOperation '{"status":503}' 2
is 'polling fails now and then: written once' 1 "$(count '.write and .status < 300')"

under 'the operation fails late' retention "PATCH *flexibleServers/$SERVER" \
    '{"lro_error":{"code":"OperationFailed","message":"{0}"}}' 3
is 'the operation fails late: reported once' 1 "$(record_count '.drift == "blocked"')"
is 'the operation fails late: with its code' OperationFailed "$(records '.drift == "blocked"' | jq -r .az_error_code)"
is 'the operation fails late: four times sent' 4 "$(count "$patch")"

# Stuck in Updating: everything is put right before the daemon may look.
mark
kill -STOP "$DAEMON_PID"
break_retention >/dev/null || abort 'stuck: broken'
sim POST "/sim/state/$SERVER" '{"state":"Updating"}' >/dev/null || abort 'stuck: Updating'
kill -CONT "$DAEMON_PID"
expect 'stuck in Updating: cycles go on' wait_cycles 3
is 'stuck in Updating: nothing is written' 0 "$(count .write)"
is 'stuck in Updating: nothing is corrected' 0 "$(record_count '.drift == "corrected" or .drift == "correcting"')"
sim POST "/sim/state/$SERVER" '{"state":"Ready"}' >/dev/null
expect 'Ready again: is corrected' wait_record '.resource == "server" and .drift == "corrected"'
is 'Ready again: one write' 1 "$(count .write)"
