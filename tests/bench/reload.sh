# A reload of large documents: loading and checking beside jansson alone reading the same text, which is the
# floor. Sourced by bench.sh.
# shellcheck shell=bash

RELOAD=$BUILD/bench/reload

reload_measure() {
    local kind=$1 n=$2
    "$RELOAD" "$kind" "$n" 5 >"$PLACE/reload" 2>"$PLACE/said" || abort "reload $kind $n" "$(<"$PLACE/said")"
    local parse load
    parse=$(of "$PLACE/reload" parse_us) load=$(of "$PLACE/reload" load_us)
    row "$kind" "$n" "$(calc "$(of "$PLACE/reload" bytes) / 1e6")" "$(calc "$parse / 1000")" "$(calc "$load / 1000")" \
        "$(calc "$load / $parse")" "$(calc "$load / $n")" "$(of "$PLACE/reload" problems)" \
        "$(calc "$(of "$PLACE/reload" peak_kib) / 1024")"
    case $kind-$n in
    mixed-10000) bar 'reload of 10,000 objects' "$(calc "$load / 1000")" ' ms' '<=' 100 ;;
    *-10000) RELOAD_FIRST=$load ;;
    esac
    case $kind-$n in
    mixed-*) ;;
    *-40000) bar "reload of 40,000 $kind, to 10,000" "$(calc "$load / $RELOAD_FIRST")" ' x' '<=' 6 ;;
    esac
}

bench_reload() {
    local kind n
    # shellcheck disable=SC2016 # Markdown
    table 'Reload' 'A document of one server, loaded and checked in one process, beside jansson parsing the same text; '\
'medians of 5, processor time. `mixed` is a third each of roles with two memberships, databases and privileges; `wrong` has a problem in '\
'every role, with a suggestion.' kind objects MB 'jansson, ms' 'load and check, ms' ratio 'µs per object' problems 'peak MiB'
    for kind in roles memberships databases grants mixed wrong; do
        for n in "$@"; do reload_measure "$kind" "$n"; done
    done
}
