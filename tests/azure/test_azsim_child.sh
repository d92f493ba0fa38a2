#!/bin/bash
# What stands below a server and has nothing behind it: virtual endpoints, threat protection, connections of
# private endpoints.
#   BUILD=DIR tests/azure/test_azsim_child.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

for tool in curl jq; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done
azsim_start "$PLACE/one" --no-clusters --set retry_after_s=0 --set busy_after_ms=0 --set server_child_ms=0 \
    --set server_update_ms=0 --set late_failure_ms=0 || { fail 'azsim starts' "$(<"$PLACE/one/err")" && exit 1; }
JOBS+=("$AZ_JOB")
SUBSCRIPTION=/subscriptions/$AZ_SUBSCRIPTION
az_sim POST seed '{"servers":2,"prefix":"s","resourceGroup":"rg"}' >/dev/null
SERVER=$SUBSCRIPTION/$(az_server rg s1)

THREAT=$SERVER/advancedThreatProtectionSettings
az GET "$THREAT"
is 'threat protection is always there, and off' 'Default Disabled' "$(az_jq '.value[] | "\(.name) \(.properties.state)"')"
ok 'it is switched on' az_do PUT "$THREAT/default" '{"properties":{"state":"enabled"}}'
az GET "$THREAT/DEFAULT"
is 'it is on, under its own name' 'Default Enabled' "$(az_jq '"\(.name) \(.properties.state)"')"
like 'and keeps its time' '^20' "$(az_jq .properties.creationTime)"
refused 'there is no other' '400 InvalidResourceName' PUT "$THREAT/mine" '{"properties":{"state":"Enabled"}}'
refused 'another word' '400 InvalidRequestContent' PUT "$THREAT/Default" '{"properties":{"state":"Maybe"}}'
refused 'it cannot be deleted' '405 MethodNotAllowed' DELETE "$THREAT/Default"

ENDPOINTS=$SERVER/virtualEndpoints
members() { jq -nc '{properties: {endpointType: "ReadWrite", members: $ARGS.positional}}' --args "$@"; }
az GET "$ENDPOINTS"
is 'there are no virtual endpoints' '[]' "$(az_jq '.value | tostring')"
ok 'one is made' az_do PUT "$ENDPOINTS/auth" "$(members s1)"
az GET "$SERVER/virtualendpoints/AUTH"
is 'it has two names' 'auth.reader.postgres.database.azure.com auth.writer.postgres.database.azure.com' \
    "$(az_jq '.properties.virtualEndpoints | join(" ")')"
az_fails_late() { az "$@" && az_wait; [ "$(az_jq .error.code)" = "$WANTED" ]; }
WANTED=InvalidParameterValue
ok 'a member that does not replicate from it is refused' az_fails_late PUT "$ENDPOINTS/auth" "$(members s1 s2)"
ok 'and no member' az_fails_late PUT "$ENDPOINTS/auth" "$(members)"
WANTED=VirtualEndpointAlreadyExists
ok 'a second pair is refused' az_fails_late PUT "$ENDPOINTS/other" "$(members s1)"
refused 'PATCH of one that is not there' '404 ResourceNotFound' PATCH "$ENDPOINTS/other" "$(members s1)"
ok 'it goes' az_do DELETE "$ENDPOINTS/auth"
az DELETE "$ENDPOINTS/auth"
is 'and is gone' 204 "$AZ_STATUS"

CONNECTIONS=$SERVER/privateEndpointConnections NAME=pe-app.1fa229cd-bf3f-47f0-8c49-afb36723997e
verdict() { jq -nc --arg status "$1" '{properties: {privateLinkServiceConnectionState: {status: $status, description: "by hand"}}}'; }
refused 'a connection is not made here' '404 PrivateEndpointConnectionNotFound' PUT "$CONNECTIONS/$NAME" "$(verdict Approved)"
az_sim POST arm "$(jq -nc --arg path "$CONNECTIONS/$NAME?api-version=$POSTGRES_API" '{method: "PUT", path: $path, body: {properties: {
    privateEndpoint: {id: "/subscriptions/x/resourceGroups/rg/providers/Microsoft.Network/privateEndpoints/pe-app"},
    privateLinkServiceConnectionState: {status: "Pending"}}}}')" >/dev/null
az GET "$CONNECTIONS/$NAME"
is 'a private endpoint asks' 'Pending postgresqlServer' \
    "$(az_jq '.properties | "\(.privateLinkServiceConnectionState.status) \(.groupIds[0])"')"
ok 'it is approved' az_do PUT "$CONNECTIONS/$NAME" "$(verdict Approved)"
az GET "$SERVER"
is 'the server lists it' "$NAME Approved by hand" "$(az_jq '.properties.privateEndpointConnections[] |
    "\(.name) \(.properties.privateLinkServiceConnectionState | "\(.status) \(.description)")"')"
refused 'another verdict' '400 InvalidRequestContent' PUT "$CONNECTIONS/$NAME" "$(verdict Perhaps)"
ok 'it is taken away' az_do DELETE "$CONNECTIONS/$NAME"
az GET "$CONNECTIONS"
is 'and gone' '[]' "$(az_jq '.value | tostring')"
ok 'the local Azure ends well' azsim_stop
