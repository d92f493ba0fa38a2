#!/bin/sh
# Small files, flat functions. The bars are 400 lines for a file and 50 for a function's body: beyond
# them a note is printed. Beyond 450 and 60 the check fails.
#   tests/lint/sizes.sh [ROOT]
set -eu
unset CDPATH
cd "${1:-$(dirname "$0")/../..}"

# The formatter puts the braces of functions, and only those, alone in the first column.
find lib daemon tests -name '*.[ch]' -type f 2>/dev/null | sort | xargs -r awk '
    function judge(place, what, lines, bar, limit) {
        if (lines <= bar) return
        printf("%s: %s%s has %d lines, the bar is %d\n", place, (lines > limit ? "" : "note: "), what,
            lines, bar)
        if (lines > limit) failed = 1
    }
    function end_file() { if (file) judge(file ":1", "file", length_of_file, 400, 450) }
    FNR == 1 { end_file(); file = FILENAME; open = 0 }
    { length_of_file = FNR }
    /^[A-Za-z_].*\(/ && !/^(#|static const struct)/ { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    /^\{$/ { open = FNR }
    /^\}$/ && open { judge(FILENAME ":" open, name "()", FNR - open - 1, 50, 60); open = 0 }
    END { end_file(); exit failed }'
