#!/bin/bash
# What somebody breaks behind the daemon's back is reported and healed, once; nothing else is touched.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

world_built

# heals TITLE CONDITION ARM_WRITES WHOLE...: what was just broken comes back.
heals() {
    local title=$1 condition=$2 writes=$3
    shift 3
    if ! wait_record "($condition) and .drift == \"corrected\"" 30 >/dev/null; then
        fail "$title: is corrected" "$(records true | tail -n 8)"
        return
    fi
    expect "$title: in sync again" wait_in_sync
    expect "$title: it is whole" "$@"
    is "$title: told once, from beginning to end" '' \
        "$(stories_told | grep -v ': detected correcting corrected$')"
    is "$title: ARM writes" "$writes" "$(count .write)"
}

for name in "${SABOTAGES[@]}"; do
    mark
    need "broken: ${TITLE[$name]}" "break_$name"
    case $name in retention | transport | firewall) writes=1 ;; *) writes=0 ;; esac
    heals "${TITLE[$name]}" "${REPORTED[$name]}" $writes "whole_$name"
done

# Smaller ones. STATEMENT, then a question that says true when it has healed.
while IFS='|' read -r title condition statement question; do
    mark
    need "broken: $title" sql_admin "$statement"
    heals "$title" "$condition" 0 answers_true "$question"
done <<'MORE'
a role may create databases|.resource == "role"|ALTER ROLE phonebill_auth_user CREATEDB|SELECT NOT rolcreatedb FROM pg_roles WHERE rolname = 'phonebill_auth_user'
a role's setting is gone|.resource == "role"|ALTER ROLE phonebill_monitor RESET default_transaction_read_only|SELECT count(*) = 1 FROM pg_db_role_setting WHERE setrole = 'phonebill_monitor'::regrole
a membership too many|.resource == "membership"|GRANT pg_read_all_data TO phonebill_auth_user|SELECT NOT pg_has_role('phonebill_auth_user', 'pg_read_all_data', 'member')
a membership is gone|.resource == "membership"|REVOKE pg_monitor FROM phonebill_monitor|SELECT pg_has_role('phonebill_monitor', 'pg_monitor', 'member')
the database's time zone|.resource == "database"|ALTER DATABASE phonebill_auth SET timezone = 'UTC'|SELECT setconfig @> '{TimeZone=Asia/Seoul}' FROM pg_db_role_setting WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = 'phonebill_auth')
default privileges are gone|.resource == "default_privilege"|ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE DELETE ON TABLES FROM phonebill_auth_user|SELECT count(*) = 1 FROM pg_default_acl, aclexplode(defaclacl) a WHERE a.grantee = 'phonebill_auth_user'::regrole AND a.privilege_type = 'DELETE'
a privilege too many on a table|.resource == "privilege"|GRANT TRUNCATE ON auth_users TO phonebill_auth_user WITH GRANT OPTION|SELECT NOT has_table_privilege('phonebill_auth_user', 'auth_users', 'TRUNCATE')
the monitor may read a table|.resource == "privilege"|GRANT SELECT ON auth_users TO phonebill_monitor|SELECT NOT has_table_privilege('phonebill_monitor', 'auth_users', 'SELECT')
the schema is open to create in|.resource == "privilege"|GRANT CREATE ON SCHEMA public TO phonebill_auth_user|SELECT NOT has_schema_privilege('phonebill_auth_user', 'public', 'CREATE')
MORE

mark
need 'broken: the maintenance window' operator PATCH '' '{"properties":{"maintenanceWindow":{"startHour":3}}}'
maintenance_hour() { [ "$(arm_get '' | jq .properties.maintenanceWindow.startHour)" = 17 ]; }
heals 'the maintenance window' '.resource == "server"' 1 maintenance_hour

# Several at once, on both layers.
mark
for name in retention firewall public limit; do "break_$name" >/dev/null 2>&1 || fail "broken: ${TITLE[$name]}"; done
for name in retention firewall public limit; do
    expect "all at once: ${TITLE[$name]}: is corrected" \
        wait_record "(${REPORTED[$name]}) and .drift == \"corrected\""
    expect "all at once: ${TITLE[$name]}: it is whole" "whole_$name"
done
is 'all at once: ARM writes' 2 "$(count .write)"

# What belongs to somebody else stays, and is seen: told once, and then nothing more.
mark
need 'somebody else makes a role' sql_admin 'CREATE ROLE reporting LOGIN CONNECTION LIMIT 3'
expect 'a role that is not declared: it is told' \
    wait_record '.object == "undeclared login reporting" and .drift == "detected"'
still_begin
still 'a role that is not declared'
