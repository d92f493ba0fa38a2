#!/bin/bash
# SIGHUP: everything is read and checked, then exchanged; what is wrong changes nothing.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

world_built
retention() { arm_get '' | jq .properties.backup.backupRetentionDays; }

# A good one.
document_edit '.servers[0].properties.backup.backupRetentionDays = 21'
kill -HUP "$DAEMON_PID"
expect 'a good document: reloaded' wait_record reloaded 10
expect 'a good document: takes effect' wait_record '.resource == "server" and .drift == "corrected"'
is 'a good document: in ARM' 21 "$(retention)"
expect 'a good document: in sync' wait_in_sync

# refused TITLE REGEX: the file as it is now is refused, and the old one stays in force.
refused() {
    local title=$1 regex=$2 record
    mark
    kill -HUP "$DAEMON_PID"
    if ! record=$(wait_record reload_refused 10); then
        fail "$title: refused" "$(records true | tail -n 5)"
        return
    fi
    pass "$title: refused"
    like "$title: file, line, path and reason are named" "$regex" "$(jq -r '.message + " " + (.reason // "")' <<<"$record")"
    expect "$title: the daemon works on" break_limit
    expect "$title: it heals" wait_record "(${REPORTED[limit]}) and .drift == \"corrected\""
    is "$title: the old document is in force" 21 "$(retention)"
    is "$title: nothing else is written" 0 "$(count .write)"
}
cp "$DOCUMENT" "$ETC/good.json"
document_edit '.servers[0].properties.backup.backupRetentionDayz = 7'
refused 'an unknown key' 'phonebill-auth\.json:[0-9]+:[0-9]+: servers\[0\]\.properties\.backup\.backupRetentionDayz: .*backupRetentionDays'
cp "$ETC/good.json" "$DOCUMENT"
document_edit '.servers[0].properties.backup.backupRetentionDays = 77'
refused 'out of range' 'phonebill-auth\.json:[0-9]+:[0-9]+: servers\[0\]\.properties\.backup\.backupRetentionDays: .*35'
sed 's/"schemaVersion": 1,/"schemaVersion": 1/' "$ETC/good.json" >"$DOCUMENT"
refused 'no JSON' 'phonebill-auth\.json:[0-9]+:[0-9]+'
jq '.roles[0].password = "Summer2025!x"' "$ETC/good.json" >"$DOCUMENT"
refused 'a literal password' 'phonebill-auth\.json:[0-9]+:[0-9]+: roles\[0\]\.password: '
is 'a literal password is not repeated' 0 "$(grep -c 'Summer2025' "$LOG")"
cp "$ETC/good.json" "$DOCUMENT"
printf '{"cloud": 7}' >"$ETC/pgdriftd.json"
refused 'bad settings' 'pgdriftd\.json:1:[0-9]+: cloud: '
settings_write

# A document that goes away: what it declared is let alone, nothing is removed.
jq '{schemaVersion, metadata: {name: "second"}, policy: {mode: "enforce", allowCreate: true}, azure,
    resourceGroup: {name: "rg-second", location: "koreacentral"}}' "$ETC/good.json" >"$ETC/desired.d/second.json"
mark
kill -HUP "$DAEMON_PID"
expect 'a second document: reloaded' wait_record reloaded 10
expect 'a second document: its group is made' wait_record '.document == "second" and .drift == "corrected"'
rm "$DOCUMENT"
mark
kill -HUP "$DAEMON_PID"
expect 'the first goes away: reloaded' wait_record reloaded 10
mark
break_limit || abort 'the first goes away: broken'
expect 'the first goes away: cycles of the second go on' wait_record 'cycle and .document == "second"' 30 3
is 'the first goes away: nobody heals' -1 "$(sql_admin "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'phonebill_auth_user'")"
is 'the first goes away: the server stays' Ready "$(arm_get '' | jq -r .properties.state)"
is 'the first goes away: nothing is written' 0 "$(count .write)"
cp "$ETC/good.json" "$DOCUMENT"
kill -HUP "$DAEMON_PID"
expect 'it comes back: healed' wait_record "(${REPORTED[limit]}) and .drift == \"corrected\""

mark
for _ in {1..20}; do kill -HUP "$DAEMON_PID"; done
expect 'many reloads: in sync' wait_in_sync
is 'many reloads: nothing is written' 0 "$(count .write)"
