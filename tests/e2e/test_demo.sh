#!/bin/bash
# The demo, as somebody runs it who has set all kinds of things: it builds, is sabotaged, heals, and leaves nothing.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/nonsense.sh"

mkdir "$PLACE/tmp" && chmod 711 "$PLACE/tmp"
TMPDIR=$PLACE/tmp env "${NONSENSE[@]}" "$ROOT/tests/demo/demo.sh" >"$PLACE/demo.out" 2>"$PLACE/demo.log" </dev/null
is 'it ends well' 0 $?
said=$(<"$PLACE/demo.out")
like 'it has built everything' 'in sync after [0-9.]+ s, with [0-9]+ writes to ARM' "$said"
like 'it is at rest' "writes to ARM: 0; rows of PostgreSQL's catalogs changed: 0" "$said"
like 'it has healed' 'All of it healed' "$said"
is 'eight kinds of sabotage' 8 "$(grep -cE ' [0-9]+\.[0-9] s +[01]$' "$PLACE/demo.out")"
is 'nothing is said of errors' '' "$(grep -v 'setlocale' "$PLACE/demo.log")"
is 'no colours where NO_COLOR says so' 0 "$(grep -c $'\e' "$PLACE/demo.out")"
is 'no file is left' '' "$(ls -A "$PLACE/tmp")"
