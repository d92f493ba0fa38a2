#!/bin/bash
# Runs a command and sees to it that nothing of it stays, however it ends: by itself, by INT, TERM or HUP
# to this script, or because somebody killed this script, or make above it.
#   [ONLY_WITH=PID] tests/run/guard.sh COMMAND...    PID: make, without which it shall not go on
#
# The command and all that descends from it finds in its environment
#   PGDRIFT_RUN     a short directory of this run, which goes with it; TMPDIR lies below it
#   PGDRIFT_MARKS   by which everything is found that was started, also what is no child any more
# Inside a guarded run this script steps aside: the outermost one is in charge.
set -u
unset CDPATH
. "${BASH_SOURCE[0]%/*}/sweep.sh"

# Sets CATCHES to which of HUP, INT and TERM process PID waits for; fails when there is no such process. When one has
# come, GNU make sets it back to its default and waits for its children, which know nothing of it unless it came
# from a terminal.
catches() {
    local status # read at once: line by line it would change in between
    CATCHES=0
    status=$(<"/proc/$1/status") && [[ $status =~ State:[[:space:]]*[^Z[:space:]] ]] &&
        [[ $status =~ SigCgt:[[:space:]]*([0-9a-f]+) ]] && CATCHES=$((16#${BASH_REMATCH[1]} & 0x4003))
} 2>/dev/null

# Beside the guard, in a session of its own: looks after both ends.
watch() {
    local guard=$1 run=$2 above=$3 first
    trap '' HUP INT TERM
    catches "${above:-none}"
    first=$CATCHES
    while kill -0 "$guard" 2>/dev/null; do
        if [ -n "$above" ] && ! { catches "$above" && [ "$CATCHES" = "$first" ]; }; then
            kill -TERM "$guard" 2>/dev/null
            above=
        fi
        pause 0.2
    done
    sweep "${run##*/}" "$run"
}

if [ "${1:-}" = --watch ]; then
    watch "$2" "$3" "${4:-}"
    exit
fi
[ -z "${PGDRIFT_RUN:-}" ] || exec "$@"

run=$(mktemp -d /tmp/pgd.XXXXXX) && chmod 755 "$run" || exit 1
watcher=
# Nothing stays: what was started, the directory, the one who watches.
end_all() {
    trap '' HUP INT TERM
    sweep "${run##*/}" "$run"
    [ -z "$watcher" ] || { kill -KILL "$watcher" && wait "$watcher"; } 2>/dev/null
}
interrupted() {
    echo 'interrupted: ending what was started' >&2
    end_all
    exit "$1"
}
trap 'interrupted 129' HUP
trap 'interrupted 130' INT
trap 'interrupted 143' TERM

env -u PGDRIFT_MARKS setsid "$0" --watch $$ "$run" "${ONLY_WITH:-}" >/dev/null 2>&1 </dev/null &
watcher=$!
unset ONLY_WITH
mkdir "$run/tmp" && chmod 755 "$run/tmp"
# A job of its own: a terminal's signals come here only, and in there none is ignored as in the background.
set -m
PGDRIFT_RUN=$run TMPDIR=$run/tmp PGDRIFT_MARKS=${PGDRIFT_MARKS:-}:${run##*/}: "$@" </dev/null {NEVER}<&- &
command=$!
set +m
wait "$command"
status=$?
end_all
exit $status
