# Counting for the stories of this directory, and an end that stops what was started. Sourced, not run.
# A story works in $PLACE; processes whose ids are in JOBS are ended with it.
PASSED=0 FAILED=0 SKIPPED=0
PLACE=$(mktemp -d "${TMPDIR:-/tmp}/azsim-test.XXXXXX") && chmod 755 "$PLACE" || exit 1
JOBS=()

finish() {
    local job
    [ "$BASHPID" = $$ ] || return # a subshell's end is not the story's
    for job in "${JOBS[@]}"; do kill -TERM "$job" 2>/dev/null && wait "$job" 2>/dev/null; done
    rm -rf "$PLACE"
    echo "$PASSED passed, $FAILED failed, $SKIPPED skipped"
    [ "$FAILED" = 0 ]
    exit
}
trap finish EXIT
trap 'exit 1' INT TERM

pass() { PASSED=$((PASSED + 1)) && echo "ok - $1"; }
fail() { FAILED=$((FAILED + 1)) && echo "not ok - $1${2:+: $2}"; }
skip() { SKIPPED=$((SKIPPED + 1)) && echo "SKIP - $1: $2"; }
# is NAME WANT GOT
is() { if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "wanted '$2', got '${3:0:300}'"; fi; }
# like NAME REGEX GOT
like() { if [[ $3 =~ $2 ]]; then pass "$1"; else fail "$1" "wanted something like '$2', got '${3:0:300}'"; fi; }
# ok NAME COMMAND...: it succeeds; no NAME COMMAND...: it does not
ok() {
    local name=$1
    shift
    if "$@" >"$PLACE/said" 2>&1; then pass "$name"; else fail "$name" "$(<"$PLACE/said")"; fi
}
no() {
    local name=$1
    shift
    if "$@" >"$PLACE/said" 2>&1; then fail "$name" "$(<"$PLACE/said")"; else pass "$name"; fi
}
# Of answers of the local Azure (azsim.bash).
# late NAME CODE METHOD PATH [BODY]: accepted with 202, fails with CODE
late() {
    local name=$1 code=$2
    shift 2
    az_do "$@"
    is "$name: accepted, then fails late" "Failed $code" "$AZ_STATUS_WORD $AZ_CODE"
}
# refused NAME "STATUS CODE" METHOD PATH [BODY [CURL OPTION...]]
refused() {
    local name=$1 want=$2
    shift 2
    az "$@"
    is "$name" "$want" "$AZ_STATUS $(az_jq '.error.code // empty')"
}
