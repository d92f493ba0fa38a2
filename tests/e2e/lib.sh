# What every story shares: counting, comparing, and an end that stops everything and shows what
# went wrong. To be sourced. Nothing here knows Azure or the daemon: that is world.sh.
#
#   BUILD=DIR tests/e2e/test_NAME.sh        KEEP=1 leaves the story's directory behind
#
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
# shellcheck shell=bash
PLACE_NAME=e2e
. "$(dirname "${BASH_SOURCE[0]}")/place.sh"
unset NO_COLOR

PASSED=0 FAILED=0 SKIPPED=0

# --- counting ------------------------------------------------------------------------------------

pass() {
    PASSED=$((PASSED + 1))
    printf 'ok %d - %s\n' $((PASSED + FAILED + SKIPPED)) "$1"
}

# fail NAME [WHAT_WAS_SEEN]
fail() {
    FAILED=$((FAILED + 1))
    PATIENCE=1 # the verdict stands; what is still waited for is only to see more
    printf 'not ok %d - %s\n' $((PASSED + FAILED + SKIPPED)) "$1"
    [ -z "${2:-}" ] || printf '%s\n' "$2" | head -n 40 | cut -c 1-600 | sed 's/^/#   /'
}

# skip NAME REASON
skip() {
    SKIPPED=$((SKIPPED + 1))
    printf 'ok %d - %s # SKIP %s\n' $((PASSED + FAILED + SKIPPED)) "$1" "$2"
}

# What comes after makes no sense any more.
abort() {
    fail "$@"
    exit 1
}

# expect NAME COMMAND...: the command succeeds.
expect() {
    local name=$1
    shift
    if "$@" >"$PLACE/said" 2>&1; then pass "$name"; else fail "$name" "$* said: $(<"$PLACE/said")"; fi
}

# need NAME COMMAND...: the same; without it the story cannot go on.
need() {
    expect "$@"
    [ "$FAILED" = 0 ] || exit 1
}

# expect_not NAME COMMAND...: the command fails.
expect_not() {
    local name=$1
    shift
    if "$@" >"$PLACE/said" 2>&1; then fail "$name" "$* said: $(<"$PLACE/said")"; else pass "$name"; fi
}

# is NAME WANT GOT
is() {
    if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "wanted: $2"$'\n'"got:    $3"; fi
}

# like NAME EXTENDED_REGEX TEXT
like() {
    if [[ $3 =~ $2 ]]; then pass "$1"; else fail "$1" "wanted something like: $2"$'\n'"got: $3"; fi
}

# --- the end, however it comes -------------------------------------------------------------------

# The ends of all logs; of JSON records the time and the sentence.
logs_show() {
    local log
    for log in "$PLACE"/*.log; do
        [ -s "$log" ] || continue
        printf '# --- the end of %s\n' "${log##*/}"
        tail -n 60 "$log" | cut -c 1-2000 | jq -rR '. as $line
            | try (fromjson | "\(.time[11:23]) \(.message)") catch $line' | cut -c 1-240 | sed 's/^/# /'
    done
}

story_end() {
    local status=$1
    trap - EXIT INT TERM
    in_story || exit "$status"
    run_at_end
    if [ "$status" != 0 ] && [ "$FAILED" = 0 ]; then fail "the story ends by itself" "status $status"; fi
    [ "$FAILED" = 0 ] || logs_show
    if [ -n "${KEEP:-}" ]; then printf '# kept: %s\n' "$PLACE"; else rm -rf "$PLACE"; fi
    printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
    [ "$FAILED" = 0 ] && exit 0
    exit 1
}
trap 'story_end $?' EXIT
trap 'exit 130' INT TERM
