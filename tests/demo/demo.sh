#!/bin/bash
# `make demo`: pgdriftd builds the shipped plan on a local Azure with a real PostgreSQL behind it, from
# nothing, and then heals what is broken, one thing after another. Exit status 0 when all of it healed.
#
#   KEEP=1 make demo      leaves everything running, and says how to look, break and stop
#
# The daemon, the command and the documents are what a user would run; only the endpoints differ.
PLACE_NAME=pgdrift-demo
. "$(dirname "$0")/../e2e/place.sh"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' RED=$'\e[31m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
    BOLD='' DIM='' GREEN='' RED='' YELLOW='' PLAIN=''
fi

say() { printf '%s\n' "$*"; }
chapter() { printf '\n%s%s%s\n\n' "$BOLD" "$*" "$PLAIN"; }
# Seconds with one digit, from milliseconds.
seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }

fail() {
    printf '%sFAILED: %s%s\n%s\n' "$RED" "$1" "$PLAIN" "${2:-}" >&2
    FAILED=1
}
abort() {
    fail "$@"
    exit 1
}
FAILED='' DONE=''

demo_end() {
    local status=$1
    trap - EXIT INT TERM
    in_story || exit "$status"
    if [ -n "$DONE" ] && [ -n "${KEEP:-}" ]; then exit "$status"; fi
    run_at_end
    if [ "$status" != 0 ] || [ -n "$FAILED" ]; then
        printf 'Records and logs are in %s\n' "$PLACE" >&2
        exit 1
    fi
    rm -rf "$PLACE"
}
trap 'demo_end $?' EXIT
trap 'exit 130' INT TERM

. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"
if [ -n "${KEEP:-}" ]; then
    SIM_COMMAND=(setsid "$AZSIM") DAEMON_COMMAND=(setsid "$PGDRIFTD")
fi

# Records as people read them: what became of what; what differs where it is detected, and why it waits.
RECORD='
def line($changes): ({detected: $yellow, corrected: $green}[.drift] // $dim) as $colour | .drift as $drift
    | " on \(.target)" as $where | (.message | split(": ")[1:] | join(": ") | split($where)) as $text
    | "  " + $colour + (.drift + "            ")[:12] + $plain + ($text[0] + $dim
        + if .drift == "waiting" then ": " + .reason elif $changes | index($drift) then $text[1] else "" end)[:110]
        + $plain;
'
record_lines() {
    jq "$@" --arg yellow "$YELLOW" --arg green "$GREEN" --arg dim "$DIM" --arg plain "$PLAIN"
}

chapter_start() {
    chapter '1. An Azure with nothing in it'
    world_new
    say "  its endpoint:   $ARM_URL  (certificates of its own: $CA)"
    say "  configuration:  $ETC/pgdriftd.json"
    say "  what shall be:  $DOCUMENT"
}

chapter_plan() {
    local plan begin
    chapter '2. pgdrift plan: what would be done'
    begin=$(now_ms)
    plan=$("$PGDRIFT" plan --config "$ETC/pgdriftd.json" 2>&1)
    [ $? = 2 ] || abort 'there is a plan' "$plan"
    sed 's/^/  /' <<<"$plan"
    say "  $DIM($(seconds $(($(now_ms) - begin))), nothing written)$PLAIN"
}

chapter_build() {
    local begin
    chapter '3. pgdriftd builds it'
    begin=$(now_ms)
    daemon_start
    timeout "$(patient 200)" tail -n +1 -f -s 0.05 --pid="$DAEMON_PID" "$LOG" 2>/dev/null | record_lines -rRn --unbuffered "$KINDS $RECORD"'
        inputs | record | if settled then halt
        elif .drift | IN("corrected", "waiting", "blocked") then line(["corrected", "blocked"]) else empty end'
    wait_in_sync 5 >/dev/null || abort 'it is built' "$(tail -n 20 "$LOG")"
    BUILD_MS=$(($(now_ms) - begin))
    say ''
    say "  ${GREEN}in sync${PLAIN} after $(seconds $BUILD_MS), with $(count .write) writes to ARM"
}

chapter_idle() {
    chapter '4. And then nothing: the next cycles write nothing'
    still_begin
    wait_cycles 2 30 || abort 'cycles go on'
    records 'cycle and .target == env.SERVER' | tail -n 1 | jq -r '"  \(.message)"'
    IDLE_WRITES=$(count .write)
    [ "$IDLE_WRITES" = 0 ] && [ "$PRINT" = "$(catalog_print)" ] || abort 'nothing is written' "$(requests .write)"
    say "  writes to ARM: 0; rows of PostgreSQL's catalogs changed: 0"
}

# Breaks one thing, waits until the daemon says that it is corrected, and then looks for itself.
heal() {
    local name=$1 begin
    say "  $BOLD${TITLE[$name]}$PLAIN"
    mark
    begin=$(now_ms)
    "break_$name" >"$PLACE/said" 2>&1 || abort "broken: ${TITLE[$name]}" "$(<"$PLACE/said")"
    if ! wait_record "(${REPORTED[$name]}) and .drift == \"corrected\"" 30 >/dev/null; then
        fail "${TITLE[$name]}: is corrected" "$(tail -n 10 "$LOG")"
        RESULT[$name]='not healed'
        return
    fi
    RESULT[$name]=$(($(now_ms) - begin))
    wait_in_sync 30 >/dev/null || fail "${TITLE[$name]}: in sync again"
    records '.drift != null' | record_lines -r "$RECORD line([\"detected\"])"
    if ! "whole_$name" >"$PLACE/said" 2>&1; then
        fail "${TITLE[$name]}: is whole again"
        RESULT[$name]='not whole'
    fi
    WRITES[$name]=$(count .write)
    say ''
}
declare -A RESULT WRITES

chapter_sabotage() {
    local name
    chapter '5. Eight kinds of sabotage, one after another'
    for name in "${SABOTAGES[@]}"; do heal "$name"; done
}

chapter_table() {
    local name result
    chapter '6. What happened'
    printf '  %s%-58s %10s  %s%s\n' "$BOLD" 'what was done' 'healed in' 'ARM writes' "$PLAIN"
    printf '  %-58s %10s  %6s\n' 'nothing was there: everything built' "$(seconds "$BUILD_MS")" "$BUILD_WRITES"
    printf '  %-58s %10s  %6s\n' 'nothing: two cycles' '-' "$IDLE_WRITES"
    for name in "${SABOTAGES[@]}"; do
        result=${RESULT[$name]}
        [[ $result == *[!0-9]* ]] || result=$(seconds "$result")
        printf '  %-58s %10s  %6s\n' "${TITLE[$name]}" "$result" "${WRITES[$name]:--}"
    done
}

chapter_keep() {
    local where
    where=$(sim GET "/sim/superuser/$SERVER")
    chapter 'Everything is left running'
    cat <<TEXT
  The records:       tail -f $LOG | jq -r .message
  SQL as the admin:  PGPASSWORD=\$(cat $CREDENTIALS_DIRECTORY/phonebill-admin) psql \\
                     "host=$SERVER.postgres.database.azure.com hostaddr=$(server_address) user=phonebill_admin dbname=$DATABASE sslmode=verify-full sslrootcert=$CA"
  SQL past it:       psql "host=$(jq -r .host <<<"$where") user=$(jq -r .user <<<"$where") dbname=$DATABASE"
  ARM, as somebody:  curl -s $SIM_URL/sim/arm -H 'Content-Type: application/json' -d \\
                     '{"method":"GET","path":"$SERVER_PATH?api-version=2025-08-01"}' | jq .
  Every request:     tail -f $REQUEST_LOG

  Break something:   GRANT SELECT ON auth_users TO phonebill_monitor;  ALTER ROLE phonebill_monitor CREATEDB;
                     curl -s $SIM_URL/sim/arm -H 'Content-Type: application/json' -d \\
                     '{"method":"PATCH","path":"$SERVER_PATH?api-version=2025-08-01","body":{"properties":{"backup":{"backupRetentionDays":7}}}}'
                     curl -s -X POST $SIM_URL/sim/failover/$SERVER
  Change the plan:   edit $DOCUMENT
                     CREDENTIALS_DIRECTORY=$CREDENTIALS_DIRECTORY $PGDRIFT check --config $ETC/pgdriftd.json
                     kill -HUP $DAEMON_PID
  What differs:      CREDENTIALS_DIRECTORY=$CREDENTIALS_DIRECTORY \\
                     $PGDRIFT plan --config $ETC/pgdriftd.json

  Stop it all:       kill $DAEMON_PID $SIM_PID; rm -rf $PLACE
TEXT
}

begin_ms=$(now_ms)
chapter_start
chapter_plan
chapter_build
BUILD_WRITES=$(count .write)
chapter_idle
chapter_sabotage
chapter_table
say ''
[ -z "$FAILED" ] || exit 1
DONE=1
say "  ${GREEN}All of it healed.${PLAIN} The whole story took $(seconds $(($(now_ms) - begin_ms)))."
if [ -n "${KEEP:-}" ]; then
    chapter_keep
else
    say "  Everything is stopped and removed now; KEEP=1 make demo leaves it running, to look and to break."
fi
