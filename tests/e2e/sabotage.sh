# The eight ways in which the story breaks what stands, for the test and for the demo. To be sourced after
# world.sh. Each NAME has a title, the type and object of the difference it makes, break_NAME which does
# it, and whole_NAME which asks Azure and PostgreSQL, not the daemon, whether it has healed.
# shellcheck shell=bash disable=SC2034

SABOTAGES=(retention transport firewall revoke public limit table role)

declare -A TITLE=(
    [retention]='backup retention 35 -> 7 days, in ARM'
    [transport]='require_secure_transport = off, in ARM'
    [firewall]='a firewall rule for the whole internet, in ARM'
    [revoke]='REVOKE SELECT ON auth_users FROM phonebill_auth_user'
    [public]='GRANT ALL ON DATABASE phonebill_auth TO PUBLIC'
    [limit]='ALTER ROLE phonebill_auth_user CONNECTION LIMIT -1'
    [table]='CREATE TABLE by another role: nothing is granted on it'
    [role]='DROP ROLE phonebill_monitor'
)
# jq conditions on a record's resource and object: the one thing that must be reported.
declare -A REPORTED=(
    [retention]='.resource == "server"'
    [transport]='.resource == "configuration" and (.object | test("require_secure_transport"))'
    [firewall]='.resource == "firewall_rule" and (.object | test("everybody"))'
    [revoke]='.resource == "privilege" and (.object | test("^privileges of phonebill_auth_user")) and (.change | test("auth_users"))'
    [public]='.resource == "privilege" and (.object | test("of PUBLIC"))'
    [limit]='.resource == "role" and (.object | test("phonebill_auth_user"))'
    [table]='.resource == "privilege" and (.change | test("auth_scratch"))'
    [role]='.resource == "role" and (.object | test("phonebill_monitor"))'
)

break_retention() { operator PATCH '' '{"properties":{"backup":{"backupRetentionDays":7}}}'; }
break_transport() {
    operator PUT configurations/require_secure_transport \
        '{"properties":{"value":"off","source":"user-override"}}'
}
break_firewall() {
    operator PUT firewallRules/everybody \
        '{"properties":{"startIpAddress":"0.0.0.0","endIpAddress":"255.255.255.255"}}'
}
break_revoke() { sql_admin 'REVOKE SELECT ON auth_users FROM phonebill_auth_user'; }
break_public() { sql_admin 'GRANT ALL ON DATABASE phonebill_auth TO PUBLIC'; }
break_limit() { sql_admin 'ALTER ROLE phonebill_auth_user CONNECTION LIMIT -1'; }
# Default privileges are those of the role that creates: as somebody else there are none.
break_table() {
    sql_admin 'SET ROLE azure_pg_admin;
        CREATE TABLE public.auth_scratch (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note text)'
}
break_role() {
    sql_admin 'BEGIN; REVOKE ALL ON DATABASE phonebill_auth FROM phonebill_monitor;
        DROP ROLE phonebill_monitor; COMMIT'
}

whole_retention() { [ "$(arm_get '' | jq .properties.backup.backupRetentionDays)" = 35 ]; }
whole_transport() {
    [ "$(arm_get configurations/require_secure_transport | jq -r '.properties.value | ascii_downcase')" = on ] &&
        ! SSLMODE=disable sql_admin 'SELECT 1'
}
whole_firewall() { [ "$(arm_get firewallRules | jq -c '[.value[].name]')" = '[]' ]; }
answers_true() { [ "$(sql_admin "$1")" = t ]; }
whole_revoke() { answers_true "SELECT has_table_privilege('phonebill_auth_user', 'auth_users', 'SELECT')"; }
whole_public() {
    answers_true "SELECT NOT EXISTS (SELECT FROM pg_database, aclexplode(datacl) a
        WHERE datname = 'phonebill_auth' AND a.grantee = 0)"
}
whole_limit() { answers_true "SELECT rolconnlimit = 90 FROM pg_roles WHERE rolname = 'phonebill_auth_user'"; }
whole_table() {
    answers_true "SELECT bool_and(has_table_privilege('phonebill_auth_user', 'auth_scratch', p))
        FROM unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) p"
}
# A role that can log in with its declared password, has its limit, its setting and its membership.
whole_role() {
    [ "$(sql_as phonebill_monitor "$CREDENTIALS_DIRECTORY/phonebill-monitor" <<<"SELECT current_setting('default_transaction_read_only'),
        pg_has_role('pg_monitor', 'member'), (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user)")" = 'on|t|5' ]
}
