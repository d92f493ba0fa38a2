#!/bin/bash
# Nothing is not fine: no documents, files that only look like one, targets that nobody has looked at yet, a
# reload that was refused, and what is no longer declared. All of it is said, and stays said.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

# What systemd is told, a line for each assignment, in NOTICES.
NOTICES=$PLACE/notices.log
listen() {
    : >"$NOTICES"
    export NOTIFY_SOCKET=$PLACE/notify
    perl -MSocket -e '$| = 1; socket(S, AF_UNIX, SOCK_DGRAM, 0) && bind(S, sockaddr_un($ARGV[0])) or exit 1;
        print "listening\n"; while (defined recv(S, $m, 65536, 0)) { print $m }' "$NOTIFY_SOCKET" >>"$NOTICES" &
    LISTENER=$!
    at_end listen_end
    timeout 20 tail -n +1 -f -s 0.02 --pid="$LISTENER" "$NOTICES" | grep -qm 1 '^listening'
}
listen_end() { kill "$LISTENER" 2>/dev/null; }
# status_wait REGEX: a STATUS that looks like that, behind NOTICED lines; prints it.
NOTICED=0
status_wait() { timeout 30 tail -n "+$((NOTICED + 1))" -f -s 0.02 "$NOTICES" | grep -m 1 -E "^STATUS=$1"; }
notices_mark() { NOTICED=$(wc -l <"$NOTICES"); }
statuses() { tail -n "+$((NOTICED + 1))" "$NOTICES" | grep '^STATUS='; }

# says TITLE REGEX COMMAND...: it ends with 1 and says so, and so does its JSON.
says() {
    local title=$1 regex=$2
    shift 2
    "$@" >"$PLACE/said" 2>&1
    is "$title: an error" 1 $?
    like "$title: said" "$regex" "$(<"$PLACE/said")"
    "$@" --json >"$PLACE/said" 2>"$PLACE/errors.log"
    is "$title: an error in JSON as well" 1 $?
    like "$title: said in JSON as well" "$regex" "$(jq -r '.problems[] | "\(.file): \(.reason)"' "$PLACE/said")"
}
DOCUMENTS=$ETC/desired.d
ask() { timeout 60 "$PGDRIFT" "$1" --config "$ETC/pgdriftd.json" "${@:2}"; }

world_new
mv "$DOCUMENTS" "$ETC/kept.d"
mkdir "$DOCUMENTS"

# --- no documents ------------------------------------------------------------------------------------

for command in check plan apply; do
    says "$command: no documents" "desired\\.d: no documents: nothing is declared" ask "$command"
done
is 'no documents: nobody asks Azure' 0 "$(count true)"
# What looks like a document and is none.
cp -a "$ETC/kept.d/." "$DOCUMENTS/"
for name in x.yaml x.JSON; do
    cp "$DOCUMENT" "$DOCUMENTS/$name"
    for command in check plan apply; do
        says "$command: $name" "desired\\.d/$name: is not read: documents end in \\.json" ask "$command"
    done
    rm "$DOCUMENTS/$name"
done
for name in x.json.bak x.json~ .x.json x.json.dpkg-old x.json.disabled notes.txt; do printf '{' >"$DOCUMENTS/$name"; done
ask check >"$PLACE/said" 2>&1
is 'what editors and packages leave behind is passed over' 0 $?
is 'what editors and packages leave behind: one document and the settings' '1 file is valid' "$(<"$PLACE/said")"
rm -r "$DOCUMENTS"
mkdir "$DOCUMENTS"

# --- the daemon --------------------------------------------------------------------------------------

need 'somebody listens as systemd does' listen
daemon_start
need 'no documents: the daemon starts' wait_record ready 20
expect 'no documents: a warning' wait_record 'nothing_declared and .level == "warning"' 10
expect 'no documents: in the status' status_wait 'nothing is declared$'
expect_not 'no documents: never in sync' grep -q 'in sync' "$NOTICES"

notices_mark
mark
cp -a "$ETC/kept.d/." "$DOCUMENTS/"
document_edit 'del(.servers[0].configurations)'
fault 'GET /subscriptions' '{"delay_ms":2000}' 2
kill -HUP "$DAEMON_PID"
expect 'documents: reloaded' wait_record reloaded 20
expect 'documents: in sync' wait_in_sync 120
expect 'documents: in sync in the status' status_wait '[0-9]+ items on 2 targets: in sync$'
unseen=$(statuses | grep -n 'not looked at yet' | head -n 1 | cut -d: -f1)
fine=$(statuses | grep -n 'in sync' | head -n 1 | cut -d: -f1)
expect 'before anything was looked at, that is what the status says' test "${unseen:-999}" -lt "${fine:-0}"
is 'what nobody has looked at is not counted as known' '' "$(statuses | grep '0 unknown')"

# A reload that was refused stays in the status until one is good.
cp "$DOCUMENT" "$ETC/good.json"
sed -i 's/"connectionLimit": 90/"connectionLimti": 90/' "$DOCUMENT"
notices_mark
mark
kill -HUP "$DAEMON_PID"
expect 'a bad reload: refused' wait_record reload_refused 20
expect 'a bad reload: cycles go on' wait_cycles 3
like 'a bad reload: still in the status, with its place' \
    'in sync; the last reload was refused: .*phonebill-auth\.json:[0-9]+:[0-9]+: roles\[0\]\.connectionLimti: ' "$(statuses | tail -n 1)"
like 'a bad reload: in the summary of every cycle' \
    'KiB; the last reload was refused: .*phonebill-auth\.json:[0-9]+:[0-9]+: ' "$(records own_cycle | tail -n 1 | jq -r .message)"
cp "$ETC/good.json" "$DOCUMENT"
kill -HUP "$DAEMON_PID"
expect 'a good reload: reloaded' wait_record reloaded 20
notices_mark
mark
expect 'a good reload: cycles go on' wait_cycles 2
like 'a good reload: the refusal is gone' 'in sync$' "$(statuses | tail -n 1)"
is 'a good reload: and from the summaries' '' "$(records 'cycle and .note != null')"

# --- no longer declared ------------------------------------------------------------------------------

mark
document_edit '.servers[0].name = "renamed-server" | .policy.mode = "observe"'
kill -HUP "$DAEMON_PID"
expect 'a server renamed: reloaded' wait_record reloaded 20
is 'a server renamed: the old one is named' "no longer declared: server $SERVER; it is left as it is" \
    "$(records no_longer_declared | jq -r .message)"
is 'a server renamed: with its id' "${SERVER_PATH,,}" "$(records no_longer_declared | jq -r '.resource_id | ascii_downcase')"
expect 'a server renamed: it stands' test "$(arm_get '' | jq -r .properties.state)" = Ready
mark
rm "$DOCUMENT"
kill -HUP "$DAEMON_PID"
expect 'everything removed: reloaded' wait_record reloaded 20
is 'everything removed: each is named' "resource group $GROUP,server renamed-server" \
    "$(records no_longer_declared | jq -rs 'map(.title) | sort | join(",")')"
expect 'everything removed: a warning' wait_record nothing_declared 10
is 'everything removed: nothing is written' 0 "$(count .write)"
