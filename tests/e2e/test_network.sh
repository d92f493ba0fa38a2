#!/bin/bash
# Resources of different parents in one document: a virtual network with subnets, a private DNS zone with a
# link, locks. Built in the order of their references, kept, and nobody else's is touched.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"

NETWORK=providers/Microsoft.Network/virtualNetworks/vnet-phonebill
ZONE=providers/Microsoft.Network/privateDnsZones/phonebill.postgres.database.azure.com
LOCK=providers/Microsoft.Authorization/locks/keep

world_new
# Only what this story is about: the server and what is in it have stories of their own.
document_edit '.servers = [] | .roles = [] | .databases = [] | .privileges = []
    | .virtualNetworks = [{
        name: "vnet-phonebill", location: "koreacentral", tags: {service: "auth"},
        properties: {addressSpace: {addressPrefixes: ["10.20.0.0/16"]}},
        subnets: [{name: "db", properties: {addressPrefix: "10.20.2.0/24", delegations: [
            {name: "pg", properties: {serviceName: "Microsoft.DBforPostgreSQL/flexibleServers"}}]}}],
        locks: [{name: "keep", properties: {level: "CanNotDelete", notes: "production"}}]}]
    | .privateDnsZones = [{
        name: "phonebill.postgres.database.azure.com", location: "global",
        virtualNetworkLinks: [{name: "phonebill", location: "global", properties: {
            registrationEnabled: false,
            virtualNetwork: {id: {type: "virtual_network", name: "vnet-phonebill"}}}}]}]'
expect 'the document is valid' "$PGDRIFT" check "$ETC/pgdriftd.json" "$DOCUMENT"

# The first plan shows and judges everything, in its order.
"$PGDRIFT" plan --config "$ETC/pgdriftd.json" --json >"$PLACE/plan.json"
is 'the first plan says that there is drift' 2 $?
is 'the first plan has everything' 'management_lock private_dns_zone resource_group subnet virtual_network virtual_network_link' \
    "$(jq -r '[.changes[].type] | unique | join(" ")' "$PLACE/plan.json")"
like 'what stands in the group comes after it' 'after resource_group' \
    "$(jq -r '.changes[] | select(.type == "virtual_network") | .reason' "$PLACE/plan.json")"
like 'what stands in the network comes after it' 'after virtual_network' \
    "$(jq -r '.changes[] | select(.type == "subnet") | .reason' "$PLACE/plan.json")"

GROUP_PATH=/subscriptions/$SUBSCRIPTION/resourceGroups/$GROUP
# theirs METHOD API_VERSION PATH [BODY]: as an operator, on something in the group.
theirs() { API_VERSION=$2 operator "$1" "$GROUP_PATH/$3" ${4+"$4"}; }

# settled_all: since the mark a cycle of each of the three targets found nothing to do.
settled_all() {
    local target
    for target in "$GROUP" vnet-phonebill phonebill.postgres.database.azure.com; do
        wait_record "cycle and .target == \"$target\" and .drifted == \"0\" and .unknown == \"0\"" 30 >/dev/null || return 1
    done
}

daemon_start
need 'from nothing to in sync' settled_all
is 'each is made by one write' 6 "$(count '.write and .status < 300')"
is 'no write is refused' '' "$(requests '.write and .status >= 400')"
is 'the reference stands for the id of the network' "$GROUP_PATH/$NETWORK" \
    "$(theirs GET 2024-06-01 "$ZONE/virtualNetworkLinks/phonebill" | jq -r .properties.virtualNetwork.id)"
mark
expect 'in sync: cycles go on' settled_all
is 'in sync: nothing is written' '' "$(requests .write)"

# heals TITLE JQ_CONDITION COMMAND...: what was broken is corrected by one write, and then stands.
heals() {
    local title=$1 condition=$2
    shift 2
    expect "$title: is corrected" wait_record "($condition) and .drift == \"corrected\"" 30
    expect "$title: it is whole" "$@"
    is "$title: one write" 1 "$(count .write)"
}
tag_is() { [ "$(theirs GET 2024-03-01 "$NETWORK" | jq -r .tags.service)" = auth ]; }
delegated() { [ "$(theirs GET 2024-03-01 "$NETWORK/subnets/db" | jq '.properties.delegations | length')" = 1 ]; }
level_is() { [ "$(theirs GET 2020-05-01 "$NETWORK/$LOCK" | jq -r .properties.level)" = CanNotDelete ]; }
registers_nothing() {
    [ "$(theirs GET 2024-06-01 "$ZONE/virtualNetworkLinks/phonebill" | jq .properties.registrationEnabled)" = false ]
}

# A subnet of somebody else is reported once, and every later write of the network keeps it.
theirs PUT 2024-03-01 "$NETWORK/subnets/theirs" '{"properties":{"addressPrefix":"10.20.9.0/24"}}' >/dev/null ||
    abort 'somebody makes a subnet'
expect 'a subnet that nobody declared is reported' \
    wait_record '.resource == "subnet" and .object == "theirs" and .drift == "detected"' 30

mark
theirs PATCH 2024-03-01 "$NETWORK" '{"tags":{"service":"other"}}' >/dev/null || abort 'a tag is changed'
heals 'a tag of the network' '.resource == "virtual_network"' tag_is
is 'the subnet of somebody else is still there' 10.20.9.0/24 \
    "$(theirs GET 2024-03-01 "$NETWORK/subnets/theirs" | jq -r .properties.addressPrefix)"
expect 'and so is ours' delegated

mark
theirs PUT 2024-03-01 "$NETWORK/subnets/db" '{"properties":{"addressPrefix":"10.20.2.0/24"}}' >/dev/null ||
    abort 'the delegation is taken away'
heals 'the delegation of a subnet' '.resource == "subnet" and .object == "db"' delegated

mark
theirs PUT 2020-05-01 "$NETWORK/$LOCK" '{"properties":{"level":"CanNotDelete","notes":"x"}}' >/dev/null ||
    abort 'the lock is changed'
heals 'the notes of a lock' '.resource == "management_lock"' level_is

mark
theirs PATCH 2024-06-01 "$ZONE/virtualNetworkLinks/phonebill" '{"properties":{"registrationEnabled":true}}' >/dev/null ||
    abort 'the link is changed'
heals 'a link of the zone' '.resource == "virtual_network_link"' registers_nothing
is 'a write says what it was made from' 1 "$(count '.write and .path != null and (.path | test("virtualNetworkLinks"))')"

# A reference that means nothing is told by check, with its place.
jq '.privateDnsZones[0].virtualNetworkLinks[0].properties.virtualNetwork.id.name = "vnet-phonebil"' \
    "$DOCUMENT" >"$PLACE/wrong.json"
like 'a reference that means nothing is told with what was meant' \
    'virtualNetworkLinks\[0\].properties.virtualNetwork.id: .*did you mean "vnet-phonebill"' \
    "$("$PGDRIFT" check "$ETC/pgdriftd.json" "$PLACE/wrong.json" 2>&1)"
