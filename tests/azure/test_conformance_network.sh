#!/bin/bash
# Do virtual networks, private DNS and locks of the local Azure answer as Microsoft's specification and examples
# say? Needs that data, which is not in this repository: AZURE_SPEC names the directory; without it all is skipped.
#   AZURE_SPEC=DIR BUILD=DIR tests/azure/test_conformance_network.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

SPEC=${AZURE_SPEC:-../../../shared/azure}
NETWORK=$SPEC/Microsoft.Network/2024-03-01 DNS=$SPEC/Microsoft.Network-privateDns/2024-06-01
LOCKS=$SPEC/Microsoft.Authorization/locks-2020-05-01
if [ ! -d "$NETWORK" ] || [ ! -d "$DNS" ] || [ ! -d "$LOCKS" ]; then
    skip 'every conformance test' "Microsoft's specification is not here; set AZURE_SPEC"
    exit
fi
# definitions DIR: {file: {definition: schema}} of one specification
definitions() { for file in "$1"/*.json; do jq --arg file "$(basename "$file")" '{($file): .definitions}' "$file"; done | jq -s add; }
for spec in NETWORK DNS LOCKS; do definitions "${!spec}" >"$PLACE/$spec.json"; done

# breaches SPEC FILE DEFINITION: what the JSON on standard input has and the definition does not, one a line.
breaches() {
    jq -r --slurpfile all "$PLACE/$1.json" --arg file "$2" --arg name "$3" '
        def resolve($file): if has("$ref") then (."$ref" | split("#/definitions/")) as $p
            | (if $p[0] == "" then $file else $p[0] | ltrimstr("./") end) as $f | [$f, $all[0][$f][$p[1]]] else [$file, .] end;
        def members($file): ([.allOf[]? | resolve($file) | .[0] as $f | (.[1] // {}) | members($f)] | add // {})
            + ((.properties // {}) | map_values([$file, .]));
        def check($file; $schema; $path):
            ($schema | resolve($file)) as [$f, $s] | if $s == null then empty else
            ($s | members($f)) as $m |
            if ($m | length) > 0 then
                if type != "object" then "\($path): not an object"
                else to_entries[] | .key as $key | .value | if $m[$key] then check($m[$key][0]; $m[$key][1]; "\($path).\($key)")
                    else "\($path).\($key): not in the specification" end end
            elif $s.type == "array" then if type != "array" then "\($path): not a list" else .[] | check($f; $s.items; "\($path)[]") end
            elif $s.enum then . as $value | if $s.enum | index($value) then empty else "\($path): \($value) is none of its words" end
            elif $s.type == "string" and type != "string" or $s.type == "boolean" and type != "boolean"
                or $s.type == "integer" and type != "number" then "\($path): not a \($s.type)" else empty end end;
        check($file; {"$ref": "#/definitions/\($name)"}; "")' 2>&1
}
is 'a foreign member is noticed' '.properties.colour: not in the specification' \
    "$(echo '{"properties":{"colour":1}}' | breaches NETWORK virtualNetwork.json VirtualNetwork)"
is 'a foreign word is noticed' '.properties.level: Often is none of its words' \
    "$(echo '{"properties":{"level":"Often"}}' | breaches LOCKS locks.json ManagementLockObject)"
is 'a wrong type is noticed' '.properties.numberOfRecordSets: not a integer' \
    "$(echo '{"properties":{"numberOfRecordSets":"1"}}' | breaches DNS privatedns.json PrivateZone)"

azsim_start "$PLACE/sim" --no-clusters --set retry_after_s=0 --set network_ms=0 --set private_dns_ms=0 ||
    { fail 'azsim starts' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")
az PUT "$(az_rg rg)" '{"location":"westus"}'

# missing FILE: leaves of the example's 200 body that the last answer has not with the same value; where things are
# and what is numbered is not compared.
missing() {
    jq -r --slurpfile example "$1" '
        def leaves: [paths(scalars) as $p | select($p[-1] | tostring | test("^(id|name|location|etag|maxNumberOf.*|numberOf.*)$") | not)
            | select($p | map(tostring) | join(".") | test("locations.[0-9]") | not)
            | {($p | map(tostring) | join(".")): (getpath($p) | tostring | ascii_downcase)}] | add // {};
        leaves as $have | $example[0].responses["200"].body | leaves | to_entries[] |
        select($have[.key] != .value and .value != "") | "\(.key): \(.value), not \($have[.key])"' <<<"$AZ_BODY"
}
# replay SPEC FILE DEFINITION METHOD PATH EXAMPLE [JQ_FILTER]: the example is accepted and shows afterwards
replay() {
    local dir=${!1} name=$6 body
    body=$(jq -c "(.parameters.parameters // .parameters.subnetParameters) | ${7:-.}" "$dir/examples/$name.json")
    az "$4" "$5" "$body"
    case $AZ_STATUS in 20[012]) pass "$name is accepted ($AZ_STATUS)" ;; *) fail "$name is accepted" "$AZ_STATUS $AZ_BODY" ;; esac
    is "$name: a declared status" true "$(jq --arg status "$AZ_STATUS" '.responses | has($status)' "$dir/examples/$name.json")"
    [ -z "$(az_header Azure-AsyncOperation)" ] || az_wait
    az GET "$5"
    is "$name: the answer knows no other members" '' "$(breaches "$1" "$2" "$3" <<<"$AZ_BODY" | sort -u | head -n 5)"
    is "$name: it shows what the example shows" '' "$(missing "$dir/examples/$name.json")"
}
network() { replay NETWORK virtualNetwork.json VirtualNetwork PUT "$(az_network rg "$1")" "$2" "${3:-.}"; }
network v1 VirtualNetworkCreate
network v2 VirtualNetworkCreateSubnet
network v3 VirtualNetworkCreateSubnetWithDelegation
network v4 VirtualNetworkCreateServiceEndpoints
network v5 VirtualNetworkCreateWithEncryption
replay NETWORK virtualNetwork.json VirtualNetwork PATCH "$(az_network rg v1)" VirtualNetworkUpdateTags
subnet() { replay NETWORK virtualNetwork.json Subnet PUT "$(az_network rg "$1")/subnets/subnet1" "$2" "${3:-.}"; }
subnet v1 SubnetCreate
subnet v1 SubnetCreateServiceEndpoint
subnet v1 SubnetCreateWithSharingScope '.properties.sharingScope = "Tenant"' # which the example's request forgot
replay DNS privatedns.json PrivateZone PUT "$(az_zone rg privatezone1.com)" PrivateZonePut
replay DNS privatedns.json PrivateZone PATCH "$(az_zone rg privatezone1.com)" PrivateZonePatch
LINK=$(az_zone rg privatezone1.com)/virtualNetworkLinks/virtualNetworkLink1
HERE=".properties.virtualNetwork.id = \"/subscriptions/$AZ_SUBSCRIPTION/$(az_network rg v1)\""
replay DNS privatedns.json VirtualNetworkLink PUT "$LINK" VirtualNetworkLinkPut "$HERE"
replay DNS privatedns.json VirtualNetworkLink PATCH "$LINK" VirtualNetworkLinkPatch
lock() { replay LOCKS locks.json ManagementLockObject PUT "$(az_lock "/subscriptions/$AZ_SUBSCRIPTION$1" testlock)" "ManagementLocks_CreateOrUpdate$2"; }
lock '' AtSubscriptionLevel
az DELETE "$(az_lock "/subscriptions/$AZ_SUBSCRIPTION" testlock)"
lock '' AtScope
az DELETE "$(az_lock "/subscriptions/$AZ_SUBSCRIPTION" testlock)"
lock /resourceGroups/rg AtResourceGroupLevel
az DELETE "$(az_lock "/subscriptions/$AZ_SUBSCRIPTION/resourceGroups/rg" testlock)"
lock "/$(az_network rg v1)" AtResourceLevel
az GET "$(az_network rg v1)"
is 'the network still conforms' '' "$(breaches NETWORK virtualNetwork.json VirtualNetwork <<<"$AZ_BODY")"
for name in VirtualNetworkCreateSubnetWithAddressPrefixes VirtualNetworkCreateServiceEndpointPolicy VirtualNetworkCreateWithBgpCommunities; do
    echo "not offered - $name: more than one block of a subnet, endpoint policies, BGP"
done
ok 'the local Azure ends well' azsim_stop
