#!/bin/bash
# The stories' own tools, without the daemon: what breaks really breaks, and what asks whether it has
# healed notices; waiting for a record waits, and gives up.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

# Waiting.
printf '%s\n' '{"message":"old"}' >"$LOG"
mark
printf '%s\n' 'no record at all' '{"message":"new","drift":"detected"}' >>"$LOG"
is 'a record behind the mark' new "$(wait_record true 5 | jq -r .message)"
is 'one before it does not count' 'new' "$(records '.message' | jq -r .message)"
{ tail -n +1 -f -s 0.01 "$LOG" | head -n 3 >/dev/null && printf '%s\n' '{"message":"later"}' >>"$LOG"; } &
is 'a record yet to come' later "$(wait_record '.message == "later"' | jq -r .message)"
wait
is 'the second of its kind' later "$(wait_record true 5 2 | jq -r .message)"
true &
DAEMON_PID=$!
wait "$DAEMON_PID"
begin=$(now_ms)
expect_not 'nothing is expected of a dead daemon' wait_record '.message == "never"' 60
expect 'long before the time is over' test $(($(now_ms) - begin)) -le $(($(patient 60) * 500))
DAEMON_PID=''
like 'kinds of records have names' 'def drift_known_again: ' "$KINDS"

# Everything as declared, made by hand.
quoted() { local secret && secret=$(<"$CREDENTIALS_DIRECTORY/$1") && printf "'%s'" "${secret//\'/\'\'}"; }
make_monitor() {
    sql_admin "CREATE ROLE phonebill_monitor LOGIN CONNECTION LIMIT 5 PASSWORD $(quoted phonebill-monitor);
        GRANT pg_monitor TO phonebill_monitor;
        ALTER ROLE phonebill_monitor SET default_transaction_read_only = on" postgres
}
[ -x "$AZSIM" ] || abort 'there is azsim' "$AZSIM is not built: make azsim"
at_end sim_stop
sim_start
secrets_write
settings_write
documents_copy
API_VERSION=2024-11-01 need 'a resource group' operator PUT "/subscriptions/$SUBSCRIPTION/resourceGroups/$GROUP" \
    '{"location":"koreacentral"}'
need 'a server' operator PUT '' "$(jq --arg tenant "$TENANT" --rawfile password "$CREDENTIALS_DIRECTORY/phonebill-admin" \
    '.servers[0] | {location, sku, properties} | .properties.authConfig.tenantId = $tenant
    | .properties.administratorLoginPassword = $password | del(.properties.maintenanceWindow)
    | del(.properties["//maintenanceWindow"])' "$DOCUMENT")"
need 'the application role' sql_admin \
    "CREATE ROLE phonebill_auth_user LOGIN CONNECTION LIMIT 90 PASSWORD $(quoted phonebill-auth-user)" postgres
need 'the monitor role' make_monitor
need 'the database' sql_admin \
    "CREATE DATABASE phonebill_auth TEMPLATE template0 LC_COLLATE 'ko_KR.utf8' LC_CTYPE 'ko_KR.utf8'" postgres
need 'the schema' sql_admin "$(<"$ETC/desired.d/auth-schema.sql")"
need 'the privileges' sql_admin "REVOKE ALL ON DATABASE phonebill_auth FROM PUBLIC;
    GRANT CONNECT ON DATABASE phonebill_auth TO phonebill_auth_user, phonebill_monitor;
    GRANT USAGE ON SCHEMA public TO phonebill_auth_user;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO phonebill_auth_user"

print=$(catalog_print)
like 'the catalogs have a print' '^[0-9a-f]{32}.[0-9a-f]{32}$' "$print"
is 'which stays when nothing is written' "$print" "$(catalog_print)"
for name in "${SABOTAGES[@]}"; do
    [ "$name" = table ] || expect "whole before: ${TITLE[$name]}" "whole_$name"
    expect "broken: ${TITLE[$name]}" "break_$name"
    expect_not "no more whole: ${TITLE[$name]}" "whole_$name"
done
expect_not 'the print changes with what is written' test "$print" = "$(catalog_print)"
print=$(catalog_print)
need 'a grant that changes nothing' sql_admin 'GRANT USAGE ON SCHEMA public TO phonebill_auth_user'
expect_not 'and even with what changes nothing' test "$print" = "$(catalog_print)"
is 'what an operator does is no write of ours' 0 "$(count .write)"

pid=$SIM_PID
expect 'the local Azure stops' sim_stop
expect_not 'and is gone' kill -0 "$pid"
