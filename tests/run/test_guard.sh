#!/bin/bash
# `make check`, interrupted in every way while a test runs with a daemon-like process and a real PostgreSQL: nothing
# that it started stays, no process, no directory, no shared memory. In a scratch tree with one test, which hangs.
set -u
unset CDPATH
cd "$(dirname "$0")/../.." || exit 1
BUILD=$(realpath "${BUILD:-build}")
patience=${TEST_PATIENCE:-5}
work=$(mktemp -d) && chmod 711 "$work" || exit 1
passed=0 failed=0 skipped=0
mark=$$-$work
# The runner under test is one of its own, and has no terminal and no ignored signals.
unset PGDRIFT_RUN MAKEFLAGS MFLAGS MAKELEVEL
fresh() { exec env --default-signal=INT,TERM,HUP GUARD_TEST="$mark" "$@"; }

ours() { grep -lzxF "GUARD_TEST=$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3; }
end() {
    local left
    left=$(ours)
    [ -z "$left" ] || kill -KILL $left 2>/dev/null
    rm -rf "$work"
}
trap end EXIT
trap 'exit 1' INT TERM HUP

pass() { passed=$((passed + 1)) && echo "ok: $1"; }
fail() { failed=$((failed + 1)) && printf 'not ok: %s\n%s\n' "$1" "${2:-}"; }
# until_true COMMAND...: waits a minute of a quiet machine at most.
until_true() {
    local end=$((SECONDS + 60 * patience))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

# --- a tree with the real runner and one test -----------------------------------------------------

tree=$work/tree
mkdir -p "$tree/tests/hang" "$tree/lib/base" "$tree/build"
cp -r tests/run "$tree/tests/" && rm "$tree"/tests/run/test_*.sh
cp Makefile "$tree/"
cp lib/base/version.h "$tree/lib/base/"
printf '#!/bin/sh\n' >"$tree/tests/deps.sh" && chmod +x "$tree/tests/deps.sh"
cat >"$tree/tests/hang/test_hang.sh" <<'HANG'
#!/bin/bash
# Starts what is hard to end: a local Azure with a PostgreSQL, which is not told to die with it; a process
# that is nobody's child and, where STUBBORN says so, ignores what it is asked.
. "$HERE/tests/azure/azsim.bash"
azsim_as_it_is() { "$REAL_BUILD/azsim" --state "$TMPDIR/sim" --template "$TEMPLATE" --set server_create_ms=0 --set retry_after_s=0; }
mkdir "$TMPDIR/sim"
azsim_as_it_is >"$TMPDIR/sim/out" 2>"$TMPDIR/sim/err" &
AZ_JOB=$!
az_until azsim_decided "$TMPDIR/sim" && azsim_use "$TMPDIR/sim" || { cat "$TMPDIR/sim/err" && exit 1; }
az PUT resourceGroups/rg '{"location":"koreacentral"}'
az_do PUT "$(az_server rg pg-one)" '{"location":"koreacentral","sku":{"name":"Standard_D4s_v3","tier":"GeneralPurpose"},
    "properties":{"version":"15","administratorLogin":"padmin","administratorLoginPassword":"Passw0rd-x","storage":{"storageSizeGB":128}}}' ||
    { echo "$AZ_STATUS $AZ_BODY" && exit 1; }
[ -z "$STUBBORN" ] || (trap '' HUP INT TERM QUIT && exec setsid sleep 86400) &
setsid sleep 86400 &
echo "$TMPDIR $(head -n 1 "$AZ_DIR/clusters/pg-one/data/postmaster.pid")" >"$SEEN.new"
mv "$SEEN.new" "$SEEN"
while :; do sleep 86400; done
HANG
chmod +x "$tree/tests/hang/test_hang.sh"
export STUBBORN=
export HERE=$PWD REAL_BUILD=$BUILD SEEN=$work/seen TEMPLATE=$work/template

# shared_memory POSTMASTER: the segments it holds, System V and POSIX, one a line.
shared_memory() {
    awk '$6 ~ /^\/(SYSV|dev\/shm\/)/ { print $6, $5 }' "/proc/$1/maps" | sort -u
}
segment_is_there() {
    case $1 in
    /SYSV*) awk -v id="$2" '$2 == id { found = 1 } END { exit !found }' /proc/sysvipc/shm ;;
    *) [ -e "$1" ] ;;
    esac
}
is_seen() { [ -e "$SEEN" ] || ! kill -0 "$runner" 2>/dev/null; }
nobody_left() { [ -z "$(ours)" ]; }

# interrupted TITLE WHOM SIGNAL COMMAND...: COMMAND runs the hanging test; then WHOM gets SIGNAL.
interrupted() {
    local title=$1 whom=$2 signal=$3 place postmaster segments segment left=''
    shift 3
    rm -f "$SEEN"
    (cd "$tree" && fresh "$@") >"$work/said" 2>&1 </dev/null &
    runner=$!
    until_true is_seen && [ -e "$SEEN" ] || { fail "$title: the test hangs" "$(cat "$work/said")" && return; }
    read -r place postmaster <"$SEEN"
    segments=$(shared_memory "$postmaster")
    if [ -n "$segments" ] && [ -d "$place" ]; then pass "$title: there is something to leave behind"; else
        fail "$title: there is something to leave behind" "$place: $segments"
    fi
    kill -"$signal" "$("$whom")"
    wait "$runner" 2>/dev/null
    status=$?
    if [ $status != 0 ]; then pass "$title: it does not end well"; else fail "$title: it does not end well" "$(cat "$work/said")"; fi
    # Who was told has ended everything before it ends; who was killed has somebody who does it soon.
    if [ "$signal" != KILL ] && [ "$whom" != make_itself ] && ! nobody_left; then
        fail "$title: when it has ended all have" "$(ps -o pid,args -p "$(ours | paste -sd,)")"
    fi
    if until_true nobody_left; then pass "$title: no process is left"; else
        fail "$title: no process is left" "$(ps -o pid,args -p "$(ours | paste -sd,)")"
    fi
    is_removed() { ! [ -e "${place%/*}" ]; }
    if until_true is_removed; then pass "$title: no directory is left"; else fail "$title: no directory is left" "$place"; fi
    while read -r segment; do
        # shellcheck disable=SC2086
        segment_is_there $segment && left+="$segment "
    done <<<"$segments"
    if [ -z "$left" ]; then pass "$title: no shared memory is left"; else fail "$title: no shared memory is left" "$left"; fi
}
runner_itself() { echo "$runner"; }
make_itself() { echo "$runner"; }
# The one process with this in its command line, of ours.
of_ours() { local pid; for pid in $(ours); do tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q "^[^ ]*bash [^ ]*$1" && echo "$pid" && return; done; }
tests_sh() { of_ours tests/run/tests.sh; }
one_sh() { of_ours tests/run/one.sh; }

if ! [ -x "$BUILD/azsim" ]; then
    fail 'azsim is built' "$BUILD/azsim"
else
    check=(tests/run/check.sh hang)
    for signal in INT TERM HUP KILL; do
        interrupted "$signal to make" make_itself $signal make -s check T=hang
        if [ $signal = TERM ]; then STUBBORN=1; else STUBBORN=; fi # who has to be killed is waited for first
        interrupted "$signal to the script" runner_itself $signal "${check[@]}"
    done
    STUBBORN=
    # Whoever stands between: what is above notices, and sweeps.
    interrupted 'KILL to tests.sh' tests_sh KILL "${check[@]}"
    interrupted 'KILL to one.sh' one_sh KILL tests/run/tests.sh hang

    # Two clones at once: the end of one is not the other's.
    cp -r "$tree" "$work/other"
    other_mark=$mark-other other_seen=$work/seen-other
    (cd "$work/other" && mark=$other_mark SEEN=$other_seen fresh "${check[@]}") >"$work/said-other" 2>&1 </dev/null &
    other=$!
    other_is_seen() { [ -e "$other_seen" ] || ! kill -0 "$other" 2>/dev/null; }
    until_true other_is_seen
    interrupted 'two at once' runner_itself TERM "${check[@]}"
    read -r place postmaster <"$other_seen"
    if kill -0 "$postmaster" && [ -d "$place" ]; then pass 'two at once: the other goes on'; else
        fail 'two at once: the other goes on' "$(cat "$work/said-other")"
    fi
    kill -TERM "$other"
    wait "$other"
    mark=$other_mark
    if nobody_left; then pass 'two at once: and ends'; else fail 'two at once: and ends' "$(ps -o pid,args -p "$(ours | paste -sd,)")"; fi
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
