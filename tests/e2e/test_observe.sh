#!/bin/bash
# Mode observe, of a document and of an item: everything is reported, nothing is written.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

world_built
kinds=(retention transport firewall revoke public limit table)

# The document only observes.
document_edit '.policy.mode = "observe"'
kill -HUP "$DAEMON_PID"
need 'reloaded' wait_record reloaded 10
mark
# All of it between two looks: what is broken while the daemon looks may be told in two records.
kill -STOP "$DAEMON_PID"
for name in "${kinds[@]}"; do need "broken: ${TITLE[$name]}" "break_$name"; done
kill -CONT "$DAEMON_PID"
for name in "${kinds[@]}"; do
    expect "observed: ${TITLE[$name]}" wait_record "(${REPORTED[$name]}) and .drift == \"detected\""
done
print=$(catalog_print)
expect 'cycles go on' wait_cycles 3
is 'reported once each' '' "$(records '.drift == "detected"' | jq -r '.resource + " " + .object' | sort | uniq -d)"
is 'nothing is corrected' 0 "$(record_count '.drift == "correcting" or .drift == "corrected"')"
is 'nothing is written to ARM' 0 "$(count .write)"
is 'nothing is written by SQL' "$print" "$(catalog_print)"

# What somebody puts right goes away by itself.
operator DELETE firewallRules/everybody >/dev/null || abort 'the rule is removed'
expect 'a rule is removed by a person: vanished' wait_record "(${REPORTED[firewall]}) and .drift == \"vanished\""

# One item only observes, the others are healed.
document_edit '.policy.mode = "enforce" | .servers[0].mode = "observe"'
mark
kill -HUP "$DAEMON_PID"
need 'reloaded: the server alone observes' wait_record reloaded 10
for name in revoke public limit table; do
    expect "healed: ${TITLE[$name]}" wait_record "(${REPORTED[$name]}) and .drift == \"corrected\""
    expect "healed: ${TITLE[$name]}: whole" "whole_$name"
done
is 'nothing is written to the server that observes' 0 "$(count ".write and (.path | endswith(env.SERVER))")"

# Without the item's mode, everything.
document_edit 'del(.servers[0].mode)'
kill -HUP "$DAEMON_PID"
for name in retention transport; do
    expect "enforced: ${TITLE[$name]}" wait_record "(${REPORTED[$name]}) and .drift == \"corrected\""
    expect "enforced: ${TITLE[$name]}: whole" "whole_$name"
done
