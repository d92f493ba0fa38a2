#!/bin/bash
# Does the local Azure answer as Microsoft's own specification and examples say? Needs that data, which
# is not in this repository: AZURE_SPEC names the directory; without it everything is skipped, loudly.
#   AZURE_SPEC=DIR BUILD=DIR tests/azure/test_conformance.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

SPEC=${AZURE_SPEC:-../../../shared/azure}/Microsoft.DBforPostgreSQL
MODELS=$SPEC/2025-08-01/pandora
EXAMPLES=$SPEC/2024-08-01/examples
if [ ! -d "$MODELS" ] || [ ! -d "$EXAMPLES" ]; then
    skip 'every conformance test' "Microsoft's specification is not here; set AZURE_SPEC"
    exit
fi

# All models and constants of the kinds we offer: {kind: {models: {name: {field: definition}}, words: {name: [value]}}}
for kind in Servers Configurations Databases FirewallRules; do
    jq -n --arg kind $kind '{($kind): {
        models: ([inputs | select(has("fields")) | {(.name): ([.fields[] | {(.jsonName): .objectDefinition}] | add)}] | add),
        words: ([inputs | select(has("values")) | {(.name): [.values[].value]}] | add)}}' \
        "$MODELS/$kind"/Model-*.json >"$PLACE/$kind.models"
    jq -n '[inputs | {(.name): [.values[].value]}] | add // {}' /dev/null "$MODELS/$kind"/Constant-*.json \
        2>/dev/null >"$PLACE/$kind.words"
    jq --slurpfile words "$PLACE/$kind.words" --arg kind $kind '.[$kind].words = $words[0]' "$PLACE/$kind.models" \
        >"$PLACE/$kind.json"
done
jq -s add "$PLACE"/{Servers,Configurations,Databases,FirewallRules}.json >"$PLACE/spec.json"

# breaches KIND MODEL: what in the JSON on standard input the model does not know, one a line. An
# empty text is what the service itself answers for a value it leaves out (recorded).
breaches() {
    jq -r --slurpfile spec "$PLACE/spec.json" --arg kind "$1" --arg model "$2" '
        $spec[0][$kind] as $s |
        def check($definition; $path):
            if $definition == null then "\($path): not in the model"
            elif $definition.type == "Reference" and $s.models[$definition.referenceName] then
                if type != "object" then "\($path): not an object" else
                    to_entries[] | .key as $key | .value |
                    check($s.models[$definition.referenceName][$key]; "\($path).\($key)") end
            elif $definition.type == "Reference" then
                . as $value | ($s.words[$definition.referenceName] // []) as $words |
                if $value == "" or ($words | index($value)) then empty else "\($path): \($value) is none of its words" end
            elif $definition.type == "List" then
                if type != "array" then "\($path): not a list" else .[] | check($definition.nestedItem; "\($path)[]") end
            elif $definition.type == "Integer" and type != "number" then "\($path): not a number"
            elif $definition.type == "Boolean" and type != "boolean" then "\($path): not a Boolean"
            elif $definition.type == "String" and type != "string" then "\($path): not a text"
            else empty end;
        check({type: "Reference", referenceName: $model}; "")' 2>&1
}
# conforms NAME KIND MODEL: the last answer does; JQ_FILTER picks the part.
conforms() { is "$1" '' "$(jq "${4:-.}" <<<"$AZ_BODY" | breaches "$2" "$3" | sort -u | head -n 5)"; }

is 'a foreign key is noticed' '.properties.provisioningState: not in the model' \
    "$(echo '{"properties":{"provisioningState":"Succeeded"}}' | breaches Servers Server)"
is 'a foreign word is noticed' '.properties.state: Happy is none of its words' \
    "$(echo '{"properties":{"state":"Happy"}}' | breaches Servers Server)"

azsim_start "$PLACE/sim" --no-clusters --set retry_after_s=0 --set server_create_ms=0 --set server_update_ms=0 \
    --set busy_after_ms=0 --set configuration_ms=0 --set firewall_rule_ms=0 --set server_child_ms=0 --set database_ms=0 --set late_failure_ms=0 \
    --set linked_ids=ignore --set power_ms=0 --set failover_ms=0 --set server_delete_ms=0 --set young_s=0 --set page_size=50 ||
    { fail 'azsim starts' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")
az PUT "$(az_rg testrg)" '{"location":"westus"}'

# example FILE: the request body of Microsoft's example; its password is too simple for the service.
example() { jq -c '.parameters.parameters | if .properties.administratorLoginPassword then .properties.administratorLoginPassword = "Passw0rd-x" else . end' "$EXAMPLES/$1.json"; }
# missing FILE: leaves of the example's 200 body that the last answer does not have with the same value. Texts
# are compared without case, places and times not at all.
missing() {
    jq -r --slurpfile example "$EXAMPLES/$1.json" '
        def leaves: [paths(scalars) as $p | select($p[-1] | tostring | test("^(id|name|type|location|createdAt|earliestRestoreDate|minorVersion|fullyQualifiedDomainName|zone)$"; "i") | not)
            | {($p | map(tostring) | join(".")): (getpath($p) | tostring | ascii_downcase)}] | add // {};
        leaves as $have | $example[0].responses["200"].body | leaves | to_entries[] |
        select($have[.key] != .value) | "\(.key): \(.value), not \($have[.key])"' <<<"$AZ_BODY"
}
# accepted NAME CODES: the status of the last write is one that the operation declares.
accepted() { is "$1: a declared status" true "$(jq --argjson status "$AZ_STATUS" '.expectedStatusCodes | index($status) != null' "$MODELS/$2")"; }

SERVER=$(az_server testrg pgtestsvc1)
# The example is VNet-integrated; its firewall and public access need the other kind.
az PUT "$SERVER" "$(example ServerCreate | jq -c 'del(.properties.network)')"
accepted 'ServerCreate' Servers/Operation-CreateOrUpdate.json
ok 'ServerCreate succeeds' az_wait
az GET "$SERVER"
conforms 'GET of a server knows no other words than the model' Servers Server
is 'it shows what the example asked for' '' "$(jq -c '.parameters.parameters | del(.properties.network, .properties.createMode, .properties.administratorLoginPassword, .location)' "$EXAMPLES/ServerCreate.json" |
    jq -r --argjson have "$AZ_BODY" '. as $w | paths(scalars) as $p | select(($have | getpath($p)) != getpath($p)) | $p | join(".")')"
az PUT "$(az_server testrg vnet1)" "$(example ServerCreate)"
ok 'ServerCreate in a virtual network succeeds' az_wait
az GET "$(az_server testrg vnet1)"
conforms 'and conforms' Servers Server
is 'with public access disabled' Disabled "$(az_jq .properties.network.publicNetworkAccess)"

for update in ServerUpdate ServerUpdateWithCustomerMaintenanceWindow; do
    az PATCH "$SERVER" "$(example $update)"
    accepted "$update" Servers/Operation-Update.json
    ok "$update succeeds" az_wait
    az GET "$SERVER"
    conforms "after $update the server conforms" Servers Server
done
az GET "$(az_rg testrg)/providers/Microsoft.DBforPostgreSQL/flexibleServers"
conforms 'the list conforms' Servers Server '.value[0]'

for power in Stop Start Restart; do
    az POST "$SERVER/${power,,}" "$([ $power = Restart ] && example ServerRestartWithFailover)"
    accepted "$power" Servers/Operation-$power.json
    az_wait
done
az GET "$SERVER"
conforms 'a server that was started again conforms' Servers Server
is 'and is Ready' Ready "$(az_jq .properties.state)"

az GET "$SERVER/configurations/array_nulls"
conforms 'GET of a parameter conforms' Configurations Configuration
is 'ConfigurationGet: the same values' '' "$(missing ConfigurationGet)"
az PUT "$SERVER/configurations/constraint_exclusion" "$(jq -c .parameters.parameters "$EXAMPLES/ConfigurationUpdate.json")"
accepted ConfigurationUpdate Configurations/Operation-Put.json
ok 'ConfigurationUpdate succeeds' az_wait
az PATCH "$SERVER/configurations/constraint_exclusion" '{"properties":{"value":"on","source":"user-override"}}'
accepted 'ConfigurationUpdate by PATCH' Configurations/Operation-Update.json
az_wait
NEXT=$SERVER/configurations PAGES=0 BREACHES=
while [ -n "$NEXT" ]; do
    az GET "$NEXT" || break
    BREACHES+=$(jq -c '.value[]' <<<"$AZ_BODY" | breaches Configurations Configuration)
    NEXT=$(az_jq '.nextLink // empty') PAGES=$((PAGES + 1))
done
is 'every parameter of every page conforms' '' "$BREACHES"
[ $PAGES -gt 3 ] && pass "in $PAGES pages" || fail 'the list has pages' $PAGES

az PUT "$SERVER/firewallRules/rule1" "$(example FirewallRuleCreate)"
accepted FirewallRuleCreate FirewallRules/Operation-CreateOrUpdate.json
ok 'FirewallRuleCreate succeeds' az_wait
az GET "$SERVER/firewallRules/rule1"
conforms 'GET of a rule conforms' FirewallRules FirewallRule
is 'FirewallRuleCreate: the same values' '' "$(missing FirewallRuleCreate)"
az DELETE "$SERVER/firewallRules/rule1"
accepted 'FirewallRuleDelete' FirewallRules/Operation-Delete.json

az_wait
az PUT "$SERVER/databases/db1" "$(example DatabaseCreate)"
accepted DatabaseCreate Databases/Operation-Create.json
ok 'DatabaseCreate succeeds' az_wait
az GET "$SERVER/databases/db1"
conforms 'GET of a database conforms' Databases Database
is 'DatabaseCreate: the same values' '' "$(missing DatabaseCreate)"

az GET providers/Microsoft.DBforPostgreSQL/locations/westus/capabilities
conforms 'the capabilities conform' Servers Capability '.value[0]'
az DELETE "$SERVER"
accepted 'ServerDelete' Servers/Operation-Delete.json
az_wait
ok 'the local Azure ends well' azsim_stop
