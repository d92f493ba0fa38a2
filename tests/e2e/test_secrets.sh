#!/bin/bash
# No secret appears in a record, a plan, a request's log, the server's log, the state directory or argv.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

# A needle is the random core of each secret: it stays the same however the rest is quoted.
needles() {
    grep -ohE '[0-9a-f]{16}' "$CREDENTIALS_DIRECTORY"/*
    echo "$(<"$(sim_value clientSecretFile)")"
}
# found WHERE...: lines that contain one; the names of the files only, for output is kept as well.
found() { grep -rlaF -f "$PLACE/needles" "$@"; }

world_new
needles >"$PLACE/needles"
expect 'there is something to look for' test "$(wc -l <"$PLACE/needles")" -ge 4
expect 'and it would be found' found "$CREDENTIALS_DIRECTORY"

"$PGDRIFT" plan --config "$ETC/pgdriftd.json" >"$PLACE/plan.txt" 2>&1
"$PGDRIFT" plan --json --config "$ETC/pgdriftd.json" >"$PLACE/plan.json" 2>&1
daemon_start --log-level=debug
need 'in sync' wait_in_sync 120
expect 'debug records are written' test 1 -le "$(record_count '.level == "debug"')"

# The server tells everything that it is told, and the daemon sets passwords once more.
need 'the server logs every statement' sql_super \
    "ALTER SYSTEM SET log_statement = 'all'; ALTER SYSTEM SET log_min_messages = 'debug1'; SELECT pg_reload_conf()" postgres
mark
need 'a role is dropped' break_role
expect 'it is made again, with its password' wait_record "(${REPORTED[role]}) and .drift == \"corrected\""
expect 'it logs in with its password' whole_role
expect 'a statement with a password was logged' grep -rqaiE 'CREATE ROLE .*phonebill_monitor' "$SIM" "$PLACE/azsim.log"

# Refusals carry bodies.
mark
fault 'GET *configurations' '{"status":403,"code":"AuthorizationFailed"}' 2
fault 'GET firewallRules' '{"body":"<html>no</html>"}' 2
sim POST /sim/tokens/revoke >/dev/null
expect 'refusals are reported' wait_record drift_unknown
expect 'after refusals: known again' wait_record drift_known_again
mark
expect 'after refusals: in sync' wait_in_sync

tr '\0' '\n' <"/proc/$DAEMON_PID/cmdline" >"$PLACE/argv"
expect_not 'not in a record' found "$LOG"
expect_not 'not in a plan' found "$PLACE/plan.txt" "$PLACE/plan.json"
expect_not 'not in the argv' found "$PLACE/argv"
expect_not 'not in the state directory' found "$STATE"
expect_not 'not in a request line' found "$REQUEST_LOG"
mapfile -t logs < <(find "$SIM/clusters" -name log -type f)
logs+=("$PLACE/azsim.log")
expect 'PostgreSQL has logged' grep -qaE 'CREATE ROLE' "${logs[@]}"
expect_not 'not in the log of PostgreSQL' found "${logs[@]}"
expect_not 'no token in a record' grep -qE 'Bearer [A-Za-z0-9]|eyJ[A-Za-z0-9]{10}' "$LOG"
expect_not 'no signature of an operation in a record' grep -qE '[?&](c|s|h)=[A-Za-z0-9_-]{40}' "$LOG"

# A file that everybody may read is no secret.
chmod 644 "$CREDENTIALS_DIRECTORY/phonebill-monitor"
cp "$CREDENTIALS_DIRECTORY/phonebill-monitor" "$ETC/open" && chmod 644 "$ETC/open"
jq --arg file "$ETC/open" '.roles[1].password = "file:" + $file' "$DOCUMENT" >"$ETC/new.json"
mv "$ETC/new.json" "$DOCUMENT"
mark
kill -HUP "$DAEMON_PID"
like 'a password file open to all is refused' 'read' "$(wait_record reload_refused 10 | jq -r '.message + " " + (.reason // "")')"
