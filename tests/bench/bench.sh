#!/bin/bash
# `make bench`: what a cycle costs, beside curl fetching the same URLs and pg_dump reading the same
# database in the same run. Nothing is asserted by time: the exit status is 0 when everything could be
# measured, and the bars are said beside the figures.
#
#   make bench              about five minutes
#   BIG=1 make bench        also a database with 100,000 tables
#   WRITE=1 make bench      writes what it prints to tests/bench/RESULTS.md too
#   tests/bench/bench.sh arm|scale|sql|daemon|grant|reload ...   only these parts
#   SERVERS="1 10"          the part "arm" with so many servers
PLACE_NAME=pgdrift-bench
. "$(dirname "$0")/../e2e/place.sh"
HERE=$ROOT/tests/bench
TIMED=$BUILD/bench/timed PG_READ=$BUILD/bench/pg_read PG_SERVER=$BUILD/bench/pg_server
PG_SCALE=$BUILD/bench/pg_scale

fail() {
    printf 'bench: %s\n%s\n' "$1" "${2:-}" >&2
    FAILED=1
}
abort() {
    fail "$@"
    exit 1
}
FAILED=''

bench_end() {
    local status=$1
    trap - EXIT INT TERM
    in_story || exit "$status"
    run_at_end
    if [ "$status" = 130 ]; then
        rm -rf "$PLACE"
        exit 130
    fi
    if [ "$status" != 0 ] || [ -n "$FAILED" ]; then
        printf 'bench: logs are in %s\n' "$PLACE" >&2
        exit 1
    fi
    rm -rf "$PLACE"
}
trap 'bench_end $?' EXIT
trap 'exit 130' INT TERM

. "$ROOT/tests/e2e/world.sh"
. "$HERE/table.sh"
. "$HERE/arm.sh"
. "$HERE/sql.sh"
. "$HERE/reload.sh"

for program in "$PGDRIFTD" "$AZSIM" "$TIMED" "$PG_READ" "$PG_SERVER" "$PG_SCALE" "$BUILD/bench/reload"; do
    [ -x "$program" ] || abort "${program##*/} is not built" 'make bench builds it'
done

parts=("${@:-all}")
wanted() { [[ " ${parts[*]} " == *" all "* || " ${parts[*]} " == *" $1 "* ]]; }

machine
if wanted reload; then bench_reload 10000 20000 40000; fi
if wanted arm; then bench_arm ${SERVERS:-1 10 100}; fi
if wanted scale; then bench_scale; fi
if wanted sql || wanted grant; then pg_start; fi
if wanted sql; then bench_sql 10 1000 10000 ${BIG:+100000}; fi
if wanted grant; then bench_grant 10000; fi
if wanted daemon; then bench_daemon 10 1000 10000 ${BIG:+100000}; fi
verdicts

if [ -n "${WRITE:-}" ]; then
    cp "$OUT" "$HERE/RESULTS.md"
    printf 'written: tests/bench/RESULTS.md\n'
fi
