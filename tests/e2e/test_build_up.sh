#!/bin/bash
# From nothing to in sync with the shipped document; then nothing is written any more.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

world_new
daemon_start
need 'the daemon is ready' wait_record ready 10
need 'from nothing to in sync' wait_in_sync 120

is 'the server is created by one PUT' 1 "$(count '.method == "PUT" and (.path | endswith(env.SERVER))')"
is 'no write is refused' '' "$(requests '.write and .status >= 400')"
is 'no write is sent twice' '' \
    "$(requests .write | jq -r '.method + " " + .path' | grep -v "PATCH $SERVER_PATH\$" | sort | uniq -d)"
is 'whatever was detected is corrected, once, or waits for a restart' '' \
    "$(stories_told | grep -vE ':(( detected( waiting)?)+ correcting corrected)+( detected waiting)?$|: detected waiting( vanished)?$')"
expect 'restart debt is reported as waiting' \
    test 1 -le "$(record_count '.drift == "waiting" and (.object | test("max_connections|shared_preload"))')"

# ARM, as an operator sees it.
server=$(arm_get '')
declared=$(jq '.servers[0]' "$DOCUMENT")
for path in sku.name sku.tier properties.version properties.administratorLogin \
    properties.storage.storageSizeGB properties.storage.tier properties.storage.autoGrow \
    properties.backup.backupRetentionDays properties.backup.geoRedundantBackup \
    properties.highAvailability.mode properties.network.publicNetworkAccess \
    properties.maintenanceWindow.customWindow properties.maintenanceWindow.dayOfWeek \
    properties.maintenanceWindow.startHour; do
    is "ARM has the declared $path" "$(jq -r ".$path" <<<"$declared")" "$(jq -r ".$path" <<<"$server")"
done
configurations=$(arm_get configurations)
while IFS=$'\t' read -r name value; do
    is "parameter $name" "$value" "$(jq -r --arg name "$name" \
        '.value[] | select(.name == $name) | .properties.value | ascii_downcase' <<<"$configurations")"
done < <(jq -r '.configurations | to_entries[] | select(.key | startswith("//") | not) |
    select(.value | type == "string") | [.key, (.value | ascii_downcase)] | @tsv' <<<"$declared")
for name in pg_stat_statements pgaudit; do
    like "shared_preload_libraries includes $name" "(^|,) *$name *(,|\$)" "$(jq -r \
        '.value[] | select(.name == "shared_preload_libraries") | .properties.value' <<<"$configurations")"
done

# SQL, as the administrator sees it.
is 'the database is as declared' 'UTF8|ko_KR.utf8|ko_KR.utf8|phonebill_admin' "$(sql_admin \
    "SELECT pg_encoding_to_char(encoding), datcollate, datctype, pg_get_userbyid(datdba)
    FROM pg_database WHERE datname = 'phonebill_auth'")"
is 'its time zone is set' Asia/Seoul "$(sql_admin 'SHOW timezone')"
expect 'the schema file has been run, with its rows' test 1 -le "$(sql_admin 'SELECT count(*) FROM auth_services')"
is 'roles are as declared' 'phonebill_auth_user|f|t|f|f|f|f|90 phonebill_monitor|f|t|f|f|f|f|5' "$(sql_admin \
    "SELECT rolname, rolsuper, rolcanlogin, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls,
    rolconnlimit FROM pg_roles WHERE rolname ~ '^phonebill_(auth|mon)' ORDER BY 1" | paste -sd ' ')"
for name in "${SABOTAGES[@]}"; do
    [ "$name" = table ] || expect "whole: ${TITLE[$name]}" "whole_$name"
done
is 'the application may do what is declared on every table' t "$(sql_admin \
    "SELECT bool_and(has_table_privilege('phonebill_auth_user', c.oid, p)) FROM pg_class c,
    unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) p
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")"
is 'and nothing more' f "$(sql_admin \
    "SELECT bool_or(has_table_privilege('phonebill_auth_user', c.oid, p)) FROM pg_class c,
    unnest('{TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")"
expect 'it logs in with its declared password and works' \
    sql_as phonebill_auth_user "$CREDENTIALS_DIRECTORY/phonebill-auth-user" <<<'SELECT count(*) FROM auth_users'
is 'what the administrator creates later is granted by default' t "$(sql_admin \
    "CREATE TABLE later (id int); SELECT has_table_privilege('phonebill_auth_user', 'later', 'SELECT,DELETE')")"

still_begin
still 'in sync'
is 'a cycle with nothing to do says so' '0 0 0' \
    "$(records settled | tail -n 1 | jq -r '[.drifted, .corrected, .arm_writes] | join(" ")')"

daemon_stop
is 'SIGTERM ends the daemon with 0' 0 $?
