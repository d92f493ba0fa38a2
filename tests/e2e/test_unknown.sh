#!/bin/bash
# What cannot be read is unknown, which is not absent: nothing is changed because of it, the records say
# since when, and afterwards work goes on.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

world_built
PRINT=$(catalog_print)

# unknown TITLE PATH ACTION: every read of PATH meets ACTION; somebody has added a firewall rule meanwhile,
# and changed the retention, so that there is something to be done wrongly.
unknown() {
    local title=$1 path=$2 action=$3
    mark
    fault "$path" "$action" 100000
    expect "$title: reported as unknown" wait_record 'drift_unknown and .target == env.SERVER' 20
    expect "$title: cycles go on" wait_cycles 2
    is "$title: nothing is written to ARM" '' "$(requests .write | head -n 5)"
    is "$title: nothing is written by SQL" "$PRINT" "$(catalog_print)"
    is "$title: reported once" 1 "$(records 'drift_unknown and .target == env.SERVER' |
        jq -r .scope | sort | uniq -c | awk '{ print $1 }' | sort -rn | head -n 1)"
    is "$title: no difference is reported" '' "$(records '.drift != null' | head -n 3)"
    faults_clear
    expect "$title: known again" wait_record 'drift_known_again and .target == env.SERVER' 20
    mark
    expect "$title: in sync again" wait_in_sync
    is "$title: without a write" 0 "$(count .write)"
}
export SERVER

unknown 'the server answers 503' "GET *flexibleServers/$SERVER" '{"status":503,"code":"ServiceUnavailable"}'
unknown 'the server answers 500' "GET *flexibleServers/$SERVER" '{"status":500}'
unknown 'the rules answer 503' 'GET firewallRules' '{"status":503,"code":"ServiceUnavailable"}'
unknown 'the rules answer garbage' 'GET firewallRules' '{"body":"<html>Our services are not available</html>"}'
unknown 'the rules answer an object without value' 'GET firewallRules' '{"body":"{}"}'
unknown 'the parameters are cut off' 'GET *configurations' '{"truncate":true}'
unknown 'connections are reset' 'GET *configurations' '{"reset":"before"}'
unknown 'access is denied' 'GET *configurations' '{"status":403,"code":"AuthorizationFailed","message":"The client does not have authorization to perform action"}'

# Pages: the second one fails.
sim POST /sim/settings '{"page_size":100}' >/dev/null
mark
expect 'in many pages: in sync' wait_in_sync
fault 'GET *configurations' '{"status":503}' 100000 1
expect 'a later page fails: reported as unknown' wait_record 'drift_unknown and .target == env.SERVER' 20
is 'a later page fails: nothing is written' 0 "$(count .write)"
faults_clear
expect 'a later page fails: known again' wait_record 'drift_known_again and .target == env.SERVER' 20
mark
fault 'GET *configurations' '{"empty_page":true}' 3
expect 'an empty page with more behind it: in sync' wait_in_sync
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
fault 'GET firewallRules' '{"status":503}' 100000
expect 'blind for rules' wait_record 'drift_unknown and .target == env.SERVER' 20
break_firewall >/dev/null || abort 'somebody adds a rule'
expect 'blind for rules, a role is healed all the same' break_limit
expect 'blind for rules, the role is corrected' wait_record "(${REPORTED[limit]}) and .drift == \"corrected\""
is 'blind for rules, no rule is removed' 0 "$(count .write)"
faults_clear
expect 'with a clear view the rule is removed' wait_record "(${REPORTED[firewall]}) and .drift == \"corrected\""
expect 'the rule is gone' whole_firewall
