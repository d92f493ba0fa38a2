#!/bin/bash
# In which api-versions the local Azure answers, and in which shapes: no clusters, no time.
#   BUILD=DIR tests/azure/test_azsim_versions.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

for tool in curl jq; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done
azsim_start "$PLACE/sim" --no-clusters --set retry_after_s=0 --set server_create_ms=0 --set server_update_ms=0 \
    --set busy_after_ms=0 --set configuration_ms=0 --set power_ms=0 --set late_failure_ms=0 ||
    { fail 'azsim starts' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")
az PUT "$(az_rg rg)" '{"location":"koreacentral"}'
az_sim POST seed '{"servers":1,"prefix":"v","resourceGroup":"rg"}' >/dev/null
SERVER=$(az_server rg "$(az GET "$(az_rg rg)/providers/Microsoft.DBforPostgreSQL/flexibleServers" && az_jq '.value[0].name')")
PROVIDER=providers/Microsoft.DBforPostgreSQL
VERSIONS='2021-06-01 2022-12-01 2024-08-01 2025-08-01'
# in VERSION METHOD PATH [BODY]
in_version() {
    local version=$1 method=$2 path=$3
    shift 3
    az "$method" "$path?api-version=$version" "$@"
}
properties() { in_version "$1" GET "$SERVER" && az_jq ".properties${2:-} | keys | join(\" \")"; }

# --- what is refused -----------------------------------------------------------------------------

# said NAME STATUS CODE TEXT METHOD PATH: the whole refusal
said() {
    local name=$1 want="$2 $3" text=$4
    shift 4
    refused "$name" "$want" "$@"
    like "$name: in ARM's words" "$text" "$(az_jq .error.message)"
}
LISTED="The supported api-versions are '2025-08-01, 2024-08-01, 2022-12-01, 2021-06-01'"
said 'a version that the type has not' 400 NoRegisteredProviderFound \
    "^No registered resource provider found for location 'koreacentral' and API version '2020-01-01' for type 'flexibleServers'[.] $LISTED[.] The supported locations are '.*koreacentral" GET "$SERVER?api-version=2020-01-01"
said 'a preview that is not offered' 400 NoRegisteredProviderFound "API version '2024-08-01-preview'" GET "$SERVER?api-version=2024-08-01-preview"
said 'a version of a child' 400 NoRegisteredProviderFound "for type 'flexibleServers/databases'" GET "$SERVER/databases?api-version=2019-01-01"
said 'a version that begins as another' 400 InvalidApiVersionParameter "The api-version '2025-08' is invalid[.] The supported versions are '" GET "$SERVER?api-version=2025-08"
said 'half of the list' 400 InvalidApiVersionParameter 'is invalid' GET "$SERVER?api-version=2025-08-01,%202024-08-01"
said 'no version' 400 MissingApiVersionParameter "^The api-version query parameter \(\?api-version=\) is required for all requests[.]$" GET "$SERVER?api-version="
said "a version that ARM's own groups have not" 400 InvalidApiVersionParameter "The api-version '2025-08-01' is invalid" GET "$(az_rg rg)?api-version=2025-08-01"
said 'of a type without a place' 404 InvalidResourceType "^The resource type 'locks' could not be found in the namespace 'Microsoft.Authorization' for api version '2016-09-01'[.]" GET "$(az_lock "$SERVER" keep)?api-version=2016-09-01"
said 'checkNameAvailability by location came later' 400 NoRegisteredProviderFound "location 'koreacentral' and API version '2021-06-01'" \
    POST "$PROVIDER/locations/koreacentral/checkNameAvailability?api-version=2021-06-01" '{"name":"x","type":"Microsoft.DBforPostgreSQL/flexibleServers"}'

# --- how a server looks --------------------------------------------------------------------------

for version in $VERSIONS; do
    in_version $version GET "$SERVER"
    is "$version: a server is read" 200 "$AZ_STATUS"
    in_version $version GET "$PROVIDER/flexibleServers"
    is "$version: and listed in the same shape" "$(properties $version)" "$(in_version $version GET "$PROVIDER/flexibleServers" && az_jq '.value[0].properties | keys | join(" ")')"
done
OLDEST='administratorLogin availabilityZone backup fullyQualifiedDomainName highAvailability maintenanceWindow minorVersion network state storage version'
is '2021-06-01 has what its model has' "$OLDEST" "$(properties 2021-06-01)"
is '2022-12-01 knows replicas and sign-in' "$(tr ' ' '\n' <<<"$OLDEST authConfig dataEncryption replicaCapacity replicationRole" | LC_ALL=C sort | paste -sd' ')" "$(properties 2022-12-01)"
is '2024-08-01 knows private endpoints and the replica' 'privateEndpointConnections replica' \
    "$(tr ' ' '\n' <<<"$(properties 2022-12-01) $(properties 2024-08-01)" | sort | uniq -u | paste -sd' ')"
is 'a disk is a size only' storageSizeGB "$(properties 2022-12-01 .storage)"
is 'before it has a tier' 'autoGrow iops storageSizeGB tier type' "$(properties 2024-08-01 .storage)"
refused 'what came later is not taken' '400 InvalidRequestContent' PATCH "$SERVER?api-version=2022-12-01" '{"properties":{"storage":{"autoGrow":"Enabled"}}}'
like 'and named' 'properties.storage.autoGrow.*2022-12-01' "$(az_jq .error.message)"
refused 'nor at a creation' '400 InvalidRequestContent' PUT "$(az_server rg new)?api-version=2021-06-01" '{"location":"koreacentral","properties":{"authConfig":{"passwordAuth":"Enabled"}}}'
in_version 2021-06-01 PATCH "$SERVER" '{"properties":{"backup":{"backupRetentionDays":21}}}'
like 'an operation is followed in the version it was begun in' 'azureAsyncOperation/.*[?]api-version=2021-06-01&' "$(az_header Azure-AsyncOperation)"
ok 'and succeeds' az_wait
is 'and is seen in every version' '21 21' "$(for version in 2021-06-01 2025-08-01; do in_version $version GET "$SERVER" && az_jq .properties.backup.backupRetentionDays; done | paste -sd' ')"
az_sim POST "state/${SERVER##*/}" '{"state":"Restarting"}' >/dev/null
is 'a word of a state that came later' 'Updating Restarting' "$(for version in 2024-08-01 2025-08-01; do in_version $version GET "$SERVER" && az_jq .properties.state; done | paste -sd' ')"
az_sim POST "state/${SERVER##*/}" '{"state":"Ready"}' >/dev/null

# --- what a place offers -------------------------------------------------------------------------

capabilities() { in_version "$1" GET "$PROVIDER/locations/${3:-koreacentral}/capabilities" && az_jq "$2"; }
for version in 2021-06-01 2022-12-01; do
    is "$version: a place offers by zones" 'none 1 2 3' "$(capabilities $version '[.value[].zone] | join(" ")')"
    is "$version: in Booleans" 'true true' "$(capabilities $version '.value[0] | "\(.geoBackupSupported) \(.zoneRedundantHaSupported)"')"
    is "$version: a place without zones is one" 'none false' "$(capabilities $version '[.value[] | "\(.zone) \(.zoneRedundantHaSupported)"] | join(",")' koreasouth)"
    is "$version: sizes are below the version" 'Standard_D4s_v3 4 6400 4096' \
        "$(capabilities $version '.value[0].supportedFlexibleServerEditions[] | select(.name == "GeneralPurpose").supportedServerVersions[0].supportedVcores[] | select(.name == "Standard_D4s_v3") | "\(.name) \(.vCores) \(.supportedIops) \(.supportedMemoryPerVcoreMB)"')"
    is "$version: a disk has no tiers" 'name,status,storageSizeMB,supportedIops' \
        "$(capabilities $version '.value[0].supportedFlexibleServerEditions[0].supportedStorageEditions[0].supportedStorageMB[0] | keys | join(",")')"
done
is 'modes of availability came with 2022-12-01' 'false true' "$(for version in 2021-06-01 2022-12-01; do capabilities $version '.value[0] | has("supportedHAMode")'; done | paste -sd' ')"
for version in 2024-08-01 2025-08-01; do
    is "$version: a place is one item, in words" '1 Enabled' "$(capabilities $version '"\(.value | length) \(.value[0].zoneRedundantHaSupported)"')"
    is "$version: zones are of a size" 1,2,3 "$(capabilities $version '.value[0].supportedServerEditions[1].supportedServerSkus[0].supportedZones | join(",")')"
    is "$version: none without zones" '' "$(capabilities $version '.value[0].supportedServerEditions[1].supportedServerSkus[0].supportedZones | join(",")' koreasouth)"
done
is 'features came with 2025-08-01' 'false true' "$(for version in 2024-08-01 2025-08-01; do capabilities $version '.value[0] | has("supportedFeatures")'; done | paste -sd' ')"
ok 'the local Azure ends well' azsim_stop
