#!/bin/bash
# pgdrift check, plan and apply: exit status, JSON, digest, modes, permissions.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

# run COMMAND...: leaves STATUS, and its output in OUT and ERRORS.
run() {
    "$@" >"$PLACE/out" 2>"$PLACE/errors.log" </dev/null
    STATUS=$?
    OUT=$(<"$PLACE/out") ERRORS=$(<"$PLACE/errors.log")
}
pgdrift() { run "$PGDRIFT" "$@"; }
cli() {
    local command=$1
    shift
    pgdrift "$command" --config "$ETC/pgdriftd.json" "$@"
}

world_new
touch "$LOG"

# check: offline, without secrets.
pgdrift check "$ROOT/config/pgdriftd.json"
is 'check: the shipped settings' 0 "$STATUS"
run env -u CREDENTIALS_DIRECTORY "$PGDRIFT" check --config "$ETC/pgdriftd.json"
is 'check: settings and documents, without their secrets' 0 "$STATUS"
run env -u CREDENTIALS_DIRECTORY AZURE_SUBSCRIPTION_ID="$SUBSCRIPTION" AZURE_TENANT_ID="$TENANT" \
    "$PGDRIFT" check "$DOCUMENT"
is 'check: a document alone' 0 "$STATUS"
cp "$DOCUMENT" "$ETC/good.json"
cp "$DOCUMENT" "$ETC/bad.json"
sed -i -e 's/"connectionLimit": 90/"connectionLimti": 90/' -e 's/"dayOfWeek": 6/"dayOfWeek": 9/' "$ETC/bad.json"
pgdrift check "$ETC/bad.json"
is 'check: a bad file' 1 "$STATUS"
line=$(grep -n connectionLimti "$ETC/bad.json" | cut -d: -f1)
like 'check: position and suggestion' "bad\\.json:$line:[0-9]+: roles\\[0\\]\\.connectionLimti: .*connectionLimit" "$OUT$ERRORS"
like 'check: all that is wrong, not the first only' 'dayOfWeek: ' "$OUT$ERRORS"
cp "$ETC/bad.json" "$DOCUMENT"
pgdrift check --config "$ETC/pgdriftd.json"
is 'check: a bad file in the directory' 1 "$STATUS"
cp "$ETC/good.json" "$DOCUMENT"
printf '{"servers": [' >"$ETC/torn.json"
pgdrift check "$ETC/torn.json"
is 'check: a torn file' 1 "$STATUS"
pgdrift check "$ETC/missing.json"
is 'check: no file' 1 "$STATUS"
pgdrift nonsense
is 'an unknown command' 1 "$STATUS"
for what in settings desired; do
    pgdrift schema "$what"
    expect "schema $what is JSON Schema" jq -e '."$schema" and .properties' "$PLACE/out"
done

# plan from nothing.
cli plan
is 'plan: there is something to do' 2 "$STATUS"
digest=$(grep -oE '[0-9a-f]{16,64}' <<<"$OUT" | tail -n 1)
first=$OUT
cli plan
is 'plan: the same once more, byte for byte' "$first" "$OUT"
cli plan --json
is 'plan --json: exit status' 2 "$STATUS"
is 'plan --json: is one object' object "$(jq -r type <<<"$OUT")"
is 'plan --json: not in sync' false "$(jq .inSync <<<"$OUT")"
expect 'plan --json: has changes' jq -e '.changes | length > 0' "$PLACE/out"
like 'plan --json: the same digest' "^${digest:-none}" "$(jq -r .digest <<<"$OUT")"
is 'plan writes nothing' 0 "$(count .write)"

# Permissions.
document_edit '.policy.allowCreate = false'
cli plan --json
is 'allowCreate false: still drift' 2 "$STATUS"
is 'allowCreate false: never' never "$(jq -r '[.changes[] | select(.verb == "create")][0].verdict' <<<"$OUT")"
cli apply
is 'allowCreate false: apply leaves drift' 2 "$STATUS"
is 'allowCreate false: nothing is written' 0 "$(count .write)"
cp "$ETC/good.json" "$DOCUMENT"
settings_write '.mode = "observe"'
cli apply
is 'mode observe: apply leaves drift' 2 "$STATUS"
is 'mode observe: nothing is written' 0 "$(count .write)"
settings_write

# apply.
fault "PATCH *flexibleServers/$SERVER" '{"status":400,"code":"InvalidParameterValue","message":"Invalid value given for parameter maintenanceWindow."}' 100000
cli apply
is 'apply with a refusal: exit status' 1 "$STATUS"
like 'apply with a refusal: says which and why' 'InvalidParameterValue|Invalid value given' "$OUT$ERRORS"
like 'apply with a refusal: the reason is in the last lines' \
    'blocked: server [^ ]+ on [^ ]+: .*Invalid value given for parameter maintenanceWindow' "$(tail -n 5 <<<"$OUT")"
cli apply --json
is 'apply with a refusal, JSON: exit status' 1 "$STATUS"
like 'apply with a refusal, JSON: the reason' 'Invalid value given for parameter maintenanceWindow' \
    "$(jq -r '.left[] | select(.state == "blocked" and (.what | startswith("server "))) | .reason' <<<"$OUT")"
faults_clear
cli apply
is 'apply: what owes a restart is not in order' 2 "$STATUS"
like 'apply: how many owe a restart' '0 drifted: .*; 2 owing a restart\.' "$OUT"
like 'apply: which owe a restart is in the last lines' 'owing a restart: configuration max_connections on ' "$(tail -n 2 <<<"$OUT")"
cli plan
is 'plan: owing a restart' 2 "$STATUS"
cli plan --json
is 'plan --json: owing a restart is not in sync' 'false 0 2' "$(jq -r '"\(.inSync) \(.counts.drifted) \(.counts.debt)"' <<<"$OUT")"
is 'plan --json: what is left' 'owing a restart' "$(jq -r '[.left[].state] | unique | join(",")' <<<"$OUT")"
# What owes a restart is a difference, and one look at it would only be a suspicion.
mark
cli apply --json
is 'apply while a restart is owed: the server is looked at twice' 2 "$(count '.method == "GET" and (.path | endswith(env.SERVER))')"
is 'apply while a restart is owed: nothing is written' 0 "$(count .write)"
operator POST restart '{}' >/dev/null
restarted() { [ "$(arm_get configurations/max_connections | jq -r .properties.isConfigPendingRestart)" = false ]; }
for ((i = 0; i < 100; i++)); do restarted && break; done
expect 'somebody restarts the server' restarted
cli apply
is 'apply: in sync' 0 "$STATUS"
expect 'apply: the server stands' test "$(arm_get '' | jq -r .properties.state)" = Ready
is 'apply: the schema is there' t "$(sql_admin 'SELECT count(*) > 0 FROM auth_services')"
cli plan
is 'plan: nothing left' 0 "$STATUS"
cli plan --json
is 'plan --json: in sync' true "$(jq .inSync <<<"$OUT")"
mark
cli apply --json
is 'apply once more: exit status' 0 "$STATUS"
is 'apply once more: the server is looked at once' 1 "$(count '.method == "GET" and (.path | endswith(env.SERVER))')"
is 'apply once more: and its group' 1 "$(count '.method == "GET" and (.path | test("/resourceGroups/[^/]*$"))')"
expect 'apply --json is JSON' jq -e . "$PLACE/out"
is 'apply once more: nothing is written' 0 "$(count .write)"

break_limit
break_retention >/dev/null
cli plan
is 'plan after sabotage' 2 "$STATUS"
like 'plan shows from and to' 'backupRetentionDays: 7 -> 35' "$OUT"
like 'plan shows SQL as well' 'phonebill_auth_user' "$OUT"
cli apply
is 'apply after sabotage' 0 "$STATUS"
expect 'healed: the limit' whole_limit
expect 'healed: the retention' whole_retention

# Without Azure: an error, not drift.
fault '/oauth2/v2.0/token' '{"status":400,"code":"unauthorized_client"}' 100
cli plan
is 'plan without Azure: an error' 1 "$STATUS"
like 'plan without Azure: says of what and why' 'unknown: server on [^ ]+: no token: HTTP 400' "$OUT"
cli apply
is 'apply without Azure: an error' 1 "$STATUS"
like 'apply without Azure: says of what and why' 'unknown: server on [^ ]+: no token: HTTP 400' "$(tail -n 5 <<<"$OUT")"
run "$PGDRIFTD" --config="$PLACE/none.json"
is 'the daemon without settings: EX_CONFIG' 78 "$STATUS"
run "$PGDRIFTD" --version
is 'the daemon tells its version' 0 "$STATUS"
