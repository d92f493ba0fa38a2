#!/bin/bash
# What clients of every kind ask before they come to a server: where to log in, tokens in every form,
# subscriptions, providers, clouds; and how they write paths. No clusters, no time.
#   BUILD=DIR tests/azure/test_azsim_clients.sh
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
    --set busy_after_ms=0 --set late_failure_ms=0 || { fail 'azsim starts' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")

# --- where to log in -----------------------------------------------------------------------------

# at_login PATH [CURL OPTION...]: the status is in STATUS, the answer in SAID
at_login() {
    local path=$1
    shift
    STATUS=$(az_curl -o "$PLACE/said" -w '%{http_code}' "$@" "$AZ_LOGIN$path")
    SAID=$(<"$PLACE/said")
}
said() { jq -r "$1" <<<"$SAID"; }
discovered() { at_login "$1/.well-known/openid-configuration" && said '"\(.issuer) \(.token_endpoint)"'; }
is 'v2 has its own issuer and endpoint' "$AZ_LOGIN/$AZ_TENANT/v2.0 $AZ_LOGIN/$AZ_TENANT/oauth2/v2.0/token" "$(discovered "/$AZ_TENANT/v2.0")"
is 'v1 another one' "https://sts.windows.net/$AZ_TENANT/ $AZ_LOGIN/$AZ_TENANT/oauth2/token" "$(discovered "/$AZ_TENANT")"
is 'a tenant is known by its domain' "$AZ_LOGIN/$AZ_TENANT/v2.0 $AZ_LOGIN/$AZ_TENANT/oauth2/v2.0/token" "$(discovered /azsim.onmicrosoft.com/v2.0)"
is 'whoever signs in' "$AZ_LOGIN/organizations/oauth2/v2.0/token" "$(discovered /organizations/v2.0 | cut -d' ' -f2)"
is 'an AD FS has no tenants' "$AZ_LOGIN/adfs $AZ_LOGIN/adfs/oauth2/token" "$(discovered /adfs)"
at_login "/${AZ_TENANT^^}/V2.0/.Well-Known/openid-configuration"
is 'in any case' 200 "$STATUS"
at_login /adfs/v2.0/.well-known/openid-configuration
is 'nor versions' '400 90002' "$STATUS $(said '.error_codes[0]')"
at_login /11111111-0000-0000-0000-000000000000/v2.0/.well-known/openid-configuration
is 'a foreign tenant' '400 90002' "$STATUS $(said '.error_codes[0]')"
at_login "/common/discovery/instance?api-version=1.1&authorization_endpoint=$AZ_LOGIN/$AZ_TENANT/oauth2/v2.0/authorize"
is 'instance discovery leads to the tenant' "$AZ_LOGIN/$AZ_TENANT/v2.0/.well-known/openid-configuration" "$(said .tenant_discovery_endpoint)"
at_login '/common/discovery/instance?api-version=1.1&authorization_endpoint=https://login.example.org/x/oauth2/authorize'
is 'an authority elsewhere is unknown' '400 50049' "$STATUS $(said '.error_codes[0]')"
at_login "/$AZ_TENANT/saml2"
is 'what is not there' 404 "$STATUS"

# --- tokens --------------------------------------------------------------------------------------

SCOPE=https://management.azure.com/.default RESOURCE=https://management.azure.com/
# sign_in PATH FIELD=VALUE [CURL OPTION...]
sign_in() {
    local path=$1 audience=$2
    shift 2
    at_login "$path" --data-urlencode "client_id=$AZ_CLIENT" --data-urlencode "client_secret=$(<"$AZ_SECRET_FILE")" \
        -d grant_type=client_credentials --data-urlencode "$audience" "$@"
}
# good NAME: ARM takes the token of the last answer
good() {
    AZ_TOKEN=$(said .access_token)
    az GET resourceGroups
    is "$1" 200 "$AZ_STATUS"
}
sign_in "/$AZ_TENANT/oauth2/v2.0/token" "scope=$SCOPE"
good 'v2: a token for a scope is good'
is 'v2: numbers are numbers' 'number false' "$(said '"\(.expires_in | type) \(has("resource"))"')"
sign_in "/$AZ_TENANT/oauth2/token" "resource=$RESOURCE"
good 'v1: a token for a resource is good'
is 'v1: numbers are texts, and it is said when and for what' "string string string $RESOURCE" \
    "$(said '"\(.expires_in | type) \(.expires_on | type) \(.not_before | type) \(.resource)"')"
sign_in "/${AZ_TENANT^^}/OAuth2/Token" 'resource=https://management.core.windows.net/'
good "ARM's older name is an audience too"
sign_in /adfs/oauth2/token "scope=$SCOPE"
good 'AD FS: a token is good'
sign_in "/$AZ_TENANT/oauth2/v2.0/token" 'scope=https://vault.azure.net/.default'
AZ_TOKEN=$(said .access_token)
refused 'a token for another service is not' '401 InvalidAuthenticationToken' GET resourceGroups
sign_in "/$AZ_TENANT/oauth2/v2.0/token" "resource=$RESOURCE"
is 'v2 wants a scope' '400 70011' "$STATUS $(said '.error_codes[0]')"
sign_in "/$AZ_TENANT/oauth2/v2.0/token" "scope=$RESOURCE"
is 'v2 wants all of it' '400 70011' "$STATUS $(said '.error_codes[0]')"
sign_in "/$AZ_TENANT/oauth2/token" "scope=$SCOPE"
is 'v1 wants a resource' '400 invalid_resource' "$STATUS $(said .error)"
sign_in /common/oauth2/v2.0/token "scope=$SCOPE"
is 'an application has a tenant' '400 90002' "$STATUS $(said '.error_codes[0]')"
at_login "/$AZ_TENANT/oauth2/token"
is 'a token is asked for by POST' 405 "$STATUS"

# --- managed identities --------------------------------------------------------------------------

# plain PATH [CURL OPTION...]: of the services without TLS
plain() {
    local path=$1
    shift
    STATUS=$(curl -sS --max-time 60 -o "$PLACE/said" -w '%{http_code}' "$@" "$AZ_IMDS$path")
    SAID=$(<"$PLACE/said")
}
TOKEN="/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F"
plain "$TOKEN&client_id=$AZ_CLIENT" -H 'Metadata: true'
good 'IMDS: the token of a named identity is good'
plain "$TOKEN&client_id=11111111-0000-0000-0000-000000000000" -H 'Metadata: true'
is 'IMDS: another identity' '400 invalid_request' "$STATUS $(said .error)"
plain "$TOKEN&mi_res_id=/subscriptions/x" -H 'Metadata: true'
is 'IMDS: by the id of a resource' '400 invalid_request' "$STATUS $(said .error)"
plain "$TOKEN"
is 'IMDS: without the header' '400 bad_request_102' "$STATUS $(said .error)"
plain "$TOKEN" -H 'Metadata: true' -d x=y
is 'IMDS: by POST' 405 "$STATUS"
ENDPOINT=$(jq -r .identityEndpoint "$AZ_DIR/azsim.json")
ENDPOINT=${ENDPOINT#"$AZ_IMDS"} HEADER=$(<"$(jq -r .identityHeaderFile "$AZ_DIR/azsim.json")")
is 'the identity header is in a file of its own' 600 "$(stat -c %a "$(jq -r .identityHeaderFile "$AZ_DIR/azsim.json")")"
no 'and not in the facts' grep -qF "$HEADER" "$AZ_DIR/azsim.json"
NEW="$ENDPOINT?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F" OLD="$ENDPOINT?api-version=2017-09-01&resource=https%3A%2F%2Fmanagement.azure.com%2F"
plain "$NEW" -H "X-IDENTITY-HEADER: $HEADER"
good 'App Service: its token is good'
is 'App Service: it ends at a second, as a text' "true $AZ_CLIENT" "$(said '"\(.expires_on | test("^[0-9]+$")) \(.client_id)"')"
plain "$NEW&client_id=${AZ_CLIENT^^}" -H "x-identity-header: $HEADER"
good 'App Service: of a named identity'
plain "$OLD&clientid=$AZ_CLIENT" -H "Secret: $HEADER"
good 'App Service before: the secret has another header'
like 'App Service before: it ends at a date' '^[01][0-9]/[0-3][0-9]/20[0-9][0-9] [0-9:]+ [AP]M [+]00:00$' "$(said .expires_on)"
for wrong in "$NEW" "$OLD" "$NEW -H X-IDENTITY-HEADER:wrong" "$NEW -H Secret:$HEADER" "$OLD -H X-IDENTITY-HEADER:$HEADER"; do
    # shellcheck disable=SC2086 # a path and an option
    plain $wrong
    is "App Service: ${wrong//"$HEADER"/SECRET}" 401 "$STATUS"
done
plain "$ENDPOINT?api-version=2019-08-01" -H "X-IDENTITY-HEADER: $HEADER"
is 'App Service: for what' 400 "$STATUS"
plain "${NEW/2019-08-01/2018-01-01}" -H "X-IDENTITY-HEADER: $HEADER"
is 'App Service: in another version' 400 "$STATUS"
plain "$NEW&principal_id=x" -H "X-IDENTITY-HEADER: $HEADER"
is 'App Service: another identity' 400 "$STATUS"
plain /msi/other -H "X-IDENTITY-HEADER: $HEADER"
is 'App Service: another path' 404 "$STATUS"

plain '/metadata/instance?api-version=2021-02-01' -H 'Metadata: true'
is 'the instance tells where it is' "koreacentral AzurePublicCloud $AZ_SUBSCRIPTION" "$(said '.compute | "\(.location) \(.azEnvironment) \(.subscriptionId)"')"
plain '/metadata/instance/compute/location?api-version=2021-02-01&format=text' -H 'Metadata: true'
is 'a leaf of it' koreacentral "$SAID"
plain '/metadata/instance/network/interface/0/ipv4/ipAddress/0/privateIpAddress?api-version=2021-02-01&format=text' -H 'Metadata: true'
is 'deep in it' 10.0.0.4 "$SAID"
plain '/metadata/instance/compute?api-version=2019-06-01' -H 'Metadata: true'
is 'a branch of it' Linux "$(said .osType)"
for wrong in '/metadata/instance/compute/location?api-version=2021-02-01' '/metadata/instance/compute?api-version=2021-02-01&format=text' \
    '/metadata/instance' '/metadata/instance?api-version=2001-01-01'; do
    plain "$wrong" -H 'Metadata: true'
    is "not so: $wrong" 400 "$STATUS"
done
is 'the newest versions are told' 2021-02-01 "$(said '."newest-versions"[0]')"
for wrong in /metadata/instance/computer?api-version=2021-02-01 /metadata/instances?api-version=2021-02-01 /metadata/instance/network/interface/7?api-version=2021-02-01; do
    plain "$wrong" -H 'Metadata: true'
    is "not there: $wrong" 404 "$STATUS"
done
plain '/metadata/instance?api-version=2021-02-01'
is 'the instance wants the header' 400 "$STATUS"
plain /metadata/versions -H 'Metadata: true'
is 'its versions' 2021-02-01 "$(said '.apiVersions[0]')"

# --- the cloud, the subscription, the providers --------------------------------------------------

cloud() { az_curl "$AZ_ARM/metadata/endpoints?api-version=$1" | jq -r "$2"; }
for version in 2022-09-01 2020-06-01 2019-05-01; do
    is "$version: anybody may ask for the clouds" "AzureCloud $AZ_LOGIN/ $AZ_ARM/" "$(cloud $version '.[0] | "\(.name) \(.authentication.loginEndpoint) \(.resourceManager)"')"
done
for version in 2015-01-01 1.0; do
    is "$version: once it was one object" "$AZ_LOGIN/ https://management.core.windows.net/" "$(cloud $version '"\(.authentication.loginEndpoint) \(.authentication.audiences[0])"')"
done
is 'in another version' InvalidApiVersionParameter "$(cloud 2001-01-01 .error.code)"
is 'the suffix of servers' postgres.database.azure.com "$(cloud 2022-09-01 '.[0].suffixes.postgresqlServerEndpoint')"
az_login
V=2022-12-01
az GET "$AZ_ARM/subscriptions?api-version=$V"
is 'the subscription' "$AZ_SUBSCRIPTION Enabled $AZ_TENANT" "$(az_jq '.value[] | "\(.subscriptionId) \(.state) \(.tenantId)"')"
az GET "/subscriptions/$AZ_SUBSCRIPTION?api-version=$V"
is 'by its id' "/subscriptions/$AZ_SUBSCRIPTION" "$(az_jq .id)"
refused 'another one' '404 SubscriptionNotFound' GET "/subscriptions/11111111-0000-0000-0000-000000000000?api-version=$V"
az GET "locations?api-version=$V"
is 'its regions' 'Korea Central' "$(az_jq '.value[] | select(.name == "koreacentral").displayName')"
az GET "$AZ_ARM/tenants?api-version=$V"
is 'the tenant' "$AZ_TENANT" "$(az_jq '.value[].tenantId')"
AZ_TOKEN=nonsense
refused 'all this is for those who have a token' '401 InvalidAuthenticationToken' GET "$AZ_ARM/tenants?api-version=$V"
az_login
P=2021-04-01 PG=providers/Microsoft.DBforPostgreSQL
az GET "providers?api-version=$P"
is 'the providers are registered' 'Microsoft.Authorization Microsoft.DBforPostgreSQL Microsoft.Network Microsoft.Resources Registered' \
    "$(az_jq '([.value[].namespace] | join(" ")) + " " + ([.value[].registrationState] | unique | join(" "))')"
az GET "providers/microsoft.dbforpostgresql?api-version=$P"
is 'one of them tells its versions' '2025-08-01 2021-06-01 Korea Central' \
    "$(az_jq '.resourceTypes[] | select(.resourceType == "flexibleServers") | "\(.apiVersions[0]) \(.apiVersions[-1]) \(.locations[0])"')"
is 'and which types came later' 2022-12-01 "$(az_jq '.resourceTypes[] | select(.resourceType == "flexibleServers/administrators").apiVersions[-1]')"
az GET "providers/Microsoft.Network?api-version=$P"
is 'a network is a type of another' 2024-03-01 "$(az_jq '.resourceTypes[] | select(.resourceType == "virtualNetworks").apiVersions[]')"
for type in $(az_jq '.resourceTypes[] | select(.resourceType | contains("/") | not).resourceType'); do
    az GET "$(az_rg none)/providers/Microsoft.Network/$type?api-version=1999-01-01"
    is "of $type the refusal says the same" "$(az GET "providers/Microsoft.Network?api-version=$P" && az_jq ".resourceTypes[] | select(.resourceType == \"$type\") | .apiVersions | join(\", \")")" \
        "$(az GET "$(az_rg none)/providers/Microsoft.Network/$type?api-version=1999-01-01" && az_jq .error.message | sed "s/.*api-versions are '\([^']*\)'.*/\1/")"
done
az GET "$AZ_ARM/providers/Microsoft.DBforPostgreSQL?api-version=$P"
is 'of the tenant without a registration' 'false /providers/Microsoft.DBforPostgreSQL' "$(az_jq '"\(has("registrationState")) \(.id)"')"
az GET "$AZ_ARM/providers?api-version=$P"
is 'all of them' 4 "$(az_jq '.value | length')"
refused 'one that is not here' '404 InvalidResourceNamespace' GET "providers/Microsoft.Foo?api-version=$P"
refused 'nor of the tenant' '404 InvalidResourceNamespace' GET "$AZ_ARM/providers/Microsoft.Foo?api-version=$P"
refused 'nor to be registered' '404 InvalidResourceNamespace' POST "providers/Microsoft.Foo/register?api-version=$P"
refused 'registering has the versions of ARM' '400 InvalidApiVersionParameter' POST "$PG/register?api-version=2025-08-01"
az PUT "$(az_rg rg)" '{"location":"koreacentral"}'
az POST "$PG/unregister?api-version=$P"
is 'a provider can be given up' '200 NotRegistered' "$AZ_STATUS $(az_jq .registrationState)"
refused 'then it takes no write' '409 MissingSubscriptionRegistration' PUT "$(az_server rg s1)" '{"location":"koreacentral"}'
like 'and says what to do' "not registered to use namespace 'Microsoft.DBforPostgreSQL'" "$(az_jq .error.message)"
az GET "$(az_rg rg)/$PG/flexibleServers"
is 'but is read' 200 "$AZ_STATUS"
az PUT "$(az_network rg n1)" '{"location":"koreacentral","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16"]}}}'
is 'others do' 201 "$AZ_STATUS"
az POST "providers/microsoft.dbforpostgresql/register?api-version=$P"
is 'until it is registered again' '200 Registered' "$AZ_STATUS $(az_jq .registrationState)"

# --- names, paths --------------------------------------------------------------------------------

az_sim POST seed '{"servers":1,"prefix":"taken","resourceGroup":"rg"}' >/dev/null
TAKEN=$(az GET "$(az_rg rg)/$PG/flexibleServers" && az_jq '.value[0].name')
asked() { jq -nc --arg name "$1" '{name: $name, type: "Microsoft.DBforPostgreSQL/flexibleServers"}'; }
for path in "$PG/checkNameAvailability" "$PG/locations/koreacentral/checkNameAvailability" "$PG/locations/Korea%20Central/CHECKNAMEAVAILABILITY"; do
    az POST "$path" "$(asked free-name)"
    is "$path: a free name" '200 true false' "$AZ_STATUS $(az_jq '"\(.nameAvailable) \(has("reason"))"')"
    az POST "$path" "$(asked "$TAKEN")"
    is "$path: one in use" 'false AlreadyExists' "$(az_jq '"\(.nameAvailable) \(.reason)"')"
    az POST "$path" "$(asked no_name)"
    is "$path: one that is none" 'false Invalid' "$(az_jq '"\(.nameAvailable) \(.reason)"')"
done
az POST "$PG/checkNameAvailability?api-version=2021-06-01" "$(asked free-name)"
is 'the global one is as old as servers' true "$(az_jq .nameAvailable)"
refused 'another type' '400 InvalidRequestFormat' POST "$PG/checkNameAvailability" '{"name":"x","type":"Microsoft.Sql/servers"}'

az HEAD "$(az_rg rg)"
is 'HEAD of a group that is there' 204 "$AZ_STATUS"
az HEAD "$(az_rg RG)"
is 'in capitals' 204 "$AZ_STATUS"
az HEAD "$(az_rg none)"
is 'of one that is not' 404 "$AZ_STATUS"
refused 'HEAD of a server' '405 ' HEAD "$(az_server rg "$TAKEN")"
S=$AZ_ARM/subscriptions/$AZ_SUBSCRIPTION
for url in "$S/resourcegroups/rg?API-VERSION=$GROUP_API" "$AZ_ARM//SUBSCRIPTIONS//$AZ_SUBSCRIPTION///ResourceGroups/RG/?api%2Dversion=$GROUP_API" \
    "$S/resourceGroups/%72g?Api%2dVersion=$GROUP_API" "$AZ_ARM/subscriptions/${AZ_SUBSCRIPTION^^}/resourceGroups/rg?x=y&api-version=$GROUP_API"; do
    az GET "$url"
    is "${url#"$AZ_ARM"}" '200 rg' "$AZ_STATUS $(az_jq .name)"
done
for url in "$S/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.DBFORPOSTGRESQL/FLEXIBLESERVERS/${TAKEN^^}?API%2DVERSION=$POSTGRES_API" \
    "$S//resourceGroups/rg//providers/Microsoft.DBforPostgreSQL//flexibleservers/$TAKEN//?api-version=$POSTGRES_API"; do
    az GET "$url"
    is "a server: ${url#"$AZ_ARM"}" "200 $TAKEN" "$AZ_STATUS $(az_jq .name)"
done
az GET "$S/RESOURCEGROUPS/rg/providers/MICROSOFT.network/VIRTUALNETWORKS/N1?api%2dversion=$NETWORK_API"
is 'a network in any case' '200 n1' "$AZ_STATUS $(az_jq .name)"
ok 'the local Azure ends well' azsim_stop
