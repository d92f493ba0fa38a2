# How the bench counts and shows: figures from JSON, medians, Markdown tables, bars. Sourced by bench.sh.
# shellcheck shell=bash

OUT=$PLACE/results.md

# Everything that is part of the result: to the terminal and to the file.
put() { printf '%s\n' "$*" | tee -a "$OUT"; }

# calc EXPRESSION: with up to three significant digits behind, as people write numbers.
calc() { awk "BEGIN { x = $1; printf(x >= 100 ? \"%.0f\" : x >= 10 ? \"%.1f\" : x >= 1 ? \"%.2f\" : \"%.3f\", x) }"; }
# holds EXPRESSION
holds() { awk "BEGIN { exit !($1) }"; }
# of FILE KEY: a figure of a JSON file.
of() { jq -er ".$2" "$1"; }
median() { sort -n | awk '{ x[NR] = $1 } END { print x[int((NR + 1) / 2)] }'; }

# times N COMMAND...: the median of N runs' wall time in microseconds; the last run's figures stay in
# $PLACE/timed.
times() {
    local n=$1 i
    shift
    for ((i = 0; i < n; i++)); do
        "$TIMED" "$PLACE/timed" "$@" >/dev/null 2>"$PLACE/peer.log" || return 1
        of "$PLACE/timed" wall_us
    done | median
}

# bar NAME VALUE UNIT '<='|'>=' BAR: remembers what became of a bar.
BARS=()
bar() {
    local verdict=missed
    if holds "$2 $4 $5"; then verdict=met; fi
    BARS+=("| $1 | $4 $5$3 | $2$3 | $verdict |")
}

verdicts() {
    [ ${#BARS[@]} -gt 0 ] || return 0
    put
    put '## Bars'
    put
    put '| what | bar | seen | |'
    put '|---|---|---|---|'
    local line
    for line in "${BARS[@]}"; do put "$line"; done
}

# table TITLE SENTENCE HEADER...: begins a table.
table() {
    local title=$1 sentence=$2 rule='|' name
    shift 2
    put
    put "## $title"
    put
    put "$sentence"
    put
    for name in "$@"; do rule+='---|'; done
    row "$@"
    put "$rule"
}
row() {
    local line='|' cell
    for cell in "$@"; do line+=" $cell |"; done
    put "$line"
}

machine() {
    put '# Bench results'
    put
    put "$(date -u +%Y-%m-%d), pgdriftd $("$PGDRIFTD" --version | awk '{ print $NF }'): $(awk -F ': ' \
        '/^model name/ { print $2; exit }' /proc/cpuinfo), $(nproc) processors, $(awk \
        '/^MemTotal/ { printf "%.0f GiB", $2 / 1048576 }' /proc/meminfo), Linux $(uname -r | cut -d- -f1), $(psql \
        --version | awk '{ print "PostgreSQL " $3 }'), $(curl --version | awk '{ print "curl " $2; exit }')."
    put "Load when it began: $(cut -d ' ' -f 1-3 /proc/loadavg). Ratios are to peers in the same run."
}
