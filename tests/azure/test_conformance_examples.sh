#!/bin/bash
# Every example of Microsoft's specification is replayed against the local Azure, in its own api-version; what is
# not offered is counted by type, with the reason (conformance/not_offered.txt, conformance/excused.txt). Needs that
# data, which is not in this repository: AZURE_SPEC names the directory; without it everything is skipped, loudly.
#   AZURE_SPEC=DIR BUILD=DIR tests/azure/test_conformance_examples.sh
# What was replayed is also in $BUILD/summary/. The last line is "N passed, N failed, N skipped".
set -u
unset CDPATH
cd "$(dirname "$0")" || exit 1
. ./azsim.bash
. ./count.bash

SPEC=${AZURE_SPEC:-../../../shared/azure}
mkdir -p "$BUILD/summary"
if [ ! -d "$SPEC/Microsoft.DBforPostgreSQL" ]; then
    skip 'every example' "Microsoft's specification is not here; set AZURE_SPEC"
    echo 'examples of the specification: not replayed, it is not here' >"$BUILD/summary/1-examples"
    exit
fi
mapfile -t SETTINGS < <(grep -v "^#" conformance/settings.txt | sed "s/^/--set\n/")
azsim_start "$PLACE/sim" --no-clusters "${SETTINGS[@]}" || { fail 'azsim starts' "$(<"$PLACE/sim/err")" && exit; }
JOBS+=("$AZ_JOB")
# replay NOT_OFFERED EXCUSED: prints what the program says
replay() { "$BUILD/conformance" "$PLACE/sim/azsim.json" "$SPEC" "$1" "$2"; }

replay conformance/not_offered.txt conformance/excused.txt >"$PLACE/replay"
while read -r line; do
    case $line in
    'ok - '*) pass "${line#ok - }" ;;
    'not ok - '*) fail "${line#not ok - }" ;;
    esac
done <"$PLACE/replay"
grep -q '^ok - ' "$PLACE/replay" || fail 'examples are replayed' "$(tail -n 5 "$PLACE/replay")"
grep -E '^(excused - |not offered: |examples of )' "$PLACE/replay" | sed '/^not offered: /s/^\(.\{180\}\).*/\1.../'
# The types of a provider without its name.
{ tail -n 2 "$PLACE/replay" | head -n 1; sed -nE '/^not offered: /{s/^not offered: ([^ ]*) .*\): /  not offered of \1: /; s, Microsoft[.][A-Za-z]*/, ,g; p}' "$PLACE/replay"; } \
    >"$BUILD/summary/1-examples"

# The tables are held to what is true: an excuse that is none any more and a row that is missing are failures.
sed '$a Microsoft.DBforPostgreSQL/2024-08-01/ServerGet GET  not true' conformance/excused.txt >"$PLACE/excused"
sed '/^Microsoft.Insights/d; $a Microsoft.Network/virtualNetworks  not true' conformance/not_offered.txt >"$PLACE/absent"
replay "$PLACE/absent" "$PLACE/excused" >"$PLACE/replay"
ok 'an excuse for an example that passes fails' grep -q '^not ok - .*ServerGet GET passes' "$PLACE/replay"
ok 'a row for a type that is offered fails' grep -q '^not ok - Microsoft.Network/virtualNetworks is offered' "$PLACE/replay"
ok 'a type that is not offered without a row fails' grep -q '^not ok - Microsoft.Insights/metrics is not offered' "$PLACE/replay"
ok 'the local Azure ends well' azsim_stop
