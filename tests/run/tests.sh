#!/bin/bash
# Runs the tests of one build, some at a time (JOBS), and adds up.
#   BUILD=DIR tests/run/tests.sh [--list] [--programs] [PART...]   only names that contain a PART
# The last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")/../.." || exit 1
[ -n "${PGDRIFT_RUN:-}" ] || exec tests/run/guard.sh tests/run/tests.sh "$@"
export BUILD=${BUILD:-$PWD/build}

list= programs=
while [[ ${1:-} == --* ]]; do
    case $1 in
    --list) list=1 ;;
    --programs) programs=1 ;;
    *) echo "unknown option $1" >&2 && exit 1 ;;
    esac
    shift
done
parts=("$@")

# The long ones first, so that the lanes end together. A story mostly waits: there are more lanes than processors.
names() {
    shopt -s nullglob
    local file
    if [ -z "$programs" ]; then
        for file in tests/{e2e,azure}/test_*.sh; do echo "$file"; done
    fi
    for file in tests/prop/test_*.c; do echo "$file"; done
    if [ -z "$programs" ]; then
        for file in tests/*/test_*.sh; do
            [[ $file == tests/e2e/* || $file == tests/azure/* ]] || echo "$file"
        done
    fi
    for file in tests/{engine,flow,plan,config}/test_*.c tests/unit/*/test_*.c; do
        [[ $file == tests/unit/support/* ]] || echo "$file"
    done
}

matching() {
    local name part
    while read -r name; do
        name=${name#tests/} name=${name%.*}
        [ ${#parts[@]} = 0 ] && echo "$name"
        for part in ${parts[@]+"${parts[@]}"}; do
            [[ $name == *"$part"* ]] && echo "$name" && break
        done
    done
}

chosen=$(names | matching)
if [ -n "$list" ]; then
    printf '%s\n' "$chosen"
    exit
fi
if [ -z "$chosen" ]; then
    echo "no test matches: ${parts[*]}" >&2
    exit 1
fi

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
printf '%s\n' "$chosen" | xargs -P "${JOBS:-$(($(nproc) + 2))}" -I{} sh -c \
    'exec tests/run/one.sh "$1" "$2/$(printf %s "$1" | tr / -)"' sh {} "$results"

# A test whose result is missing was itself stopped: that is a failure.
awk -v wanted="$(wc -l <<<"$chosen")" '
    { passed += $1; failed += $2; skipped += $3; seen++ }
    END {
        failed += wanted - seen
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }' "$results"/* /dev/null
