#!/bin/bash
# Management locks in the local Azure: of a subscription, a group and any resource, and what they forbid.
#   BUILD=DIR tests/azure/test_azsim_lock.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

for tool in curl jq; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done
FAST=(--no-clusters --set retry_after_s=0 --set busy_after_ms=0 --set server_update_ms=0 --set power_ms=0
    --set firewall_rule_ms=0 --set configuration_ms=0 --set network_ms=0 --set server_delete_ms=0)
azsim_start "$PLACE/one" "${FAST[@]}" || { fail 'azsim starts' "$(<"$PLACE/one/err")" && exit 1; }
JOBS+=("$AZ_JOB")
SUBSCRIPTION=/subscriptions/$AZ_SUBSCRIPTION
az_sim POST seed '{"servers":2,"prefix":"s","resourceGroup":"rg"}' >/dev/null
SERVER=$SUBSCRIPTION/$(az_server rg s1) OTHER=$SUBSCRIPTION/$(az_server rg s2) RG=$SUBSCRIPTION/resourceGroups/rg
lock() { jq -nc --arg level "$1" '{properties: {level: $level, notes: "by hand"}}'" | ${2:-.}"; }
retention() { echo "{\"properties\":{\"backup\":{\"backupRetentionDays\":$1}}}"; }

az PUT "$(az_lock "$SERVER" keep)" "$(lock CanNotDelete)"
is 'a lock is made with 201' "201 CanNotDelete keep Microsoft.Authorization/locks" "$AZ_STATUS $(az_jq '"\(.properties.level) \(.name) \(.type)"')"
is 'its id is below its scope' "$SERVER/providers/Microsoft.Authorization/locks/keep" "$(az_jq .id)"
is 'it has neither etag nor state' 'false false' "$(az_jq '"\(has("etag")) \(.properties | has("provisioningState"))"')"
az PUT "$(az_lock "$SERVER" keep)" "$(lock cannotdelete 'del(.properties.notes)')"
is 'a second PUT replaces it with 200' '200 CanNotDelete false' "$AZ_STATUS $(az_jq '.properties | "\(.level) \(has("notes"))"')"
az GET "$(az_lock "${SERVER/s1/S1}" KEEP)"
is 'it is found whatever the case' '200 keep' "$AZ_STATUS $(az_jq .name)"
refused 'a lock that is not there' '404 ResourceNotFound' GET "$(az_lock "$SERVER" other)"
refused 'a scope that is not there' '404 ParentResourceNotFound' PUT "$(az_lock "${SERVER/s1/s9}" keep)" "$(lock ReadOnly)"
refused 'a group that is not there' '404 ResourceGroupNotFound' PUT "$(az_lock "$SUBSCRIPTION/resourceGroups/no" keep)" "$(lock ReadOnly)"
refused 'no level' '400 InvalidRequestFormat' PUT "$(az_lock "$SERVER" keep)" '{"properties":{}}'
refused 'a level that is none' '400 InvalidRequestFormat' PUT "$(az_lock "$SERVER" keep)" "$(lock Sometimes)"
refused 'no properties' '400 InvalidRequestFormat' PUT "$(az_lock "$SERVER" keep)" '{}'
refused 'an unknown property' '400 InvalidRequestFormat' PUT "$(az_lock "$SERVER" keep)" "$(lock ReadOnly '.properties.until = "x"')"
refused 'too many notes' '400 InvalidLockNotes' PUT "$(az_lock "$SERVER" keep)" "$(lock ReadOnly '.properties.notes = "x" * 513')"
refused 'a name with a forbidden letter' '400 InvalidResourceName' PUT "$(az_lock "$SERVER" a%3Ab)" "$(lock ReadOnly)"
refused 'PATCH of a lock' '405 MethodNotAllowed' PATCH "$(az_lock "$SERVER" keep)" "$(lock ReadOnly)"
refused 'another version' '404 InvalidResourceType' GET "$(az_lock "$SERVER" keep)?api-version=2016-09-01"

refused 'CanNotDelete forbids to delete' '409 ScopeLocked' DELETE "$SERVER"
like 'and names the lock' "cannot perform delete operation because following scope\(s\) are locked: '$SERVER'" "$(az_jq .error.message)"
refused 'also what is below' '409 ScopeLocked' DELETE "$SERVER/firewallRules/x"
refused 'and what is above' '409 ScopeLocked' DELETE "$RG"
ok 'but not to change' az_do PATCH "$SERVER" "$(retention 20)"
ok 'nor to restart' az_do POST "$SERVER/restart"
ok 'nor to delete another' az_do DELETE "$OTHER"
az DELETE "${SERVER/s1/s11}"
is 'nor one whose name begins like it' 204 "$AZ_STATUS"

az PUT "$(az_lock "$RG" still)" "$(lock ReadOnly)"
is 'a lock of a group' 201 "$AZ_STATUS"
refused 'ReadOnly forbids PATCH' '409 ScopeLocked' PATCH "$SERVER" "$(retention 21)"
like 'that is a write' 'cannot perform write operation' "$(az_jq .error.message)"
refused 'PUT' '409 ScopeLocked' PUT "$SERVER/firewallRules/x" '{"properties":{"startIpAddress":"10.0.0.1","endIpAddress":"10.0.0.1"}}'
refused 'PUT of the group itself' '409 ScopeLocked' PUT "$RG" '{"location":"koreacentral"}'
refused 'PUT of a network' '409 ScopeLocked' PUT "$(az_network rg v)" '{"location":"koreacentral","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}}'
refused 'POST' '409 ScopeLocked' POST "$SERVER/restart"
az_sim POST settings '{"read_only_lock_post":"allow"}' >/dev/null
ok 'unless it is set so' az_do POST "$SERVER/restart"
az_sim POST settings '{"read_only_lock_post":"refuse"}' >/dev/null
is 'it binds other people too' ScopeLocked "$(az_sim POST arm "$(jq -nc --arg path "$SERVER" '{method: "PATCH", path: $path, body: {tags: {}}}')" | jq -r .error.code)"
az GET "$SERVER"
is 'reading is free' '200 20' "$AZ_STATUS $(az_jq .properties.backup.backupRetentionDays)"
az PUT "$(az_lock "$SUBSCRIPTION" all)" "$(lock NotSpecified)"
is 'a lock of the subscription, even below a lock' 201 "$AZ_STATUS"
az GET "$SUBSCRIPTION/providers/Microsoft.Authorization/locks"
is 'the list of a scope has those below' 'all keep still' "$(az_jq '[.value[].name] | sort | join(" ")')"
az GET "$RG/providers/Microsoft.Authorization/locks?%24filter=atScope()"
is 'but not with atScope()' still "$(az_jq '.value[].name')"
az GET "$SERVER/providers/Microsoft.Authorization/locks"
is 'the list of a server' keep "$(az_jq '.value[].name')"

ok 'it stops' azsim_stop
azsim_start "$PLACE/one" "${FAST[@]}" || fail 'it starts again' "$(<"$PLACE/one/err")"
JOBS+=("$AZ_JOB")
refused 'locks survive' '409 ScopeLocked' PATCH "$SERVER" "$(retention 21)"
az DELETE "$(az_lock "$RG" still)"
is 'a lock is deleted, though it is locked' 200 "$AZ_STATUS"
az DELETE "$(az_lock "$RG" still)"
is 'once more is nothing' 204 "$AZ_STATUS"
ok 'then the write goes on' az_do PATCH "$SERVER" "$(retention 21)"
refused 'the other lock still stands' '409 ScopeLocked' DELETE "$SERVER"
az DELETE "$(az_lock "$SERVER" keep)"
ok 'without it the server is deleted' az_do DELETE "$SERVER"
ok 'it ends well' azsim_stop
