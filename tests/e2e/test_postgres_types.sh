#!/bin/bash
# What stands below a server beside parameters and rules: virtual endpoints, threat protection, verdicts on
# private endpoint connections. Built, broken field by field, healed; what nobody declared is reported.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"

world_new
document_edit '.roles = [] | .databases = [] | .privileges = [] | .servers[0] |= (.configurations = {}
    | .virtualEndpoints = [{name: "phonebill-auth", properties: {endpointType: "ReadWrite", members: [.name]}}]
    | .advancedThreatProtectionSettings = [{name: "Default", properties: {state: "Enabled"}}]
    | .privateEndpointConnections = [{name: "pe-app", properties: {privateLinkServiceConnectionState: {
        status: "Approved", description: "kept"}}}])'
expect 'the document is valid' "$PGDRIFT" check "$ETC/pgdriftd.json" "$DOCUMENT"

PE=/subscriptions/$SUBSCRIPTION/resourceGroups/$GROUP/providers/Microsoft.Network/privateEndpoints
# asks NAME GUID: a private endpoint of somebody asks for a connection.
asks() {
    operator PUT "privateEndpointConnections/$1.$2" "$(jq -nc --arg id "$PE/$1" '{properties: {privateEndpoint: {id: $id},
        privateLinkServiceConnectionState: {status: "Pending"}}}')" >/dev/null || abort 'a private endpoint asks'
}
field() { arm_get "$1" | jq -r "$2"; }
STATUS=.properties.privateLinkServiceConnectionState.status
CONNECTION=privateEndpointConnections/pe-app.11111111-2222-3333-4444-555555555555

daemon_start
need 'what nobody asks for is waited for' wait_record '.resource == "private_endpoint_connection" and .drift == "waiting"' 60
expect 'the virtual endpoint is made' wait_record '.resource == "virtual_endpoint" and .drift == "corrected"' 30
expect 'threat protection is switched on' wait_record '.resource == "threat_protection" and .drift == "corrected"' 30
asks pe-app 11111111-2222-3333-4444-555555555555
expect 'who asks is approved' wait_record '.resource == "private_endpoint_connection" and .drift == "corrected"' 30
is 'under its own name' Approved "$(field "$CONNECTION" "$STATUS")"
# settled_arm: since the mark a cycle found nothing to do.
settled_arm() { wait_record 'own_cycle and .drifted == "0" and .unknown == "0" and .blocked == "0"' 30 >/dev/null; }
mark
need 'everything stands' settled_arm
is 'in sync: nothing is written' '' "$(requests .write)"

# breaks TITLE TYPE PATH BODY FIELD WANT: an operator writes; it is corrected by one write.
breaks() {
    mark
    operator PUT "$3" "$4" >/dev/null || abort "$1: is broken"
    expect "$1: is corrected" wait_record ".resource == \"$2\" and .drift == \"corrected\"" 30
    is "$1: it is whole" "$6" "$(field "$3" "$5")"
    is "$1: one write" 1 "$(count .write)"
}
breaks 'threat protection is off' threat_protection advancedThreatProtectionSettings/Default \
    '{"properties":{"state":"Disabled"}}' .properties.state Enabled
breaks 'a connection is rejected' private_endpoint_connection "$CONNECTION" \
    '{"properties":{"privateLinkServiceConnectionState":{"status":"Rejected"}}}' "$STATUS" Approved

mark
operator DELETE virtualEndpoints/phonebill-auth >/dev/null || abort 'the endpoint goes'
expect 'a virtual endpoint that went is made again' wait_record '.resource == "virtual_endpoint" and .drift == "corrected"' 30
is 'it has its member' "$SERVER" "$(field virtualEndpoints/phonebill-auth '.properties.members[0]')"

mark
asks pe-theirs 66666666-2222-3333-4444-555555555555
expect 'a connection that nobody declared is reported' \
    wait_record '.resource == "private_endpoint_connection" and .drift == "detected" and (.object | test("pe-theirs"))' 30
wait_cycles 2 || abort 'cycles go on'
is 'and nobody touches it' Pending \
    "$(field privateEndpointConnections/pe-theirs.66666666-2222-3333-4444-555555555555 "$STATUS")"
is 'nothing was written' '' "$(requests .write)"
