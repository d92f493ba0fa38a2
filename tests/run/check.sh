#!/bin/bash
# `make check`: everything that must hold before a change is good. With a PART only the tests whose name
# contains it, in the ordinary build.
#   tests/run/check.sh [PART]
# The very last line is "N passed, N failed, N skipped"; the exit status is 0 when none failed.
set -u
unset CDPATH
cd "$(dirname "$0")/../.." || exit 1
[ -n "${PGDRIFT_RUN:-}" ] || exec tests/run/guard.sh tests/run/check.sh "$@"
make=${MAKE:-make}
# What is built is decided here, not by the flags of whoever called.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES BUILD CC SAN DEBUG CFLAGS CPPFLAGS LDFLAGS
jobs=$(nproc)

build() {
    local dir=$1 compiler=$2 sanitizers=$3
    shift 3
    $make --no-print-directory -k -j"$jobs" CC="$compiler" SAN="$sanitizers" DEBUG= BUILD="$dir" "$@"
}
gcc_build() { build build gcc '' "$@"; }
clang_build() { build build/clang clang '' "$@"; }
san_build() { build build/san gcc address,undefined "$@"; }

tests/deps.sh check || { echo '0 passed, 1 failed, 0 skipped' && exit 1; }
if [ $# != 0 ]; then
    gcc_build -s all tests || { echo '0 passed, 1 failed, 0 skipped' && exit 1; }
    BUILD=$PWD/build exec tests/run/tests.sh "$@"
fi

sums=$(mktemp -d)
rm -rf build/summary # what tests of the ordinary build have to say at the end
SECONDS=0

# One check that passes or fails as a whole. Its output is shown when it fails.
step() {
    local name=$1 begin=$SECONDS
    shift
    if "$@" >"$sums/$name.out" 2>&1; then
        printf 'ok   %-44s %33d s\n' "$name" $((SECONDS - begin))
        echo 1 0 0 >"$sums/$name.sum"
    else
        printf 'FAIL %s\n' "$name"
        sed 's/^/     | /' "$sums/$name.out"
        echo 0 1 0 >"$sums/$name.sum"
        return 1
    fi
}

# The tests of one build. The total that tests.sh prints at its end is added to ours.
run() {
    local label=$1 dir=$2
    shift 2
    LABEL=$label BUILD=$PWD/$dir tests/run/tests.sh "$@" | tee "$sums/$label.out" | sed '$d'
    tail -n 1 "$sums/$label.out" | tr -d a-z, >"$sums/$label.sum"
}

# The slow checks run beside the tests, which mostly wait; what they find is printed at the end.
slow_lint() {
    step cppcheck gcc_build -s cppcheck
    step clang-tidy gcc_build -s tidy
}

step format gcc_build -s fmt-check
step banned-functions tests/lint/banned.sh
for lint in sizes names circles rules; do
    step $lint tests/lint/$lint.sh
    grep -h '^[^ ]*: note:' "$sums/$lint.out" | sed 's/^/     /'
done
step layers gcc_build -s layers
built=1
step build-gcc gcc_build -s all tests benches || built=
step build-clang clang_build -s all tests benches || built=
step build-sanitizers san_build -s all tests || built=

slow_lint >"$sums/lint.log" 2>&1 </dev/null &
lint=$!
if [ -n "$built" ]; then
    run gcc build
    run clang build/clang --programs unit/ flow/ plan/ config/
    run san build/san e2e/ azure/ prop/ engine/ config/ flow/ plan/ unit/
else
    echo 'FAIL tests did not run: the builds failed'
fi
wait "$lint"
cat "$sums/lint.log"

cat build/summary/* 2>/dev/null
printf 'in %d min %d s\n' $((SECONDS / 60)) $((SECONDS % 60))
awk '{ passed += $1; failed += $2; skipped += $3 }
    END {
        printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
        exit failed > 0
    }' "$sums"/*.sum
