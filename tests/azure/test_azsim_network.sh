#!/bin/bash
# Virtual networks, subnets, private DNS zones and their links in the local Azure, and servers within them.
#   BUILD=DIR tests/azure/test_azsim_network.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

for tool in curl jq; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done
FAST=(--no-clusters --set retry_after_s=0 --set server_create_ms=20 --set server_update_ms=20 --set busy_after_ms=0
    --set late_failure_ms=20 --set server_delete_ms=20 --set network_ms=20 --set private_dns_ms=20)
azsim_start "$PLACE/one" "${FAST[@]}" || { fail 'azsim starts' "$(<"$PLACE/one/err")" && exit 1; }
JOBS+=("$AZ_JOB")
GROUP=rg-net VNET=$(az_network rg-net vnet-one) ZONE=$(az_zone rg-net pg.postgres.database.azure.com)
BASE=/subscriptions/$AZ_SUBSCRIPTION/resourceGroups/$GROUP/providers/Microsoft.Network
# subnet PREFIX [JQ_FILTER]
subnet() { jq -nc --arg prefix "$1" '{properties: {addressPrefix: $prefix}}'" | ${2:-.}"; }
DELEGATED='.properties.delegations = [{name: "pg", properties: {serviceName: "Microsoft.DBforPostgreSQL/flexibleServers"}}]'
# network [JQ_FILTER]
network() {
    jq -nc '{location: "Korea Central", tags: {a: "b"}, properties: {addressSpace: {addressPrefixes: ["10.0.0.0/16"]},
        subnets: [{name: "apps", properties: {addressPrefix: "10.0.1.0/24"}}]}}'" | ${1:-.}"
}
link() { jq -nc --arg id "$BASE/virtualNetworks/$1" '{location: "Global", properties: {virtualNetwork: {id: $id}, registrationEnabled: false}}'" | ${2:-.}"; }
# setting NAME VALUE
setting() { az_sim POST settings "{\"$1\":\"$2\"}" >/dev/null; }
# seen PATH FILTER
seen() { az GET "$1" && az_jq "$2"; }

# --- virtual networks ----------------------------------------------------------------------------

refused 'no group, no network' '404 ResourceGroupNotFound' PUT "$VNET" "$(network)"
az PUT "$(az_rg $GROUP)" '{"location":"koreacentral"}'
refused 'a network that is not there' '404 ResourceNotFound' GET "$VNET"
refused 'a subnet of no network' '404 ParentResourceNotFound' PUT "$VNET/subnets/x" "$(subnet 10.0.2.0/24)"
az_sim POST settings '{"network_ms":3600000}' >/dev/null
az PUT "$VNET" "$(network)"
is 'a network is made with 201 and a state' '201 Updating koreacentral' "$AZ_STATUS $(az_jq '"\(.properties.provisioningState) \(.location)"')"
like 'and the URL of an operation' "/providers/Microsoft.Network/locations/koreacentral/operations/[0-9a-f-]{36}\?api-version=$NETWORK_API&t=" "$(az_header Azure-AsyncOperation)"
MONITOR=$AZ_HEADERS
refused 'meanwhile another write is refused' '429 RetryableErrorDueToAnotherOperation' PUT "$VNET/subnets/y" "$(subnet 10.0.9.0/24)"
like 'with a time to wait' '^[0-9]+$' "$(az_header Retry-After)"
az_sim POST operations/end >/dev/null
AZ_HEADERS=$MONITOR
ok 'the operation succeeds' az_wait
is 'its monitor says no more than the status' '{"status":"Succeeded"}' "$AZ_BODY"
az_sim POST settings '{"network_ms":20}' >/dev/null
az GET "$VNET"
is 'its members' 'addressSpace enableDdosProtection provisioningState resourceGuid subnets virtualNetworkPeerings' "$(az_jq '.properties | keys | join(" ")')"
is 'id, name and type' "$BASE/virtualNetworks/vnet-one vnet-one Microsoft.Network/virtualNetworks" "$(az_jq '"\(.id) \(.name) \(.type)"')"
like 'a weak etag' '^W/"[0-9a-f-]{36}"$' "$(az_jq .etag)"
is 'the state is Succeeded, of the subnet too' 'Succeeded Succeeded' "$(az_jq '"\(.properties.provisioningState) \(.properties.subnets[0].properties.provisioningState)"')"
is 'a subnet in the body' "$BASE/virtualNetworks/vnet-one/subnets/apps apps Microsoft.Network/virtualNetworks/subnets 10.0.1.0/24" "$(az_jq '.properties.subnets[0] | "\(.id) \(.name) \(.type) \(.properties.addressPrefix)"')"
is 'has the defaults of the specification' 'Disabled Enabled []' "$(az_jq '.properties.subnets[0].properties | "\(.privateEndpointNetworkPolicies) \(.privateLinkServiceNetworkPolicies) \(.delegations)"')"
is 'ids have no case' vnet-one "$(seen "${VNET/vnet-one/VNET-One}" .name)"
is 'the list of the group' vnet-one "$(seen "$(az_rg $GROUP)/providers/Microsoft.Network/virtualNetworks" '.value[].name')"
is 'the list of the subscription' vnet-one "$(seen providers/Microsoft.Network/virtualNetworks '.value[].name')"
ETAG=$(seen "$VNET" .etag)
az PATCH "$VNET" '{"tags":{"c":"d"}}'
is 'PATCH replaces the tags at once' '200 {"c":"d"} 1' "$AZ_STATUS $(az_jq '"\(.tags | tostring) \(.properties.subnets | length)"')"
[ "$(az_jq .etag)" != "$ETAG" ] && pass 'and the etag is another' || fail 'and the etag is another' "$ETAG"
refused 'PATCH of anything else is refused' '400 InvalidRequestFormat' PATCH "$VNET" '{"properties":{}}'

refused 'no address space' '400 InvalidRequestFormat' PUT "$(az_network $GROUP v2)" "$(network 'del(.properties.addressSpace)')"
refused 'an empty address space' '400 VnetAddressSpaceMissing' PUT "$(az_network $GROUP v2)" "$(network '.properties.addressSpace.addressPrefixes = []')"
refused 'no location' '400 LocationRequired' PUT "$(az_network $GROUP v2)" "$(network 'del(.location)')"
refused 'another location later' '409 InvalidResourceLocation' PUT "$VNET" "$(network '.location = "japaneast"')"
refused 'an unknown property' '400 InvalidRequestFormat' PUT "$VNET" "$(network '.properties.colour = "red"')"
like 'is named' 'properties.colour' "$(az_jq .error.message)"
refused 'an unknown property of a subnet' '400 InvalidRequestFormat' PUT "$VNET" "$(network '.properties.subnets[0].properties.colour = 1')"
like 'is named with its subnet' 'properties.subnets.apps.properties.colour' "$(az_jq .error.message)"
refused 'a wrong type' '400 InvalidRequestFormat' PUT "$VNET" "$(network '.properties.addressSpace.addressPrefixes = "10.0.0.0/16"')"
refused 'a number among the tags' '400 InvalidRequestFormat' PUT "$VNET" "$(network '.tags.n = 1')"
refused 'a word that is none' '400 InvalidRequestFormat' PUT "$VNET" "$(network '.properties.subnets[0].properties.privateEndpointNetworkPolicies = "Perhaps"')"
refused 'an array' '400 InvalidRequestContent' PUT "$VNET" '[]'
refused 'no body' '400 InvalidRequestContent' PUT "$VNET"
refused 'a read-only property that differs' '400 InvalidRequestFormat' PUT "$VNET" "$(network '.properties.resourceGuid = "x"')"
refused 'an invalid name' '400 InvalidResourceName' PUT "$(az_network $GROUP -v-)" "$(network)"
refused 'an unknown version' '400 NoRegisteredProviderFound' GET "$VNET?api-version=2020-01-01"
refused 'POST is not offered' '405 MethodNotAllowed' POST "$VNET"
is 'nothing of that has changed it' '{"c":"d"}' "$(seen "$VNET" '.tags | tostring')"
refused 'blocks that overlap' '400 VnetAddressSpacesOverlap' PUT "$VNET" "$(network '.properties.addressSpace.addressPrefixes += ["10.0.128.0/17"]')"
refused 'a block with bits beyond its prefix' '400 InvalidCIDRNotation' PUT "$VNET" "$(network '.properties.addressSpace.addressPrefixes = ["10.0.0.1/16"]')"

# --- subnets -------------------------------------------------------------------------------------

ok 'a subnet of its own' az_do PUT "$VNET/subnets/data" "$(subnet 10.0.2.0/24 "$DELEGATED")"
is 'is in the list' 'apps data' "$(seen "$VNET/subnets" '[.value[].name] | join(" ")')"
is 'and in the body of the network' 'apps data' "$(seen "$VNET" '[.properties.subnets[].name] | join(" ")')"
is 'its etag is that of the network' true "$(az_jq '.etag == .properties.subnets[1].etag')"
az GET "$VNET/subnets/data"
is 'a delegation gets an id and actions' "$BASE/virtualNetworks/vnet-one/subnets/data/delegations/pg Microsoft.Network/virtualNetworks/subnets/join/action" "$(az_jq '.properties.delegations[0] | "\(.id) \(.properties.actions[0])"')"
BODY=$AZ_BODY
ok 'what GET answered can be PUT back' az_do PUT "$VNET/subnets/data" "$BODY"
refused 'but not with an old etag' '412 PreconditionFailed' PUT "$VNET/subnets/data" "$BODY"
refused 'a range outside the network' '400 NetcfgSubnetRangeOutsideVnet' PUT "$VNET/subnets/far" "$(subnet 10.1.0.0/24)"
refused 'a range that overlaps' '400 NetcfgSubnetRangesOverlap' PUT "$VNET/subnets/near" "$(subnet 10.0.2.128/25)"
refused 'a range that is none' '400 InvalidCIDRNotation' PUT "$VNET/subnets/near" "$(subnet 10.0.3.0/33)"
refused 'no range' '400 InvalidRequestFormat' PUT "$VNET/subnets/near" '{"properties":{}}'
refused 'both ways of a range' '400 InvalidRequestFormat' PUT "$VNET/subnets/near" "$(subnet 10.0.3.0/24 '.properties.addressPrefixes = ["10.0.3.0/24"]')"
refused 'PATCH of a subnet' '405 MethodNotAllowed' PATCH "$VNET/subnets/data" '{}'
refused 'a delegation without a service' '400 InvalidRequestFormat' PUT "$VNET/subnets/data" "$(subnet 10.0.2.0/24 '.properties.delegations = [{name: "x", properties: {}}]')"
ok 'the plural member' az_do PUT "$VNET/subnets/more" "$(jq -nc '{properties: {addressPrefixes: ["10.0.4.0/24"]}}')"
is 'is answered as it was sent' '["10.0.4.0/24"]' "$(seen "$VNET/subnets/more" '.properties.addressPrefixes | tostring')"
ok 'a subnet is deleted' az_do DELETE "$VNET/subnets/more"
refused 'and gone' '404 ResourceNotFound' GET "$VNET/subnets/more"
az DELETE "$VNET/subnets/more"
is 'once more is nothing' 204 "$AZ_STATUS"
refused 'a network that leaves its subnets outside' '400 NetcfgSubnetRangeOutsideVnet' PUT "$VNET" "$(network '.properties.addressSpace.addressPrefixes = ["10.9.0.0/16"]')"
refused 'two subnets of one name' '400 DuplicateResourceName' PUT "$VNET" "$(network '.properties.subnets += [{name: "APPS", properties: {addressPrefix: "10.0.7.0/24"}}]')"
setting absent_subnets keep
ok 'a PUT without subnets' az_do PUT "$VNET" "$(network 'del(.properties.subnets)')"
is 'keeps them where it is set so' 'apps data' "$(seen "$VNET" '[.properties.subnets[].name] | join(" ")')"
setting absent_subnets remove
ok 'and by default' az_do PUT "$VNET" "$(network 'del(.properties.subnets)')"
is 'removes them' '[]' "$(seen "$VNET" '.properties.subnets | tostring')"
ok 'a PUT that names one' az_do PUT "$VNET" "$(network)"
ok 'beside another' az_do PUT "$VNET/subnets/data" "$(subnet 10.0.2.0/24 "$DELEGATED")"
is 'a network has both' 'apps data' "$(seen "$VNET" '[.properties.subnets[].name] | join(" ")')"

# --- private DNS ---------------------------------------------------------------------------------

az_sim POST settings '{"private_dns_ms":3600000}' >/dev/null
az PUT "$ZONE" '{"location":"Global","tags":{"key1":"value1"}}'
is 'a zone is begun with 202' 202 "$AZ_STATUS"
like 'its URLs lie below the group' "/resourceGroups/$GROUP/providers/Microsoft.Network/privateDnsOperationStatuses/[0-9a-f-]{36}\?api-version=$PRIVATE_DNS_API" "$(az_header Azure-AsyncOperation)"
RESULT=$(az_header Location)
MONITOR=$AZ_HEADERS
refused 'meanwhile it is not there' '404 ResourceNotFound' GET "$ZONE"
az_sim POST operations/end >/dev/null
AZ_HEADERS=$MONITOR
ok 'the operation succeeds' az_wait
az_sim POST settings '{"private_dns_ms":20}' >/dev/null
is 'Location answers the zone' pg.postgres.database.azure.com "$(seen "$RESULT" .name)"
az GET "$ZONE"
is 'its members' 'internalId maxNumberOfRecordSets maxNumberOfVirtualNetworkLinks maxNumberOfVirtualNetworkLinksWithRegistration numberOfRecordSets numberOfVirtualNetworkLinks numberOfVirtualNetworkLinksWithRegistration provisioningState' "$(az_jq '.properties | keys | join(" ")')"
is 'global, of its type, with tags' 'global Microsoft.Network/privateDnsZones {"key1":"value1"} 0' "$(az_jq '"\(.location) \(.type) \(.tags | tostring) \(.properties.numberOfVirtualNetworkLinks)"')"
ETAG=$(az_jq .etag)
like 'a plain etag' '^[0-9a-f-]{36}$' "$ETAG"
refused 'a zone that is elsewhere' '400 LocationNotAvailableForResourceType' PUT "$ZONE" '{"location":"koreacentral"}'
refused 'an unknown member of a zone' '400 InvalidRequestFormat' PUT "$ZONE" '{"location":"global","kind":"x"}'
refused 'an invalid name of a zone' '400 InvalidResourceName' PUT "$(az_zone $GROUP nodots)" '{"location":"global"}'
refused 'If-None-Match on one that is there' '412 PreconditionFailed' PUT "$ZONE" '{"location":"global"}' -H 'If-None-Match: *'
refused 'If-Match with another etag' '412 PreconditionFailed' PUT "$ZONE" '{"location":"global"}' -H 'If-Match: nonsense'
refused 'If-Match on one that is not there' '412 PreconditionFailed' PUT "$(az_zone $GROUP other.example)" '{"location":"global"}' -H 'If-Match: *'
ok 'If-Match with the right one' az_do PUT "$ZONE" '{"location":"global","properties":{"numberOfRecordSets":7}}' -H "If-Match: $ETAG"
is 'read-only counters are ignored, tags replaced' '1 false' "$(seen "$ZONE" '"\(.properties.numberOfRecordSets) \(has("tags"))"')"
ok 'PATCH sets tags' az_do PATCH "$ZONE" '{"tags":{"key2":"value2"}}'
is 'as a whole' '{"key2":"value2"}' "$(seen "$ZONE" '.tags | tostring')"
refused 'a link to no network' '400 BadRequest' PUT "$ZONE/virtualNetworkLinks/l1" "$(link nowhere)"
refused 'a link without a network' '400 InvalidRequestFormat' PUT "$ZONE/virtualNetworkLinks/l1" '{"location":"global","properties":{"registrationEnabled":false}}'
ok 'a link' az_do PUT "$ZONE/virtualNetworkLinks/l1" "$(link vnet-one 'del(.properties.registrationEnabled)')"
az GET "$ZONE/virtualNetworkLinks/l1"
is 'has state and defaults' 'Completed Succeeded false Default' "$(az_jq '.properties | "\(.virtualNetworkLinkState) \(.provisioningState) \(.registrationEnabled) \(.resolutionPolicy)"')"
is 'the zone counts it' '1 0' "$(seen "$ZONE" '.properties | "\(.numberOfVirtualNetworkLinks) \(.numberOfVirtualNetworkLinksWithRegistration)"')"
refused 'the same network again' '409 Conflict' PUT "$ZONE/virtualNetworkLinks/l2" "$(link vnet-one)"
az_do PUT "$(az_network $GROUP vnet-two)" "$(network '.properties.addressSpace.addressPrefixes = ["10.2.0.0/16"] | .properties.subnets = []')"
refused 'another network in the same link' '400 PropertyChangeNotAllowed' PUT "$ZONE/virtualNetworkLinks/l1" "$(link vnet-two)"
ok 'PATCH of a link' az_do PATCH "$ZONE/virtualNetworkLinks/l1" '{"properties":{"registrationEnabled":true,"resolutionPolicy":"nxdomainredirect"}}'
is 'changes it, words in their own spelling' 'true NxDomainRedirect' "$(seen "$ZONE/virtualNetworkLinks/l1" '.properties | "\(.registrationEnabled) \(.resolutionPolicy)"')"
is 'registration is counted' 1 "$(seen "$ZONE" '.properties.numberOfVirtualNetworkLinksWithRegistration')"
refused 'a zone with links is not deleted' '409 CannotDeleteResource' DELETE "$ZONE"
refused 'nor a network that is linked' '400 InUseVirtualNetworkCannotBeDeleted' DELETE "$VNET"
is 'the list of links' l1 "$(seen "$ZONE/virtualNetworkLinks" '.value[].name')"
setting private_dns_answer sync
az PUT "$(az_zone $GROUP quick.example)" '{"location":"global"}'
is 'a zone can be made at once' '201 Succeeded' "$AZ_STATUS $(az_jq .properties.provisioningState)"
setting private_dns_answer 202

# --- servers within ------------------------------------------------------------------------------

# server SUBNET ZONE
server() {
    jq -nc --arg subnet "$BASE/virtualNetworks/vnet-one/subnets/$1" --arg zone "$BASE/privateDnsZones/$2" '{location: "koreacentral",
        sku: {name: "Standard_D2s_v3", tier: "GeneralPurpose"}, properties: {version: "15", administratorLogin: "padmin",
        administratorLoginPassword: "Passw0rd-x", network: {delegatedSubnetResourceId: $subnet, privateDnsZoneArmResourceId: $zone}}}'
}
SERVER=$(az_server $GROUP pg-in)
late 'a subnet that is not there' VnetSubnetNotFound PUT "$SERVER" "$(server nowhere pg.postgres.database.azure.com)"
late 'a subnet that is not delegated' SubnetNotDelegated PUT "$SERVER" "$(server apps pg.postgres.database.azure.com)"
late 'a zone that is not there' PrivateDnsZoneNotFound PUT "$SERVER" "$(server data no.postgres.database.azure.com)"
late 'a zone of another name' PrivateDnsZoneNameNotValid PUT "$SERVER" "$(server data quick.example)"
az_do PUT "$(az_zone $GROUP un.postgres.database.azure.com)" '{"location":"global"}'
late 'a zone that is not linked' PrivateDnsZoneNotLinked PUT "$SERVER" "$(server data un.postgres.database.azure.com)"
setting linked_ids sync
refused 'or it is refused at once' '403 LinkedAuthorizationFailed' PUT "$SERVER" "$(server nowhere pg.postgres.database.azure.com)"
setting linked_ids late
ok 'a server that fits' az_do PUT "$SERVER" "$(server data pg.postgres.database.azure.com)"
is 'has no public access' 'Disabled' "$(seen "$SERVER" .properties.network.publicNetworkAccess)"
is 'its subnet has a link to it' 'Microsoft.DBforPostgreSQL/flexibleServers' "$(seen "$VNET/subnets/data" '.properties.serviceAssociationLinks[0].properties.linkedResourceType')"
refused 'is not deleted' '400 InUseSubnetCannotBeDeleted' DELETE "$VNET/subnets/data"
refused 'nor left out' '400 InUseSubnetCannotBeDeleted' PUT "$VNET" "$(network)"
refused 'nor moved' '400 InUsePrefixCannotBeDeleted' PUT "$VNET/subnets/data" "$(subnet 10.0.5.0/24 "$DELEGATED")"
refused 'nor taken its delegation' '400 SubnetDelegationsCannotChangeWhenSubnetUsedByResource' PUT "$VNET/subnets/data" "$(subnet 10.0.2.0/24)"
az GET "$VNET/subnets/data"
ok 'but what GET answered can be PUT back' az_do PUT "$VNET/subnets/data" "$AZ_BODY"

# --- lists of resources, names, restart ----------------------------------------------------------

az GET "$(az_rg $GROUP)/resources"
is 'all resources of the group' 'pg-in pg.postgres.database.azure.com pg.postgres.database.azure.com/l1 quick.example un.postgres.database.azure.com vnet-one vnet-two' "$(az_jq '[.value[].name] | sort | join(" ")')"
is 'without their properties' 'id,location,name,sku,type' "$(az_jq '.value[0] | keys | join(",")')"
is 'by type' 'vnet-one vnet-two' "$(seen "$(az_rg $GROUP)/resources?%24filter=resourceType%20eq%20%27microsoft.network/virtualnetworks%27" '[.value[].name] | join(" ")')"
refused 'another filter' '400 InvalidFilterInQueryString' GET "$(az_rg $GROUP)/resources?%24filter=name%20eq%20%27x%27"
az GET "$(az_rg $GROUP)/resources?%24filter=resourceType%20eq%20%27Microsoft.Network/virtualNetworks%27&%24top=1"
like 'a page keeps its filter' 'filter=resourceType' "$(az_jq .nextLink)"
is 'and goes on with it' 'vnet-two null' "$(seen "$(az_jq .nextLink)" '"\(.value[].name) \(.nextLink)"' )"
is 'the list of groups' $GROUP "$(seen resourceGroups '.value[].name')"
# available NAME [PATH]
available() {
    az POST "providers/Microsoft.DBforPostgreSQL/${2:-}checkNameAvailability" "{\"name\":\"$1\",\"type\":\"Microsoft.DBforPostgreSQL/flexibleServers\"}"
    az_jq '"\(.nameAvailable) \(.reason) \(.name)"'
}
is 'a free name' 'true null pg-free' "$(available pg-free)"
is 'a name in use' 'false AlreadyExists pg-in' "$(available pg-in)"
is 'also asked at a location' 'false AlreadyExists pg-in' "$(available pg-in locations/koreacentral/)"
is 'a name that cannot be' 'false Invalid -x' "$(available -x)"
refused 'the name of another type' '400 InvalidRequestFormat' POST providers/Microsoft.DBforPostgreSQL/checkNameAvailability '{"name":"x","type":"Microsoft.Web/sites"}'
refused 'no name' '400 InvalidRequestFormat' POST providers/Microsoft.DBforPostgreSQL/checkNameAvailability '{"type":"Microsoft.DBforPostgreSQL/flexibleServers"}'

az GET "$VNET"
BEFORE=$(jq -cS . <<<"$AZ_BODY")
ok 'it stops' azsim_stop
azsim_start "$PLACE/one" "${FAST[@]}" || fail 'it starts again' "$(<"$PLACE/one/err")"
JOBS+=("$AZ_JOB")
az GET "$VNET"
is 'a network survives' "$BEFORE" "$(jq -cS . <<<"$AZ_BODY")"
is 'a zone and its links too' 1 "$(seen "$ZONE" .properties.numberOfVirtualNetworkLinks)"
ok 'the server goes' az_do DELETE "$SERVER"
ok 'the link goes' az_do DELETE "$ZONE/virtualNetworkLinks/l1"
ok 'the zone goes' az_do DELETE "$ZONE"
ok 'the network goes with its subnets' az_do DELETE "$VNET"
refused 'all of it' '404 ResourceNotFound' GET "$VNET"
is 'from the lists' vnet-two "$(seen "$(az_rg $GROUP)/providers/Microsoft.Network/virtualNetworks" '.value[].name')"
refused 'a group with resources is not deleted' '405 MethodNotAllowed' DELETE "$(az_rg $GROUP)"
ok 'it ends well' azsim_stop
