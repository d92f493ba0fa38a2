#!/bin/bash
# Faults that the local Azure makes on order: wrong answers, lists without end, lag, lost operations, fights.
#   BUILD=DIR tests/azure/test_azsim_fault.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

for tool in curl jq; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done
azsim_start "$PLACE/one" --no-clusters --set retry_after_s=0 --set busy_after_ms=0 --set server_create_ms=0 \
    --set server_update_ms=0 --set firewall_rule_ms=0 --set configuration_ms=0 --set network_ms=0 --set private_dns_ms=0 ||
    { fail 'azsim starts' "$(<"$PLACE/one/err")" && exit 1; }
JOBS+=("$AZ_JOB")
az_sim POST seed '{"servers":1,"prefix":"s","resourceGroup":"rg"}' >/dev/null
SERVER=$(az_server rg s1) RULES=$(az_server rg s1)/firewallRules VNET=$(az_network rg v)
for name in a b c; do
    az_do PUT "$RULES/$name" '{"properties":{"startIpAddress":"10.0.0.1","endIpAddress":"10.0.0.1"}}'
done
az_do PATCH "$SERVER" '{"tags":{"t":"1"}}'
az_do PUT "$VNET" '{"location":"koreacentral","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}}'
# fault MATCH_PATH ACTION [REST_OF_ORDER]
fault() { az_sim POST fault "{\"match\":{\"path\":\"$1\"},\"action\":$2${3:+,$3}}"; }
# seen PATH FILTER
seen() { az GET "$1" && az_jq "$2"; }
retention() { echo "{\"properties\":{\"backup\":{\"backupRetentionDays\":$1}}}"; }
days_are() { [ "$(days)" = "$1" ]; }
days() { seen "$SERVER" .properties.backup.backupRetentionDays; }
is 'an order is taken' '{}' "$(fault /s1 '{"set":{"/id":"x"}}')"
az_sim DELETE fault >/dev/null

# --- one answer edited ---------------------------------------------------------------------------

fault flexibleServers/s1 '{"remove":["/properties"]}' >/dev/null
is 'properties are gone' 'null Microsoft.DBforPostgreSQL/flexibleServers' "$(seen "$SERVER" '"\(.properties) \(.type)"')"
is 'once' object "$(seen "$SERVER" '.properties | type')"
fault flexibleServers/s1 '{"edit":{"id":"/elsewhere","tags":null,"properties":{"state":null}}}' '"times":2' >/dev/null
is 'a merge patch: another id, no tags, a member missing' '/elsewhere false false 15' "$(seen "$SERVER" '"\(.id) \(has("tags")) \(.properties | has("state")) \(.properties.version)"')"
is 'twice' /elsewhere "$(seen "$SERVER" .id)"
is 'and not longer' s1 "$(seen "$SERVER" .name)"
fault flexibleServers/s1 '{"set":{"/properties/version":null,"/properties/backup/backupRetentionDays":"7"}}' >/dev/null
is 'null, and a text where a number belongs' 'null string' "$(seen "$SERVER" '"\(.properties.version) \(.properties.backup.backupRetentionDays | type)"')"
fault configurations '{"item":"WORK_MEM","set":{"/properties/value":4096}}' >/dev/null
is 'one item of a list' 'number string' "$(seen "$SERVER/configurations" '"\(.value[] | select(.name == "work_mem").properties.value | type) \(.value[] | select(.name == "port").properties.value | type)"')"
fault configurations/work_mem '{"append":{"/properties/value":" "}}' >/dev/null
is 'a trailing blank' '"4096 "' "$(seen "$SERVER/configurations/work_mem" '.properties.value | tojson')"
fault firewallRules '{"set":{"/value/1/name":"a~b"},"remove":["/value/0"]}' >/dev/null
is 'pointers into lists' 'a~b c' "$(seen "$RULES" '[.value[].name] | join(" ")')"
fault firewallRules '{"hide":"B"}' >/dev/null
is 'an item is hidden' 'a c' "$(seen "$RULES" '[.value[].name] | join(" ")')"
is 'once and no more' 'a b c' "$(seen "$RULES" '[.value[].name] | join(" ")')"
fault firewallRules '{"repeat":3}' >/dev/null
is 'items are repeated' 'a a a b b b c c c' "$(seen "$RULES" '[.value[].name] | join(" ")')"
fault s1 '{"remove":["/tags"]}' >/dev/null
ok 'a write is not what an edit waits for' az_do PATCH "$SERVER" '{"tags":{"t":"2"}}'
is 'but the next read' false "$(seen "$SERVER" 'has("tags")')"

# --- lists without an end ------------------------------------------------------------------------

fault firewallRules '{"loop":true}' >/dev/null
A=$(seen "$RULES" .nextLink) B=$(seen "$A" .nextLink)
is 'a list goes from A to B and back' "$A" "$(seen "$B" .nextLink)"
[ "$A" != "$B" ] && pass 'which are two' || fail 'which are two' "$A"
az_sim DELETE fault >/dev/null
is 'until the fault is forgotten' null "$(seen "$RULES" .nextLink)"
fault firewallRules '{"endless":true}' >/dev/null
LINK=$RULES SEEN=
for _ in 1 2 3 4 5; do LINK=$(seen "$LINK" .nextLink) SEEN="$SEEN$LINK"$'\n'; done
is 'every page names a new one' 5 "$(sort -u <<<"$SEEN" | grep -c https)"
az_sim DELETE fault >/dev/null
fault firewallRules '{"endless_body":true}' >/dev/null
az_curl -H "Authorization: Bearer $AZ_TOKEN" "$AZ_ARM/subscriptions/$AZ_SUBSCRIPTION/$RULES?api-version=$POSTGRES_API" 2>/dev/null | head -c 20000000 | wc -c >"$PLACE/size"
is 'a body that never ends' 20000000 "$(<"$PLACE/size")"
fault firewallRules '{"gzip":true}' >/dev/null
az GET "$RULES"
is 'a body that says gzip and is none' '200 gzip' "$AZ_STATUS $(az_header Content-Encoding)"

# --- lag -----------------------------------------------------------------------------------------

az_sim POST stale '{"ms":60000,"path":"firewallRules"}' >/dev/null
ok 'a rule is deleted' az_do DELETE "$RULES/c"
ok 'and the retention changed' az_do PATCH "$SERVER" "$(retention 30)"
is 'only the lagging path shows the past' '30 a b c' "$(days) $(seen "$RULES" '[.value[].name] | join(" ")')"
az_sim POST stale '{"ms":60000,"path":"*/virtualNetworks/*"}' >/dev/null
ok 'a network lags too' az_do PUT "$VNET/subnets/s" '{"properties":{"addressPrefix":"10.0.1.0/24"}}'
is 'its past' '[]' "$(seen "$VNET" '.properties.subnets | tostring')"
refused 'so does a subnet of it' '404 ResourceNotFound' GET "$VNET/subnets/s"
az_sim POST stale '{"ms":60000,"path":"resourcegroups/rg"}' >/dev/null
az PATCH "$(az_rg rg)" '{"tags":{"g":"1"}}'
is 'and a group' null "$(seen "$(az_rg rg)" .tags)"
az_sim POST stale '{"ms":0}' >/dev/null
is 'then the truth' '["s"] {"g":"1"} a b' "$(seen "$VNET" '[.properties.subnets[].name] | tostring') $(seen "$(az_rg rg)" '.tags | tostring') $(seen "$RULES" '[.value[].name] | join(" ")')"

# --- operations ----------------------------------------------------------------------------------

# lost HOW DAYS: starts a write whose operation is lost so, and asks its monitor
lost() {
    fault flexibleServers/s1 "{\"lose\":\"$1\"}" >/dev/null
    az PATCH "$SERVER" "$(retention "$2")"
    is "an operation lost by $1 is accepted" 202 "$AZ_STATUS"
    URL=$(az_header Azure-AsyncOperation)
    az_until days_are "$2"
    is 'and carried out' "$2" "$(days)"
}
lost 404 11
refused 'its monitor is gone' '404 OperationNotFound' GET "$URL"
refused 'for ever' '404 OperationNotFound' GET "$URL"
lost 301 12
az GET "$URL"
is 'its monitor is elsewhere' '301 https://management.azure.com' "$AZ_STATUS $(az_header Location | cut -d: -f1-2)"
lost gzip 13
az GET "$URL"
is 'its monitor is broken gzip' '200 gzip' "$AZ_STATUS $(az_header Content-Encoding)"
lost endless 14
az_curl -H "Authorization: Bearer $AZ_TOKEN" "$URL" 2>/dev/null | head -c 5000000 | wc -c >"$PLACE/size"
is 'its monitor never ends' 5000000 "$(<"$PLACE/size")"
lost silent 15
no 'its monitor says nothing' az_curl --max-time 1 -H "Authorization: Bearer $AZ_TOKEN" "$URL"
fault flexibleServers/s1 '{"lose":"Canceled"}' >/dev/null
az_do PATCH "$SERVER" "$(retention 16)"
is 'an operation is canceled and changes nothing' 'Canceled 15 Ready' "$AZ_STATUS_WORD $(days) $(seen "$SERVER" .properties.state)"
fault flexibleServers/s1 '{"ignore":true}' >/dev/null
az_do PATCH "$SERVER" "$(retention 17)"
is 'a write is accepted, succeeds and changes nothing' 'Succeeded 15 Ready' "$AZ_STATUS_WORD $(days) $(seen "$SERVER" .properties.state)"
fault virtualNetworks/v '{"ignore":true}' '"times":2' >/dev/null
az_do PUT "$VNET/subnets/t" '{"properties":{"addressPrefix":"10.0.2.0/24"}}'
is 'a subnet that is ignored' 'Succeeded ["s"]' "$AZ_STATUS_WORD $(seen "$VNET" '[.properties.subnets[].name] | tostring')"
az_do DELETE "$VNET/subnets/s"
is 'a deletion that is ignored' 'Succeeded Succeeded' "$AZ_STATUS_WORD $(seen "$VNET/subnets/s" .properties.provisioningState)"
fault resourceGroups/rg '{"ignore":true}' '"match":{"path":"resourceGroups/rg","method":"PATCH"}' >/dev/null
az PATCH "$(az_rg rg)" '{"tags":{"g":"2"}}'
is 'a group too' '200 {"g":"1"}' "$AZ_STATUS $(seen "$(az_rg rg)" '.tags | tostring')"
fault virtualNetworks/v '{"lro_error":{"code":"InternalServerError"}}' >/dev/null
az_do PUT "$VNET/subnets/t" '{"properties":{"addressPrefix":"10.0.2.0/24"}}'
is 'an operation of a subnet that fails' 'Failed InternalServerError Failed' "$AZ_STATUS_WORD $AZ_CODE $(seen "$VNET/subnets/t" .properties.provisioningState)"
fault flexibleServers/s1 '{"silent":true}' >/dev/null
no 'a write without an answer' az_curl --max-time 1 -X PATCH -H "Authorization: Bearer $AZ_TOKEN" -H 'Content-Type: application/json' --data "$(retention 18)" \
    "$AZ_ARM/subscriptions/$AZ_SUBSCRIPTION/$SERVER?api-version=$POSTGRES_API"
az_until days_are 18
is 'is carried out' 18 "$(days)"

# --- refusals and limits -------------------------------------------------------------------------

fault flexibleServers/s1 '{"status":503,"retry_after":9}' >/dev/null
refused '503' '503 InternalServerError' GET "$SERVER"
is 'with Retry-After in seconds' 9 "$(az_header Retry-After)"
fault flexibleServers/s1 '{"retry_after":0}' >/dev/null
az GET "$SERVER"
is 'or 0' '503 0' "$AZ_STATUS $(az_header Retry-After)"
fault flexibleServers/s1 '{"retry_after_date":3600}' >/dev/null
az GET "$SERVER"
WAIT=$(($(date -d "$(az_header Retry-After)" +%s) - $(date +%s)))
[ "$AZ_STATUS" = 503 ] && [ $WAIT -gt 3500 ] && [ $WAIT -le 3600 ] && pass 'or as a date' || fail 'or as a date' "$AZ_STATUS $WAIT"
az_sim POST settings '{"rate_per_s":3}' >/dev/null
CODES=$(az_curl -o /dev/null -w '%{http_code} ' -H "Authorization: Bearer $AZ_TOKEN" \
    "$AZ_ARM/subscriptions/$AZ_SUBSCRIPTION/$SERVER?api-version=$POSTGRES_API&n=[1-20]")
like 'three requests a second, then 429' '^200 200 200.* 429' "$CODES"
az_sim POST settings '{"rate_per_s":0}' >/dev/null
az GET "$SERVER"
is 'or any number' 200 "$AZ_STATUS"

# --- fights --------------------------------------------------------------------------------------

az_sim POST reset-log >/dev/null
az_sim POST fight "$(jq -nc --argjson body "$(retention 7)" '{path: "flexibleServers/s1", method: "PATCH", body: $body, times: 2}')" >/dev/null
for _ in 1 2; do
    ok 'a write succeeds' az_do PATCH "$SERVER" "$(retention 25)"
    az_until days_are 7
    is 'and is undone' 7 "$(days)"
done
is 'twice, as another person' 'operator operator' "$(jq -r 'select(.write and .actor == "operator") | .actor' "$AZ_LOG" | paste -sd' ')"
ok 'the third' az_do PATCH "$SERVER" "$(retention 25)"
is 'stays' '25 0' "$(days) $(az_sim GET fight | jq '.[0].left')"
az_sim POST fight '{"path":"resourcegroups/rg","body":{"location":"koreacentral","tags":{"theirs":"1"}}}' >/dev/null
az PUT "$(az_rg rg)" '{"location":"koreacentral","tags":{"ours":"1"}}'
is 'a fight about what is done at once' '200 {"theirs":"1"}' "$AZ_STATUS $(seen "$(az_rg rg)" '.tags | tostring')"
az_sim DELETE fight >/dev/null
is 'is forgotten' '[]' "$(az_sim GET fight)"
is 'a fight without a body' BadRequest "$(az_sim POST fight '{"path":"x"}' | jq -r .error.code)"

for order in '{"action":{"lose":"somehow"}}' '{"action":{"explode":1}}' '{"action":{"item":"x"}}' '{"action":{"status":500,"reset":"sideways"}}' '{"action":{"lro_error":{}}}'; do
    is "refused: $order" BadRequest "$(az_sim POST fault "$order" | jq -r .error.code)"
done
is 'what is refused is not kept' '[]' "$(az_sim GET fault)"
ok 'it ends well' azsim_stop
