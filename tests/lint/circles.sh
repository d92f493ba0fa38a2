#!/bin/sh
# No circle between the files of a room: that a file uses what another defines has one direction.
#   tests/lint/circles.sh [ROOT]     exit 1 and the files of each circle
set -eu
unset CDPATH
# The rooms where a circle fails the check; in the others it is a note.
strict="${STRICT:-daemon/engine}"
lenient='daemon/run'
cd "${1:-$(dirname "$0")/../..}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# USER DEFINER: the edges among the .c files of a room.
edges() {
    find "$1" -maxdepth 1 -name '*.c' -type f 2>/dev/null | sort | xargs -r awk -f "$here/strip.awk" >"$work/code"
    awk -f "$here/functions.awk" "$work/code" >"$work/functions"
    awk 'NR == FNR { if ($3 == "public") home[$2] = $1; else own[$1, $2] = 1; next }
        {
            split($0, part, ":")
            file = part[1]
            code = substr($0, length(part[1] part[2]) + 3)
            while (match(code, /[A-Za-z_][A-Za-z_0-9]*/)) {
                word = substr(code, RSTART, RLENGTH)
                code = substr(code, RSTART + RLENGTH)
                if (word in home && home[word] != file && !((file, word) in own) && !((file, home[word]) in told)) {
                    told[file, home[word]] = 1
                    print file, home[word]
                }
            }
        }' "$work/functions" "$work/code"
}

status=0
for room in $strict $lenient; do
    edges "$room" >"$work/edges"
    tsort "$work/edges" >/dev/null 2>"$work/loops" && continue
    case " $strict " in *" $room "*) what='' status=1 ;; *) what='note: ' ;; esac
    awk -v room="$room" -v what="$what" '
        function finish() { if (circle != "") print room ":1: " what "a circle:" circle; circle = "" }
        /loop:$/ { finish(); next }
        { sub(/^tsort: /, ""); sub(/.*\//, ""); circle = circle " " $0 }
        END { finish() }' "$work/loops"
done
exit $status
