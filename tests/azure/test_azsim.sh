#!/bin/bash
# What the local Azure does, seen from a client: curl for ARM, psql for the servers it makes.
#   BUILD=DIR tests/azure/test_azsim.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

FAST=(--set retry_after_s=0 --set server_create_ms=100 --set server_update_ms=50 --set busy_after_ms=0
    --set configuration_ms=20 --set firewall_rule_ms=20 --set database_ms=20 --set late_failure_ms=20
    --set power_ms=20 --set failover_ms=20 --set server_delete_ms=20)
start() {
    local dir=$1
    shift
    azsim_start "$dir" --template "$PLACE/template" "${FAST[@]}" "$@" || { fail 'azsim starts' "$(<"$dir/err")" && exit 1; }
    JOBS+=("$AZ_JOB")
}

for tool in curl jq psql; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done

GROUP=rg-test NAME=pg-one PASSWORD="It's a \"Secret\" 1"
SERVER=$(az_server $GROUP $NAME)
# create_body [JQ_FILTER]
create_body() {
    jq -nc --arg password "$PASSWORD" '{location: "Korea Central", sku: {name: "Standard_D4s_v3", tier: "GeneralPurpose"},
        properties: {createMode: "Default", version: "15", administratorLogin: "padmin",
        administratorLoginPassword: $password, availabilityZone: "1", storage: {storageSizeGB: 256, autoGrow: "Enabled"},
        backup: {backupRetentionDays: 14, geoRedundantBackup: "Enabled"}, maintenanceWindow: {customWindow: "Enabled", dayOfWeek: 3},
        highAvailability: {mode: "ZoneRedundant", standbyAvailabilityZone: "2"}}}'" | ${1:-.}"
}
state() { az GET "$SERVER" && az_jq .properties.state; }
property() { az GET "$SERVER" && az_jq ".properties.$1"; }
config() { az GET "$SERVER/configurations/$1" && az_jq "${2:-.properties.value}"; }
set_config() { az_do PATCH "$SERVER/configurations/$1" "$(jq -nc --arg v "$2" '{properties: {value: $v, source: "user-override"}}')"; }
show() { az_psql $NAME padmin "$PASSWORD" postgres -c "SHOW $1"; }

# --- tokens --------------------------------------------------------------------------------------

ROOT_DIR=$PLACE/one
start "$ROOT_DIR"
IMDS=$AZ_IMDS/metadata/identity/oauth2/token
is 'IMDS wants the Metadata header' 400 "$(curl -s -o /dev/null -w '%{http_code}' "$IMDS?api-version=2018-02-01&resource=x")"
is 'IMDS writes numbers as strings' string "$(curl -s -H 'Metadata: true' "$IMDS?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F" | jq -r '.expires_in | type')"
entra() {
    az_curl -X POST "$AZ_LOGIN/$AZ_TENANT/oauth2/v2.0/token" --data-urlencode "client_id=$AZ_CLIENT" \
        --data-urlencode "client_secret=$1" -d grant_type=client_credentials --data-urlencode "scope=https://management.azure.com/.default"
}
is 'Entra refuses a wrong secret' '7000215' "$(entra wrong | jq -r '.error_codes[0]')"
AZ_TOKEN=$(entra "$(<"$AZ_SECRET_FILE")" | jq -r .access_token)
az GET resourceGroups
is 'the token of the client secret is good' 200 "$AZ_STATUS"
AZ_TOKEN=nonsense
refused 'an unknown token is refused' '401 InvalidAuthenticationToken' GET resourceGroups
like 'and told how to get a better one' Bearer "$(az_header WWW-Authenticate)"
az_login
az_sim POST tokens/revoke >/dev/null
refused 'a revoked token is refused' '401 InvalidAuthenticationToken' GET resourceGroups
az_login

# --- ARM's conventions ---------------------------------------------------------------------------

refused 'no group, no server' '404 ResourceGroupNotFound' GET "$SERVER"
az HEAD "$(az_rg $GROUP)"
is 'HEAD of a missing group' 404 "$AZ_STATUS"
az PUT "$(az_rg $GROUP)" '{"location":"Korea Central","tags":{"a":"b"}}'
is 'a group is made at once' '201 koreacentral' "$AZ_STATUS $(az_jq .location)"
az PUT "$(az_rg $GROUP)" '{"location":"koreacentral","tags":{"c":"d"}}'
is 'a second PUT replaces its tags' '200 {"c":"d"}' "$AZ_STATUS $(az_jq '.tags | tostring')"
refused 'a group is not deleted here' '405 MethodNotAllowed' DELETE "$(az_rg $GROUP)"
refused 'a missing server' '404 ResourceNotFound' GET "$SERVER"
refused 'an unknown type' '404 InvalidResourceType' GET "$(az_rg $GROUP)/providers/Microsoft.Foo/bars"
refused 'an unknown api-version' '400 NoRegisteredProviderFound' GET "$SERVER?api-version=1999-01-01"
az GET "$AZ_ARM//subscriptions/$AZ_SUBSCRIPTION//RESOURCEGROUPS/${GROUP^^}/?API%2DVersion=$GROUP_API"
is 'doubled slashes, an encoded name and capitals mean the same' "200 $GROUP" "$AZ_STATUS $(az_jq .name)"
refused 'another subscription' '404 SubscriptionNotFound' GET "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/x"
like 'every answer has a request id' '^[0-9a-f-]{36}$' "$(az_header x-ms-request-id)"
like 'and the remaining reads' '^[0-9]+$' "$(az_header x-ms-ratelimit-remaining-subscription-reads)"

# --- creation ------------------------------------------------------------------------------------

# One whose creation does not end as long as it is looked at.
SLOW=$(az_server $GROUP pg-slow)
az_sim POST settings '{"server_create_ms":3600000}' >/dev/null
az PUT "$SLOW" "$(create_body)"
is 'a server is begun with 202' 202 "$AZ_STATUS"
URL=$(az_header Azure-AsyncOperation)
[ ${#URL} -ge 2500 ] && [ ${#URL} -le 4096 ] && pass "its URL is long (${#URL})" || fail 'its URL is long' "${#URL}"
refused 'during creation GET says 404' '404 ResourceNotFound' GET "$SLOW"
refused 'and parameters say 500' '500 InternalServerError' GET "$SLOW/configurations"
refused 'a second PUT is refused' '409 ServerIsBusy' PUT "$SLOW" "$(create_body)"
refused 'a changed URL is refused' '403 InvalidOperationSignature' GET "${URL/&c=M/&c=N}"
refused 'a re-encoded URL is refused' '403 InvalidOperationSignature' GET "${URL/azureAsyncOperation/azureAsync%4Fperation}"
az_sim POST settings '{"server_create_ms":100}' >/dev/null
ok 'a creation succeeds' az_do PUT "$SERVER" "$(create_body)"
is 'the server is Ready' Ready "$(state)"
az GET "$SERVER"
is 'GET has the recorded keys' 'administratorLogin authConfig availabilityZone backup dataEncryption fullyQualifiedDomainName highAvailability maintenanceWindow minorVersion network privateEndpointConnections replica replicaCapacity replicationRole state storage version' \
    "$(az_jq '.properties | keys | join(" ")')"
is 'and no tags where there are none' false "$(az_jq 'has("tags")')"
is 'the location is the display name' 'Korea Central' "$(az_jq .location)"
is 'the disk type is empty' '"" P15 1100' "$(az_jq '.properties.storage | "\(.type | tojson) \(.tier) \(.iops)"')"
is 'a maintenance window at creation is ignored' 'Disabled 0' "$(az_jq '.properties.maintenanceWindow | "\(.customWindow) \(.dayOfWeek)"')"
no 'the password is nowhere in the answer' grep -qF "$PASSWORD" "$AZ_DIR/body"
is 'HA is healthy' 'Healthy 2' "$(az_jq '.properties.highAvailability | "\(.state) \(.standbyAvailabilityZone)"')"
is 'a young server has no restore date' null "$(az_jq .properties.backup.earliestRestoreDate)"
az GET "providers/Microsoft.DBforPostgreSQL/flexibleServers"
is 'the list of the subscription has it' "$NAME" "$(az_jq '.value[].name')"

is 'psql gets in over verified TLS' 1 "$(az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1')"
is 'the admin is no superuser' 'f t t' "$(az_psql $NAME padmin "$PASSWORD" postgres -F ' ' -c "SELECT rolsuper, rolcreaterole, pg_has_role('azure_pg_admin', 'MEMBER') FROM pg_roles WHERE rolname = current_user")"
is 'public belongs to azure_pg_admin' azure_pg_admin "$(az_psql $NAME padmin "$PASSWORD" postgres -c "SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'public'")"
no 'azure_sys is closed' az_psql $NAME padmin "$PASSWORD" azure_sys -c 'SELECT 1'
no 'the superuser does not come in by TCP' az_psql $NAME azuresu '' postgres -c 'SELECT 1'
is 'but by the Unix socket' on "$(az_super $NAME -c 'SELECT current_setting($$is_superuser$$)')"

late 'a wrong sku' ServerEditionIncompatibleWithSkuSize PUT "$(az_server $GROUP pg-two)" "$(create_body '.sku.tier = "Burstable"')"
refused 'a server whose creation failed is not there' '404 ResourceNotFound' GET "$(az_server $GROUP pg-two)"
refused 'a name with a capital letter' '400 InvalidResourceName' PUT "$(az_server $GROUP Pg-Two)" "$(create_body)"
refused 'another create mode' '400 CreateModeNotSupported' PUT "$(az_server $GROUP pg-two)" "$(create_body '.properties.createMode = "Replica"')"

# --- changes -------------------------------------------------------------------------------------

ok 'retention is changed' az_do PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":35}}}'
is 'and reads back' 35 "$(property backup.backupRetentionDays)"
is 'beside what was not named' Enabled "$(property backup.geoRedundantBackup)"
late 'retention out of range' InvalidParameterValue PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":90}}}'
late 'geo-redundant backup later' PropertyChangeNotAllowed PATCH "$SERVER" '{"properties":{"backup":{"geoRedundantBackup":"Disabled"}}}'
late 'a smaller disk' StorageSizeDecreaseNotAllowed PATCH "$SERVER" '{"properties":{"storage":{"storageSizeGB":128}}}'
late 'a tier below the size' InvalidStorageTier PATCH "$SERVER" '{"properties":{"storage":{"tier":"P10"}}}'
is 'a failed change leaves the server Ready' 'Ready 256' "$(state) $(property storage.storageSizeGB)"
ok 'a bigger disk' az_do PATCH "$SERVER" '{"properties":{"storage":{"storageSizeGB":512}}}'
is 'brings its tier along' 'P20 2300' "$(az GET "$SERVER" && az_jq '.properties.storage | "\(.tier) \(.iops)"')"
ok 'the maintenance window' az_do PATCH "$SERVER" '{"properties":{"maintenanceWindow":{"customWindow":"Enabled","dayOfWeek":0,"startHour":18,"startMinute":0}}}'
is 'can be set later' 'Enabled 18' "$(az GET "$SERVER" && az_jq '.properties.maintenanceWindow | "\(.customWindow) \(.startHour)"')"
ok 'tags' az_do PATCH "$SERVER" '{"tags":{"x":"1"}}'
ok 'are replaced' az_do PATCH "$SERVER" '{"tags":{"y":"2"}}'
is 'as a whole' '{"y":"2"}' "$(az GET "$SERVER" && az_jq '.tags | tostring')"
refused 'a number where text belongs' '400 InvalidRequestContent' PATCH "$SERVER" '{"properties":{"version":15}}'
refused 'an unknown member' '400 InvalidRequestContent' PATCH "$SERVER" '{"properties":{"colour":"red"}}'
like 'is named' properties.colour "$(az_jq .error.message)"
refused 'an unknown member deep inside' '400 InvalidRequestContent' PATCH "$SERVER" '{"properties":{"storage":{"sizeGB":1}}}'
refused 'an array' '400 InvalidRequestContent' PATCH "$SERVER" '[]'
refused 'no body' '400 InvalidRequestContent' PATCH "$SERVER"
refused 'a number among the tags' '400 InvalidRequestContent' PATCH "$SERVER" '{"tags":{"n":1}}'
refused 'a parameter with an unknown member' '400 InvalidRequestContent' PATCH "$SERVER/configurations/work_mem" '{"properties":{"value":"4096","unit2":"kB"}}'
refused 'a parameter whose value is a number' '400 InvalidRequestContent' PATCH "$SERVER/configurations/work_mem" '{"properties":{"value":4096}}'
refused 'a rule with one end' '400 InvalidRequestContent' PUT "$SERVER/firewallRules/half" '{"properties":{"startIpAddress":"10.0.0.1"}}'
refused 'a database with an owner' '400 InvalidRequestContent' PUT "$SERVER/databases/owned" '{"properties":{"charset":"UTF8","owner":"me"}}'
refused 'a restart with an unknown mode' '400 InvalidRequestContent' POST "$SERVER/restart" '{"restartWithFailover":true,"failoverMode":"Quick"}'
late 'another location' PropertyChangeNotAllowed PATCH "$SERVER" '{"location":"japaneast"}'
late 'promotion of what is no replica' PropertyChangeNotAllowed PATCH "$SERVER" '{"properties":{"replica":{"promoteMode":"Switchover","promoteOption":"Planned"}}}'
late 'IOPS of a Premium_LRS disk' PropertyChangeNotAllowed PATCH "$SERVER" '{"properties":{"storage":{"iops":9999}}}'
az GET "$SERVER"
ok 'but what GET answered can be sent back' az_do PATCH "$SERVER" "$AZ_BODY"
refused 'a body that is not JSON' '400 InvalidRequestContent' PATCH "$SERVER" '{"properties":'
OLD_PASSWORD=$PASSWORD PASSWORD='Another\Secret9'
ok 'the password is changed' az_do PATCH "$SERVER" "$(jq -nc --arg p "$PASSWORD" '{properties: {administratorLoginPassword: $p}}')"
is 'the new one works' 1 "$(az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1')"
late 'a simple password' InvalidParameterValue PATCH "$SERVER" '{"properties":{"administratorLoginPassword":"simple"}}'
no 'the old one does not' az_psql $NAME padmin "$OLD_PASSWORD" postgres -c 'SELECT 1'

# --- parameters ----------------------------------------------------------------------------------

az GET "$SERVER/configurations"
COUNT=$(az_jq '.value | length')
[ "$COUNT" -ge 300 ] && [ ${#AZ_BODY} -gt 180000 ] && pass "the list is as long as Azure's ($COUNT, ${#AZ_BODY} bytes)" || fail 'the list is long' "$COUNT"
is 'every value is a string' string "$(az_jq '[.value[].properties.value | type] | unique | join(" ")')"
ok 'a dynamic parameter' set_config work_mem 8192
is 'reads back' '8192 user-override false' "$(config work_mem '.properties | "\(.value) \(.source) \(.isConfigPendingRestart)"')"
is 'and the real server runs with it' 8MB "$(show work_mem)"
ok 'its default' set_config work_mem 4096
is 'is system-default again' system-default "$(config work_mem .properties.source)"
is 'also for the real server' 4MB "$(show work_mem)"
ok 'a static parameter' set_config max_connections 115
is 'waits for a restart' '115 true' "$(config max_connections '.properties | "\(.value) \(.isConfigPendingRestart)"')"
is 'the real server waits too' 't' "$(az_psql $NAME padmin "$PASSWORD" postgres -c "SELECT pending_restart FROM pg_settings WHERE name = 'max_connections'")"
az_do POST "$SERVER/restart"
is 'a restart' 'Succeeded false 115' "$AZ_STATUS_WORD $(config max_connections .properties.isConfigPendingRestart) $(show max_connections)"
late 'a read-only parameter' OperationFailed PATCH "$SERVER/configurations/port" '{"properties":{"value":"5433"}}'
is 'says nothing useful' '{0}' "$(az_jq .error.message)"
late 'a value out of range' InvalidParameterValue PATCH "$SERVER/configurations/work_mem" '{"properties":{"value":"1"}}'
late 'a unit where a number belongs' InvalidParameterValue PATCH "$SERVER/configurations/statement_timeout" '{"properties":{"value":"30s"}}'
refused 'an unknown parameter' '404 ResourceNotFound' GET "$SERVER/configurations/no_such_thing"
ok 'a Boolean in capitals' set_config log_lock_waits ON
is 'is answered in small letters' 'on on' "$(config log_lock_waits) $(show log_lock_waits)"
ok 'one that only Azure has' set_config azure.extensions 'pgcrypto,uuid-ossp'
is 'is remembered' 'pgcrypto,uuid-ossp Set' "$(config azure.extensions '.properties | "\(.value) \(.dataType)"')"
late 'an extension that is not offered' InvalidParameterValue PATCH "$SERVER/configurations/azure.extensions" '{"properties":{"value":"file_fdw"}}'
ok 'libraries that are not installed here' set_config shared_preload_libraries 'pg_stat_statements,pgaudit,pg_cron'
az_do POST "$SERVER/restart"
is 'do not keep PostgreSQL from starting' 'Succeeded pg_stat_statements' "$AZ_STATUS_WORD $(az_super $NAME -c 'SHOW shared_preload_libraries')"
PGSSLMODE=disable no 'plaintext is refused' az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1'
ok 'until require_secure_transport is off' set_config require_secure_transport off
is 'then it is not' 1 "$(PGSSLMODE=disable az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1')"
ok 'and on again' set_config require_secure_transport on
PGSSLMODE=disable no 'it is' az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1'
az_sim POST settings '{"page_size":100}' >/dev/null
az GET "$SERVER/configurations"
PAGES=1 ITEMS=$(az_jq '.value | length')
while NEXT=$(az_jq '.nextLink // empty') && [ -n "$NEXT" ]; do
    az GET "$NEXT"
    PAGES=$((PAGES + 1)) ITEMS=$((ITEMS + $(az_jq '.value | length')))
done
is 'pages add up' "$(((COUNT + 99) / 100)) $COUNT" "$PAGES $ITEMS"
az_sim POST settings '{"page_size":1000}' >/dev/null

# --- children ------------------------------------------------------------------------------------

ok 'a firewall rule' az_do PUT "$SERVER/firewallRules/AllowOps" '{"properties":{"startIpAddress":"10.0.0.1","endIpAddress":"10.0.0.9"}}'
az GET "$SERVER/firewallRules"
is 'is listed' 'AllowOps 10.0.0.1 10.0.0.9' "$(az_jq '.value[] | "\(.name) \(.properties.startIpAddress) \(.properties.endIpAddress)"')"
late 'a rule that runs backwards' InvalidParameterValue PUT "$SERVER/firewallRules/Bad" '{"properties":{"startIpAddress":"10.0.0.9","endIpAddress":"10.0.0.1"}}'
refused 'a rule with a bad name' '400 InvalidResourceName' PUT "$SERVER/firewallRules/-bad" '{"properties":{"startIpAddress":"10.0.0.1","endIpAddress":"10.0.0.1"}}'
ok 'the rule goes' az_do DELETE "$SERVER/firewallRules/allowops"
az DELETE "$SERVER/firewallRules/allowops"
is 'once' 204 "$AZ_STATUS"
ok 'a database' az_do PUT "$SERVER/databases/app_db" '{"properties":{"charset":"UTF8","collation":"C"}}'
is 'is real and belongs to the admin' padmin "$(az_psql $NAME padmin "$PASSWORD" app_db -c "SELECT datdba::regrole FROM pg_database WHERE datname = current_database()")"
az_psql $NAME padmin "$PASSWORD" postgres -c 'CREATE DATABASE by_sql'
az GET "$SERVER/databases"
is 'the list has also what SQL made' 'app_db azure_maintenance azure_sys by_sql postgres' "$(az_jq '[.value[].name] | sort | join(" ")')"
late 'the same with another collation' DatabaseAlreadyExists PUT "$SERVER/databases/app_db" '{"properties":{"charset":"UTF8","collation":"POSIX"}}'
refused 'a collation with a hyphen' '400 InvalidParameterValue' PUT "$SERVER/databases/other" '{"properties":{"charset":"UTF8","collation":"ko_KR.UTF-8"}}'
az_sim POST settings '{"database_delete":"refuse"}' >/dev/null
refused 'a database is not deleted where that is set' '405 MethodNotAllowed' DELETE "$SERVER/databases/app_db"
az_sim POST settings '{"database_delete":"allow"}' >/dev/null

# --- busy, throttled, stale, broken --------------------------------------------------------------

az_sim POST settings '{"server_update_ms":60000}' >/dev/null
az PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":20}}}'
HELD=$(az_header Azure-AsyncOperation)
is 'while a change runs the server is Updating' Updating "$(state)"
refused 'another write is refused' '409 ServerIsBusy' PUT "$SERVER/firewallRules/x" '{"properties":{"startIpAddress":"1.1.1.1","endIpAddress":"1.1.1.1"}}'
az_sim POST settings '{"busy_form":"late"}' >/dev/null
late 'or, in the other form, the write' ServerBusy PUT "$SERVER/firewallRules/x" '{"properties":{"startIpAddress":"1.1.1.1","endIpAddress":"1.1.1.1"}}'
az GET "${HELD/azureAsyncOperation/operationResults}"
is 'a URL is good for its own path only' 403 "$AZ_STATUS"
az GET "$HELD"
is 'the operation still runs' InProgress "$(az_jq .status)"
azsim_stop
is 'stops cleanly in the middle of an operation' 0 $?
start "$ROOT_DIR"
az_login
is 'started again, it has kept the server' "Ready 35" "$(state) $(property backup.backupRetentionDays)"
is 'with its parameters' 115 "$(config max_connections)"
is 'and its data' app_db "$(az_psql $NAME padmin "$PASSWORD" postgres -c "SELECT datname FROM pg_database WHERE datname = 'app_db'")"

az_sim POST settings '{"reads_bucket":3,"reads_per_s":0}' >/dev/null
for _ in 1 2 3; do az GET "$SERVER"; done
is 'the last read of the bucket' '200 0' "$AZ_STATUS $(az_header x-ms-ratelimit-remaining-subscription-reads)"
refused 'the next is throttled' '429 SubscriptionRequestsThrottled' GET "$SERVER"
like 'and told how long' '^[0-9]+$' "$(az_header Retry-After)"
az_sim POST settings '{"reads_bucket":100000,"reads_per_s":100}' >/dev/null
az GET "$SERVER"
is 'a full bucket again' 200 "$AZ_STATUS"

az_sim POST stale '{"ms":600000}' >/dev/null
az_do PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":21}}}'
is 'a stale read shows the past' 35 "$(property backup.backupRetentionDays)"
az_sim POST stale '{"ms":0}' >/dev/null
is 'the truth comes out' 21 "$(property backup.backupRetentionDays)"

fault() { az_sim POST fault "$1" >/dev/null; }
fault '{"match":{"method":"GET","path":"flexibleServers"},"skip":1,"action":{"status":503,"code":"ServiceUnavailable","headers":{"Retry-After":"7"}}}'
az GET "$SERVER"
is 'a fault may wait' 200 "$AZ_STATUS"
refused 'and then acts' '503 ServiceUnavailable' GET "$SERVER"
is 'with its headers' 7 "$(az_header Retry-After)"
az GET "$SERVER"
is 'once' 200 "$AZ_STATUS"
fault '{"match":{"path":"*/PG-ONE"},"action":{"status":429,"code":"RetryableErrorDueToAnotherOperation"}}'
refused 'a pattern without regard to case' '429 RetryableErrorDueToAnotherOperation' GET "$SERVER"
fault '{"match":{"method":"PATCH"},"action":{"reset":"before"}}'
no 'a connection cut before' az PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":22}}}'
is 'has changed nothing' 'Ready 21' "$(state) $(property backup.backupRetentionDays)"
fault '{"match":{"method":"PATCH"},"action":{"reset":"after"}}'
no 'a connection cut after' az PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":22}}}'
is_ready() { [ "$(state)" = Ready ]; }
az_until is_ready
is 'has changed it' 22 "$(property backup.backupRetentionDays)"
fault '{"match":{"method":"PATCH"},"action":{"lro_error":{"code":"InternalServerError","message":"boom"}}}'
late 'an ordered failure' InternalServerError PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":23}}}'
is 'changes nothing' 22 "$(property backup.backupRetentionDays)"
fault '{"match":{"path":"configurations"},"action":{"truncate":true}}'
no 'a body breaks off' az GET "$SERVER/configurations"
fault '{"match":{"path":"configurations"},"action":{"body":"<html>"}}'
az GET "$SERVER/configurations"
is 'a body is garbage' '200 <html>' "$AZ_STATUS $AZ_BODY"
fault '{"match":{"path":"firewallRules"},"action":{"empty_page":true}}'
az GET "$SERVER/firewallRules"
like 'an empty page with a nextLink' '^0 https://management' "$(az_jq '"\(.value | length) \(.nextLink)"')"
FOLLOWS=$(az_jq .nextLink)
fault '{"match":{"path":"firewallRules"},"action":{"empty_page":true}}'
az GET "$FOLLOWS"
like 'and behind it another one' '^0 https://management' "$(az_jq '"\(.value | length) \(.nextLink)"')"
no 'which is no circle' [ "$FOLLOWS" = "$(az_jq .nextLink)" ]
az GET "$(az_jq .nextLink)"
ITEMS=$(az_jq '[.value[].name]')
az GET "$SERVER/firewallRules"
is 'and then the list itself' "$(az_jq '[.value[].name]')" "$ITEMS"
fault '{"match":{"path":"firewallRules"},"action":{"delay_ms":300}}'
BEGIN=$EPOCHREALTIME
az GET "$SERVER/firewallRules" &
WAITING=$!
curl -s "$AZ_SIM/sim/summary" >/dev/null
BETWEEN=$(((${EPOCHREALTIME/./} - ${BEGIN/./}) / 1000))
wait $WAITING
WHOLE=$(((${EPOCHREALTIME/./} - ${BEGIN/./}) / 1000))
[ $WHOLE -ge 300 ] && [ $BETWEEN -lt $WHOLE ] && pass 'a delayed answer holds up nobody else' || fail 'a delayed answer' "$BETWEEN $WHOLE"
fault '{"match":{"path":"x"},"times":5,"action":{"status":500}}'
az_sim DELETE fault >/dev/null
is 'faults can be forgotten' '[]' "$(az_sim GET fault)"
is 'an unknown action is refused' BadRequest "$(az_sim POST fault '{"action":{"explode":1}}' | jq -r .error.code)"

# --- failover, power, sabotage -------------------------------------------------------------------

az_psql $NAME padmin "$PASSWORD" postgres -c "SELECT 'in', pg_sleep(3600)" >"$PLACE/session" 2>&1 &
SESSION=$!
is_working() { [ "$(az_super $NAME -c "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)' AND pid <> pg_backend_pid()")" = 1 ]; }
az_until is_working
az_do POST "$SERVER/restart" '{"restartWithFailover":true,"failoverMode":"ForcedFailover"}'
is 'a failover swaps the zones' 'Succeeded 2 1' "$AZ_STATUS_WORD $(az GET "$SERVER" && az_jq '.properties | "\(.availabilityZone) \(.highAvailability.standbyAvailabilityZone)"')"
no 'and cuts connections' wait $SESSION
is "the platform's own failover too" Succeeded "$(az_sim POST failover/$NAME | jq -r .status)"
is 'back again' 1 "$(property availabilityZone)"
az_do POST "$SERVER/stop"
is 'a stopped server' 'Succeeded Stopped' "$AZ_STATUS_WORD $(state)"
no 'does not answer' az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1'
late 'its restart' ServerIsNotReady POST "$SERVER/restart"
az_do POST "$SERVER/start"
is 'is started' 'Succeeded Ready 1' "$AZ_STATUS_WORD $(state) $(az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1')"
az_sim POST state/$NAME '{"state":"Updating"}' >/dev/null
late 'a stuck server' InternalServerError PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":30}}}'
late 'refuses to restart' ServerIsNotReady POST "$SERVER/restart"
az_do POST "$SERVER/stop"
is 'and ignores a stop' 'Succeeded Updating' "$AZ_STATUS_WORD $(state)"
az_sim POST state/$NAME '{"state":"Ready"}' >/dev/null
az_sim POST reset-log >/dev/null
az_sim POST arm "$(jq -nc --arg path "/subscriptions/$AZ_SUBSCRIPTION/$SERVER/configurations/work_mem" '{method: "PATCH", path: $path, body: {properties: {value: "16384"}}}')" >/dev/null
is 'another person has changed a parameter at once' '16384 16MB' "$(config work_mem) $(show work_mem)"
is 'which is not counted as ours' '0 1' "$(az_sim GET summary | jq -r '"\(.writes) \(.operator_writes)"')"
is 'but logged as theirs' operator "$(jq -r 'select(.write) | .actor' "$AZ_LOG")"
is 'requests can be read from a number on' '[1]' "$(az_sim GET 'requests?since=1' | jq -c '[.requests[].seq] | .[:1]')"

# --- two side by side, and the end ---------------------------------------------------------------

CONFIGURED=$AZ_DIR
start "$PLACE/two" --no-clusters
az_sim POST seed '{"servers":50,"prefix":"s","resourceGroup":"rg"}' >/dev/null
az GET "providers/Microsoft.DBforPostgreSQL/flexibleServers"
is 'a second local Azure has its own servers' 50 "$(az_jq '.value | length')"
az GET "$(az_server rg s7)/databases"
is 'seeded ones answer without a cluster' 'azure_maintenance azure_sys postgres' "$(az_jq '[.value[].name] | sort | join(" ")')"
az GET providers/Microsoft.DBforPostgreSQL/locations/koreacentral/capabilities
is 'the location offers what can be had' 'P15 15' "$(az_jq '.value[0] | "\(.supportedServerEditions[1].supportedStorageEditions[0].supportedStorageMb[] | select(.storageSizeMb == 262144).defaultIopsTier) \(.supportedServerVersions[0].name)"')"
ok 'the second ends well' azsim_stop
azsim_use "$CONFIGURED"
AZ_JOB=${JOBS[1]}
az GET "$SERVER"
is 'the first lives on' 200 "$AZ_STATUS"
is 'the README lists what is believed, with its source' '' "$(az_sim GET beliefs | jq -r '.[] | "| \(.belief) | \(.source) |"' | grep -vxFf README.md)"
is 'and nothing else' "$(az_sim GET beliefs | jq length)" "$(sed -n '/^| belief /,/^$/p' README.md | tail -n +3 | grep -c '^|')"
is 'every setting that a belief names is there' '' "$(comm -23 <(az_sim GET beliefs | jq -r '.[].belief' | grep -o '(setting [a-z_]*' | cut -d' ' -f2 | sort) <(az_sim GET settings | jq -r 'keys[]' | sort))"
is 'the README lists the calls of /sim' '' "$(az_sim GET help | jq -r '.[].path' | sort -u | while read -r path; do grep -qF "$path" README.md || echo "$path"; done)"

POSTMASTER=$(head -n 1 "$AZ_DIR/clusters/$NAME/data/postmaster.pid")
kill -KILL "$AZ_PID"
wait "$AZ_JOB" 2>/dev/null
is_gone() { ! kill -0 "$1" 2>/dev/null; }
ok 'killed, it takes its clusters along' az_until is_gone "$POSTMASTER"
start "$ROOT_DIR"
az_login
is 'and comes back with them' 'Ready 1' "$(state) $(az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1')"
az PATCH "$SERVER" '{"tags":{}}'
RESULT=$(az_header Location)
az_wait
az GET "$RESULT"
is 'the Location of an ended operation says 200' 200 "$AZ_STATUS"
az DELETE "$SERVER"
RESULT=$(az_header Location)
ok 'a server is deleted' az_wait
az GET "$RESULT"
is 'the Location of a deletion says 204' 204 "$AZ_STATUS"
refused 'and gone' '404 ResourceNotFound' GET "$SERVER"
no 'from the hosts file' grep -q $NAME "$AZ_HOSTS"
no 'and from the disk' test -e "$AZ_DIR/clusters/$NAME"
az DELETE "$SERVER"
is 'once more is nothing' 204 "$AZ_STATUS"
ok 'it ends well' azsim_stop

# --- as an ordinary user -------------------------------------------------------------------------

if [ "$(id -u)" != 0 ]; then
    skip 'as another user' 'this is an ordinary user already: everything above was'
elif ! command -v setpriv >/dev/null || ! setpriv --reuid=65534 --regid=65534 --clear-groups test -x "$AZSIM"; then
    skip 'as another user' 'cannot run the program as nobody'
else
    AZSIM_AS='setpriv --reuid=65534 --regid=65534 --clear-groups'
    mkdir "$PLACE/nobody" && chown 65534:65534 "$PLACE/nobody"
    azsim_start "$PLACE/nobody" "${FAST[@]}" || fail 'an ordinary user can run it' "$(<"$PLACE/nobody/err")"
    JOBS+=("$AZ_JOB")
    az PUT "$(az_rg $GROUP)" '{"location":"koreacentral"}'
    ok 'an ordinary user can run it' az_do PUT "$SERVER" "$(create_body)"
    is 'and gets a server' 1 "$(az_psql $NAME padmin "$PASSWORD" postgres -c 'SELECT 1')"
    ok 'and stop it' azsim_stop
fi
left=$(pgrep -fc "$PLACE")
is 'no process is left' 0 "$left"
