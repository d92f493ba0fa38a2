#!/bin/bash
# Databases and administrators as ARM sees them, and as they are in the real cluster.
#   BUILD=DIR tests/azure/test_azsim_database.sh
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

for tool in curl jq psql; do
    command -v "$tool" >/dev/null || { skip 'the whole story' "$tool is missing" && exit; }
done
azsim_start "$PLACE/sim" --set retry_after_s=0 --set server_create_ms=0 --set server_update_ms=0 --set busy_after_ms=0 \
    --set database_ms=0 --set administrator_ms=0 --set late_failure_ms=0 --set power_ms=0 ||
    { fail 'azsim starts' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")
NAME=pg-db PASSWORD=Passw0rd-x
SERVER=$(az_server rg $NAME)
az PUT "$(az_rg rg)" '{"location":"koreacentral"}'
ok 'a server' az_do PUT "$SERVER" '{"location":"koreacentral","sku":{"name":"Standard_B1ms","tier":"Burstable"},"properties":{"version":"15",
    "administratorLogin":"padmin","administratorLoginPassword":"Passw0rd-x","availabilityZone":""}}'
is 'that wished for no zone has one' 1 "$(az GET "$SERVER" && az_jq .properties.availabilityZone)"

# --- databases -----------------------------------------------------------------------------------

TYPE=Microsoft.DBforPostgreSQL/flexibleServers/databases
database() { jq -nc --arg charset "$1" --arg collation "$2" '{properties: {charset: $charset, collation: $collation}}'; }
real() { az_psql $NAME padmin $PASSWORD postgres -F ' ' -c "SELECT pg_encoding_to_char(encoding), datcollate, datctype, datdba::regrole FROM pg_database WHERE datname = '$1'"; }
az PUT "$SERVER/databases/shop" "$(database UTF8 C)"
is 'a database is begun with 202' '202 true true' "$AZ_STATUS $(az_jq 'has("operation")') $([ -n "$(az_header Location)" ] && [ -n "$(az_header Retry-After)" ] && echo true)"
ok 'and made' az_wait
is 'really, for the admin' 'UTF8 C C padmin' "$(real shop)"
az GET "$SERVER/databases/shop"
is 'ARM shows it' "shop $TYPE UTF8 C" "$(az_jq '"\(.name) \(.type) \(.properties.charset) \(.properties.collation)"')"
like 'below its server' "/flexibleServers/$NAME/databases/shop\$" "$(az_jq .id)"
ok 'one in another charset' az_do PUT "$SERVER/databases/old" "$(database LATIN1 C)"
is 'is really so' 'LATIN1 C C padmin' "$(real old)"
ok 'one without a wish' az_do PUT "$SERVER/databases/_plain-2" '{}'
like 'is UTF8' '^UTF8 ' "$(real _plain-2)"
ok 'the same again' az_do PUT "$SERVER/databases/shop" "$(database utf8 c)"
late 'in another charset' DatabaseAlreadyExists PUT "$SERVER/databases/shop" "$(database LATIN1 C)"
late 'a charset that PostgreSQL does not know' InvalidParameterValue PUT "$SERVER/databases/bad" "$(database KLINGON C)"
like 'in the words of PostgreSQL' KLINGON "$(az_jq .error.message)"
refused 'what failed is not there' '404 ResourceNotFound' GET "$SERVER/databases/bad"
for name in 1st 'a%20b' 'a.b' "$(printf 'x%.0s' {1..64})"; do
    refused "the name ${name:0:8}" '400 InvalidParameterValue' PUT "$SERVER/databases/$name" "$(database UTF8 C)"
done
refused 'a member that it has not' '400 InvalidRequestContent' PUT "$SERVER/databases/bad" '{"properties":{"owner":"padmin"}}'
az_psql $NAME padmin $PASSWORD postgres -c 'CREATE DATABASE by_sql' -c 'DROP DATABASE old'
az GET "$SERVER/databases"
is 'the list is what is really there' '_plain-2 azure_maintenance azure_sys by_sql postgres shop' "$(az_jq '[.value[].name] | sort | join(" ")')"
az_psql $NAME padmin $PASSWORD shop -c 'SELECT pg_sleep(600)' >"$PLACE/session" 2>&1 &
az_until eval '[ "$(az_super $NAME -c "SELECT count(*) FROM pg_stat_activity WHERE datname = \$\$shop\$\$ AND state = \$\$active\$\$")" = 1 ]'
az DELETE "$SERVER/databases/shop"
is 'a database is dropped with 202' 202 "$AZ_STATUS"
ok 'who is in it or not' az_wait
wait $!
like 'its session is over' terminat "$(<"$PLACE/session")"
is 'and really away' '' "$(real shop)"
refused 'for ARM too' '404 ResourceNotFound' GET "$SERVER/databases/shop"
az DELETE "$SERVER/databases/shop"
is 'a second time there is nothing to do' 204 "$AZ_STATUS"
ok 'one that SQL made' az_do DELETE "$SERVER/databases/by_sql"
for name in postgres azure_sys azure_maintenance; do
    az DELETE "$SERVER/databases/$name"
    is "$name stays" "405 MethodNotAllowed" "$AZ_STATUS $(az_jq .error.code)"
    is "$name is still there" 1 "$(az_super $NAME -c "SELECT count(*) FROM pg_database WHERE datname = '$name'")"
done

# --- administrators ------------------------------------------------------------------------------

ID=0a1b2c3d-0000-4000-8000-00000000000a OTHER=0A1B2C3D-0000-4000-8000-00000000000B
admin() { jq -nc --arg name "$1" --arg type "${2:-User}" --arg tenant "$AZ_TENANT" '{properties: {principalName: $name, principalType: $type, tenantId: $tenant}}'; }
role() { az_psql $NAME padmin $PASSWORD postgres -F ' ' -c "SELECT rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, pg_has_role(oid, 'azure_pg_admin', 'MEMBER') FROM pg_roles WHERE rolname = '$1'"; }
az GET "$SERVER/administrators"
is 'there are no administrators at first' '[]' "$(az_jq '.value | tostring')"
late 'without Entra there is none' OperationNotAllowed PUT "$SERVER/administrators/$ID" "$(admin me@example.com)"
az_sim POST settings '{"administrator_without_entra":"allow"}' >/dev/null
ok 'but where that is set' az_do PUT "$SERVER/administrators/$ID" "$(admin early@example.com)"
is 'it is a role' 't f t t t' "$(role early@example.com)"
ok 'and taken away' az_do DELETE "$SERVER/administrators/$ID"
az_sim POST settings '{"administrator_without_entra":"late"}' >/dev/null
ok 'Entra is enabled' az_do PATCH "$SERVER" '{"properties":{"authConfig":{"activeDirectoryAuth":"Enabled"}}}'
az PUT "$SERVER/administrators/$ID" "$(admin me@example.com)"
is 'an administrator is begun with 202' 202 "$AZ_STATUS"
ok 'and made' az_wait
az GET "$SERVER/administrators/${ID^^}"
is 'known by the id of the object' "me@example.com User $ID $AZ_TENANT me@example.com" "$(az_jq '"\(.properties.principalName) \(.properties.principalType) \(.properties.objectId) \(.properties.tenantId) \(.name)"')"
is 'a role that administers' 't f t t t' "$(role me@example.com)"
ok 'a group' az_do PUT "$SERVER/administrators/$OTHER" "$(admin 'The "Admins"' Group)"
is 'is a role too' 't f t t t' "$(role 'The "Admins"')"
az_sim POST settings '{"administrator_name":"object"}' >/dev/null
az GET "$SERVER/administrators"
is 'the list has both, by their ids where that is set' "$ID $OTHER" "$(az_jq '[.value[].name] | join(" ")')"
az_sim POST settings '{"administrator_name":"principal"}' >/dev/null
ok 'the same again' az_do PUT "$SERVER/administrators/$ID" "$(admin me@example.com)"
is 'is no third' 2 "$(az GET "$SERVER/administrators" && az_jq '.value | length')"
refused 'no object' '400 InvalidResourceName' PUT "$SERVER/administrators/me@example.com" "$(admin me@example.com)"
refused 'of no known type' '400 InvalidRequestContent' PUT "$SERVER/administrators/$ID" "$(admin me@example.com Robot)"
refused 'without a name' '400 InvalidRequestContent' PUT "$SERVER/administrators/$ID" '{"properties":{"principalType":"User"}}'
refused 'with something else' '400 InvalidRequestContent' PUT "$SERVER/administrators/$ID" "$(admin me@example.com | jq -c '.properties.login = "x"')"
refused 'in a version before there were any' '400 NoRegisteredProviderFound' GET "$SERVER/administrators?api-version=2021-06-01"
az DELETE "$SERVER/administrators/$ID"
is 'one is taken away with 202' 202 "$AZ_STATUS"
ok 'and gone' az_wait
is 'the role does not sign in any more' 'f f f f f' "$(role me@example.com)"
refused 'for ARM it is not there' '404 ResourceNotFound' GET "$SERVER/administrators/$ID"
az DELETE "$SERVER/administrators/$ID"
is 'a second time there is nothing to do' 204 "$AZ_STATUS"
az_sim POST fault "{\"match\":{\"method\":\"DELETE\",\"path\":\"/administrators/\"},\"action\":{\"ignore\":true}}" >/dev/null
ok 'a write that is ignored succeeds' az_do DELETE "$SERVER/administrators/$OTHER"
is 'and changes nothing' 't f t t t' "$(role 'The "Admins"')"

# --- what is left over a restart, and in a stopped server ----------------------------------------

ok 'the server is stopped' az_do POST "$SERVER/stop"
late 'then no database is made' ServerIsNotReady PUT "$SERVER/databases/late" '{}'
late 'no administrator' ServerIsNotReady PUT "$SERVER/administrators/$ID" "$(admin me@example.com)"
az GET "$SERVER/databases"
is 'but what was there is known' '_plain-2 azure_maintenance azure_sys postgres' "$(az_jq '[.value[].name] | sort | join(" ")')"
ok 'the local Azure ends well' azsim_stop
azsim_start "$PLACE/sim" --set retry_after_s=0 --set busy_after_ms=0 --set power_ms=0 || { fail 'azsim starts again' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")
is 'the administrators are still there' "$OTHER" "$(az GET "$SERVER/administrators" && az_jq '.value[].properties.objectId')"
ok 'the server is started' az_do POST "$SERVER/start"
is 'with its roles' 't f t t t' "$(role 'The "Admins"')"
ok 'the local Azure ends well again' azsim_stop
