#!/bin/bash
# Runs one test, in a directory of its own and with a time limit, and counts what it says.
#   BUILD=DIR tests/run/one.sh NAME [RESULT_FILE]      NAME as in `tests/run/tests.sh --list`
#
# A program reports by TAP, a shell story by its last line "N passed, N failed, N skipped". Output is
# shown for failures only. A test that leaves a process behind has failed, whatever it said.
set -u
unset CDPATH
cd "$(dirname "$0")/../.." || exit 1
. tests/run/clean_environment.sh
[ -n "${PGDRIFT_RUN:-}" ] || exec tests/run/guard.sh tests/run/one.sh "$@"
. tests/run/sweep.sh
name=$1
result=${2:-/dev/null}
BUILD=$(realpath "${BUILD:-build}")
export BUILD

if [ -e "tests/$name.sh" ]; then
    kind=story command=("tests/$name.sh")
else
    kind=program command=("$BUILD/tests/$name")
fi
limit=${TEST_TIMEOUT:-$((300 * TEST_PATIENCE))}

# Short, because Unix sockets will lie below it; open, because PostgreSQL does not run as root.
work=$(mktemp -d "$PGDRIFT_RUN/XXXX") && chmod 755 "$work" || exit 1
log=$work.log
mark=${work//\//-}
trap 'rm -rf "$work" "$log"' EXIT

# Ends what the test left behind; says what it was.
nothing_left() {
    local pid end=$((SECONDS + 3 * TEST_PATIENCE))
    while [ -n "$(marked "$mark" "$work")" ] && [ $SECONDS -lt $end ]; do
        pause 0.05 # the last children of a test may be on their way out
    done
    for pid in $(marked "$mark" "$work"); do
        printf 'left behind: process %s: %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null)"
        end=
    done
    sweep "$mark" "$work"
    [ -n "$end" ]
}

begin=$EPOCHREALTIME
env PGDRIFT_MARKS="${PGDRIFT_MARKS:-}:$mark:" TMPDIR="$work" CMOCKA_MESSAGE_OUTPUT=TAP \
    ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1" \
    UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1" \
    timeout --kill-after=10 "$limit" "${command[@]}" >"$log" 2>&1 </dev/null
status=$?
spent=$(((${EPOCHREALTIME/./} - ${begin/./}) / 1000))

passed=0 failed=0 skipped=0
if [ $kind = story ]; then
    if [[ $(tail -n 1 "$log") =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed,\ ([0-9]+)\ skipped$ ]]; then
        passed=${BASH_REMATCH[1]} failed=${BASH_REMATCH[2]} skipped=${BASH_REMATCH[3]}
    elif [ $status = 0 ]; then
        echo 'the last line is not "N passed, N failed, N skipped"' >>"$log"
        status=1
    fi
else
    skipped=$(grep -cE '^(not )?ok [0-9]+.*# SKIP' "$log")
    passed=$(grep -E '^ok [0-9]+' "$log" | grep -vc '# SKIP')
    failed=$(grep -E '^not ok [0-9]+' "$log" | grep -vc '# SKIP')
    planned=$(awk '/^1\.\.[0-9]+$/ { n += substr($0, 4) } END { print n + 0 }' "$log")
    if [ "$planned" = 0 ] || [ $((passed + failed + skipped)) -lt "$planned" ]; then
        echo "of $planned tests, only $((passed + failed + skipped)) reported" >>"$log"
        [ $status != 0 ] || status=1
    fi
fi
if [ $status = 124 ] || [ $status = 137 ]; then echo "stopped after $limit s" >>"$log"; fi
nothing_left >>"$log" || failed=$((failed + 1))
if [ $status != 0 ] && [ "$failed" = 0 ]; then
    echo "exit status $status" >>"$log"
    failed=1
fi

printf '%s %s %s\n' "$passed" "$failed" "$skipped" >"$result"
report() {
    local verdict=ok kept=$BUILD/failed/${name//\//-}.log
    [ "$failed" = 0 ] || verdict=FAIL
    printf '%-4s %-44s %4d passed %s%s%6d ms\n' $verdict "${LABEL:+$LABEL }$name" "$passed" \
        "$([ "$failed" = 0 ] || printf '%d failed ' "$failed")" \
        "$([ "$skipped" = 0 ] || printf '%d SKIPPED ' "$skipped")" "$spent"
    [ "$skipped" = 0 ] || grep -iE '^ *(# )?skip(ped)?\b|# SKIP' "$log" | sed 's/^/     /'
    [ "$failed" = 0 ] && return
    mkdir -p "$BUILD/failed" && cp "$log" "$kept"
    tail -n "${TEST_LINES:-60}" "$log" | sed 's/^/     | /'
    printf '     all of it: %s; once more: BUILD=%s tests/run/one.sh %s\n' "${kept#"$PWD"/}" \
        "${BUILD#"$PWD"/}" "$name"
}
# One report at a time, though several tests may end at once.
text=$(report)
exec 9<"$0" && flock 9
printf '%s\n' "$text"
[ "$failed" = 0 ]
