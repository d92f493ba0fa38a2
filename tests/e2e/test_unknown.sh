#!/bin/bash
# What cannot be read is unknown, which is not absent: nothing is changed because of it, the records say
# since when, and afterwards work goes on.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

world_built
PRINT=$(catalog_print)

# blind TITLE SCOPES: what the faults now in force hide is unknown, and nothing follows from it.
# Failures that may pass are asked again for up to 40 seconds before they count: CYCLES are few there.
blind() {
    local title=$1 scopes=$2 cycles=${3:-3} scope
    while read -r scope; do
        expect "$title: $scope is unknown" wait_record "drift_unknown and .target == env.SERVER and .scope == \"$scope\"" 60
    done < <(tr , '\n' <<<"$scopes")
    expect "$title: cycles end with something unknown" wait_record 'own_cycle and .unknown != "0"' 60 "$cycles"
    is "$title: reported" "$scopes" "$(records 'drift_unknown and .target == env.SERVER' |
        jq -r .scope | sort -u | paste -sd ,)"
    is "$title: nothing is written to ARM" '' "$(requests .write | head -n 5)"
    is "$title: nothing is written by SQL" "$PRINT" "$(catalog_print)"
    is "$title: no difference is reported" '' "$(records '.drift != null' | head -n 3)"
    faults_clear
    while read -r scope; do
        expect "$title: $scope is known again" wait_record "drift_known_again and .target == env.SERVER and .scope == \"$scope\""
    done < <(tr , '\n' <<<"$scopes")
    mark
    expect "$title: in sync again" wait_in_sync
    expect "$title: and stays so" wait_cycles 2
    is "$title: without a write" 0 "$(count .write)"
}
always() { fault "$1" "$2" 100000 "${3:-0}"; }

mark
always 'GET *configurations' '{"status":403,"code":"AuthorizationFailed","message":"The client does not have authorization to perform action"}'
always 'GET firewallRules' '{"body":"<html>Our services are not available right now</html>"}'
blind 'denied, and garbage' 'configurations,firewall rules'

mark
always 'GET firewallRules' '{"body":"{}"}'
blind 'an object without value' 'firewall rules'

mark
always "GET *flexibleServers/$SERVER" '{"status":404,"code":"InvalidResourceNamespace"}'
blind 'a 404 that does not speak of the server' 'server'

mark
always "GET *flexibleServers/$SERVER" '{"status":503,"code":"ServiceUnavailable"}'
blind 'the server answers 503' 'server' 1

sim POST /sim/settings '{"page_size":100}' >/dev/null
mark
expect 'in many pages: in sync' wait_in_sync
mark
always 'GET *configurations' '{"truncate":true}' 1
always 'GET firewallRules' '{"reset":"before"}'
blind 'a later page is cut off, connections are reset' 'configurations,firewall rules' 1

mark
fault 'GET *configurations' '{"empty_page":true}' 1
expect 'an empty page with more behind it: cycles go on' wait_cycles 3
is 'an empty page with more behind it: not unknown' 0 "$(record_count drift_unknown)"
is 'an empty page with more behind it: nothing is written' 0 "$(count .write)"

# One 404 is no deletion: reads may lag behind.
mark
fault "GET *flexibleServers/$SERVER" '{"status":404,"code":"ResourceNotFound"}' 1
expect 'the server is not found once: cycles go on' wait_cycles 3
is 'the server is not found once: it is not made again' 0 "$(count .write)"
is 'the server is not found once: nothing is written by SQL' "$PRINT" "$(catalog_print)"
expect 'the server is not found once: in sync' wait_in_sync

# A difference that was there all the time is seen when the view is clear again.
mark
always 'GET firewallRules' '{"status":403,"code":"AuthorizationFailed"}'
expect 'blind for rules' wait_record 'drift_unknown and .target == env.SERVER' 20
break_firewall >/dev/null || abort 'somebody adds a rule'
expect 'blind for rules: somebody changes a role' break_limit
expect 'blind for rules: the role is corrected' wait_record "(${REPORTED[limit]}) and .drift == \"corrected\""
is 'blind for rules: no rule is removed' 0 "$(count .write)"
faults_clear
expect 'with a clear view the rule is removed' wait_record "(${REPORTED[firewall]}) and .drift == \"corrected\""
expect 'the rule is gone' whole_firewall
