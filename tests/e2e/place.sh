# What a story and the demo share below everything: a directory of their own, the end however it comes,
# and waiting for processes. To be sourced, with PLACE_NAME set to what the directory is called.
# shellcheck shell=bash
set -u
. "$(dirname "${BASH_SOURCE[0]}")/../run/clean_environment.sh"

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(realpath "${BUILD:-$ROOT/build}")

# Short, for Unix sockets lie below it; open to pass through, for PostgreSQL does not run as root.
PLACE=$(mktemp -d "${TMPDIR:-/tmp}/$PLACE_NAME.XXXXXX") && chmod 711 "$PLACE" || exit 1

# Commands to be run at the end, last one first.
AT_END=()
at_end() { AT_END+=("$1"); }
run_at_end() {
    local i
    for ((i = ${#AT_END[@]} - 1; i >= 0; i--)); do ${AT_END[i]}; done
}

# A child that is ended before it has become another program still has our traps.
in_story() { [ "$BASHPID" = $$ ]; }

# How much longer than on a quiet machine is waited for what must come before it counts as missing. Waiting
# ends when the thing is there, so that patience costs nothing where all is well.
PATIENCE=${TEST_PATIENCE:-5}
patient() { printf '%s' $(($1 * PATIENCE)); }

# Waits until process PID is gone, at most SECONDS of a quiet machine; then it is killed and the answer is 1.
wait_gone() {
    timeout "$(patient "$2")" tail --pid="$1" -s 0.02 -f /dev/null && return 0
    kill -KILL "$1" 2>/dev/null
    return 1
}

now_ms() { printf '%s' $((${EPOCHREALTIME/./} / 1000)); }
