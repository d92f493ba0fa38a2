#!/bin/bash
# How writes are answered, by type and api-version: status, headers, the operation's body, and what
# follows. Power, failover and zones as ARM sees them; backups. No clusters.
#   BUILD=DIR tests/azure/test_azsim_answers.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

for tool in curl jq; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done
azsim_start "$PLACE/sim" --no-clusters --set retry_after_s=7 --set server_create_ms=0 --set server_update_ms=0 --set server_delete_ms=0 \
    --set busy_after_ms=0 --set configuration_ms=0 --set firewall_rule_ms=0 --set database_ms=0 --set administrator_ms=0 \
    --set backup_ms=0 --set power_ms=0 --set failover_ms=0 --set late_failure_ms=0 || { fail 'azsim starts' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")
az PUT "$(az_rg rg)" '{"location":"koreacentral"}'
is 'a group is made: 201, and no operation' '201 ' "$AZ_STATUS $(az_header Azure-AsyncOperation)"
az PUT "$(az_rg rg)" '{"location":"koreacentral"}'
is 'and once more: 200' 200 "$AZ_STATUS"
BODY='{"location":"koreacentral","sku":{"name":"Standard_D2s_v3","tier":"GeneralPurpose"},"properties":{"version":"15","administratorLogin":"padmin","administratorLoginPassword":"Passw0rd-x"}}'

# operation: what the last answer, an accepted write, says of its operation
operation() {
    local version=$1 base
    base="^$AZ_ARM/subscriptions/$AZ_SUBSCRIPTION/providers/Microsoft.DBforPostgreSQL/locations/koreacentral"
    [ "$AZ_STATUS" = 202 ] || { echo "status $AZ_STATUS $AZ_BODY" && return; }
    [[ $(az_header Azure-AsyncOperation) =~ $base/azureAsyncOperation/[0-9a-f-]{36}[?]api-version=$version'&' ]] || echo 'no Azure-AsyncOperation'
    [[ $(az_header Location) =~ $base/operationResults/[0-9a-f-]{36}[?]api-version=$version'&' ]] || echo 'no Location'
    [ "$(az_header Retry-After)" = 7 ] || echo 'no Retry-After'
    [ "$(az_jq 'keys | join(" ")')" = 'operation startTime' ] || echo "body $AZ_BODY"
}
# accepted VERSION NAME METHOD PATH [BODY]
accepted() {
    local version=$1 name=$2 method=$3 path=$4
    shift 4
    az "$method" "$path?api-version=$version" "$@"
    is "$version: $name is accepted" '' "$(operation "$version")"
    ok "$version: $name succeeds" az_wait
}
ID=0a1b2c3d-0000-4000-8000-00000000000a
for version in 2021-06-01 2022-12-01 2024-08-01 2025-08-01; do
    S=$(az_server rg "s-$version")
    accepted $version 'a creation' PUT "$S" "$BODY"
    accepted $version 'a change' PATCH "$S" '{"properties":{"backup":{"backupRetentionDays":9}}}'
    accepted $version 'a replacement' PUT "$S" "$BODY"
    accepted $version 'a parameter' PUT "$S/configurations/work_mem" '{"properties":{"value":"8192","source":"user-override"}}'
    accepted $version 'a firewall rule' PUT "$S/firewallRules/r" '{"properties":{"startIpAddress":"10.0.0.1","endIpAddress":"10.0.0.1"}}'
    accepted $version 'a database' PUT "$S/databases/d" '{"properties":{"charset":"UTF8","collation":"C"}}'
    for action in restart stop start; do accepted $version "$action" POST "$S/$action"; done
    if [ $version != 2021-06-01 ]; then
        az_do PATCH "$S" '{"properties":{"authConfig":{"activeDirectoryAuth":"Enabled"}}}'
        accepted $version 'an administrator' PUT "$S/administrators/$ID" '{"properties":{"principalName":"me","principalType":"User"}}'
        accepted $version 'its deletion' DELETE "$S/administrators/$ID"
    fi
    for child in firewallRules/r databases/d; do
        accepted $version "a deletion of $child" DELETE "$S/$child"
        az DELETE "$S/$child?api-version=$version"
        is "$version: of $child that is not there: 204" '204 ' "$AZ_STATUS $AZ_BODY"
    done
    accepted $version 'a deletion' DELETE "$S"
    az DELETE "$S?api-version=$version"
    is "$version: of what is not there: 204" 204 "$AZ_STATUS"
done
az PUT "$(az_lock "$(az_rg rg)" keep)" '{"properties":{"level":"CanNotDelete"}}'
is 'a lock is made: 201, at once' '201 ' "$AZ_STATUS $(az_header Azure-AsyncOperation)"
az DELETE "$(az_lock "$(az_rg rg)" keep)"
is 'and deleted: 200' 200 "$AZ_STATUS"

# --- Retry-After as Azure sends it, and the result -----------------------------------------------

az_sim POST settings '{"retry_after_form":"recorded"}' >/dev/null
S=$(az_server rg pg1)
az PUT "$S" "$BODY"
is 'a creation asks for a minute' 60 "$(az_header Retry-After)"
az_wait
az PATCH "$S/configurations/work_mem" '{"properties":{"value":"8192","source":"user-override"}}'
is 'a parameter for ten seconds' 10 "$(az_header Retry-After)"
RESULT=$(az_header Location)
az_wait
az GET "$RESULT"
is 'the result of an operation is at its Location' 200 "$AZ_STATUS"
az POST "$S/restart"
is 'a restart too' 10 "$(az_header Retry-After)"
az_wait
az_sim POST settings '{"retry_after_form":"setting","power_ms":3600000}' >/dev/null
az POST "$S/restart"
RESULT=$(az_header Location)
az GET "$(az_header Azure-AsyncOperation)"
is 'as long as it runs the monitor says when to come again' '200 InProgress 7' "$AZ_STATUS $(az_jq .status) $(az_header Retry-After)"
az GET "$RESULT"
is 'and the result is not yet there' '202 7' "$AZ_STATUS $(az_header Retry-After)"
az_sim POST operations/end >/dev/null
ok 'then it is' az_until eval 'az GET "$RESULT" && [ "$AZ_STATUS" = 200 ]'
az_sim POST settings '{"power_ms":0}' >/dev/null

# --- zones and failover --------------------------------------------------------------------------

zones() { az GET "$S" && az_jq '.properties | "\(.availabilityZone) \(.highAvailability.mode) \(.highAvailability.standbyAvailabilityZone)"'; }
is 'a server has a zone without having wished for one' '1 Disabled null' "$(zones)"
ok 'a standby without a wish' az_do PATCH "$S" '{"properties":{"availabilityZone":"","highAvailability":{"mode":"ZoneRedundant","standbyAvailabilityZone":""}}}'
is 'stands in another zone' '1 ZoneRedundant 2' "$(zones)"
ok 'to wish for nothing' az_do PATCH "$S" '{"properties":{"availabilityZone":"","highAvailability":{"mode":"ZoneRedundant","standbyAvailabilityZone":""}}}'
is 'changes nothing' '1 ZoneRedundant 2' "$(zones)"
ok 'a restart with failover' az_do POST "$S/restart" '{"restartWithFailover":true,"failoverMode":"PlannedFailover"}'
is 'changes the zones' '2 ZoneRedundant 1' "$(zones)"
for mode in ForcedFailover PlannedSwitchover ForcedSwitchover; do
    ok "so does $mode" az_do POST "$S/restart" "{\"restartWithFailover\":true,\"failoverMode\":\"$mode\"}"
done
is 'each of them' '1 ZoneRedundant 2' "$(zones)"
refused 'but none that is not known' '400 InvalidRequestContent' POST "$S/restart" '{"restartWithFailover":true,"failoverMode":"Sideways"}'
late 'zones are not called so' InvalidParameterValue PATCH "$S" '{"properties":{"highAvailability":{"mode":"ZoneRedundant","standbyAvailabilityZone":" "}}}'
ok 'a server in one zone' az_do PUT "$(az_server rg same)" "$(jq -c '.properties += {availabilityZone: "", highAvailability: {mode: "SameZone", standbyAvailabilityZone: ""}}' <<<"$BODY")"
is 'has its standby there' '1 SameZone 1' "$(S=$(az_server rg same) && zones)"

# --- backups -------------------------------------------------------------------------------------

TYPE=Microsoft.DBforPostgreSQL/flexibleServers/backups
names() { az GET "$S/backups${1:-}" && az_jq '[.value[].name] | join(" ")'; }
is 'a young server has no backup' '' "$(names)"
az_sim POST settings '{"young_s":0}' >/dev/null
az GET "$S/backups"
like 'then one by itself' '^daily_20[0-9]{6}T[0-9]{6} Full Automatic$' "$(az_jq '.value[] | "\(.name) \(.properties.backupType) \(.properties.source)"')"
DAILY=$(az_jq '.value[0].name')
az GET "$S/backups/${DAILY^^}?api-version=2022-12-01"
is 'which is there by its name' "$DAILY $TYPE" "$(az_jq '"\(.name) \(.type)"')"
accepted 2024-08-01 'a backup on demand' PUT "$S/backups/before-the-move"
az GET "$S/backups/before-the-move"
is 'is another kind' 'Customer On-Demand Customer Initiated' "$(az_jq '.properties | "\(.backupType) \(.source)"')"
is 'and in the list' "$DAILY before-the-move" "$(names)"
late 'a second time it exists' BackupAlreadyExists PUT "$S/backups/Before-The-Move"
late 'nor is it named as one that is there by itself' BackupAlreadyExists PUT "$S/backups/$DAILY"
refused 'a body' '400 InvalidRequestContent' PUT "$S/backups/other" '{}'
refused 'one that is not there' '404 ResourceNotFound' GET "$S/backups/other"
refused 'in a version that lists only' '400 NoRegisteredProviderFound' PUT "$S/backups/other?api-version=2022-12-01"
refused 'in one that does not even' '400 NoRegisteredProviderFound' GET "$S/backups?api-version=2021-06-01"
late 'the one by itself stays' OperationNotAllowed DELETE "$S/backups/$DAILY"
accepted 2025-08-01 'the deletion of the other' DELETE "$S/backups/before-the-move"
is 'takes it out of the list' "$DAILY" "$(names)"
az DELETE "$S/backups/before-the-move"
is 'a second time there is nothing to do' 204 "$AZ_STATUS"
az GET "$S/logFiles"
is 'no log can be fetched' '200 []' "$AZ_STATUS $(az_jq '.value | tostring')"
refused 'which is asked for since 2024-08-01' '400 NoRegisteredProviderFound' GET "$S/logFiles?api-version=2022-12-01"
az_do POST "$S/stop"
late 'of a stopped server there is no backup' ServerIsNotReady PUT "$S/backups/other"
ok 'the local Azure ends well' azsim_stop
