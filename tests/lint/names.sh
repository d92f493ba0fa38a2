#!/bin/sh
# Names that say something in a backtrace: at most 2 % of the functions of lib/ and daemon/ share their name with a
# function of another file, and no static function is called by one word, comparison helpers aside.
#   tests/lint/names.sh [ROOT]
set -eu
unset CDPATH
# What breaks the rule fails the check ("yes") or is a note ("no").
fails=yes
cd "${1:-$(dirname "$0")/../..}"
here=$(cd "$(dirname "$0")" && pwd)

find lib daemon -name '*.c' -type f 2>/dev/null | sort | xargs -r awk -f "$here/strip.awk" |
    awk -f "$here/functions.awk" | awk -v fails="${FAILS:-$fails}" '
    $2 == "main" { next }
    {
        functions++
        if (!(($2, $1) in seen)) { files[$2]++; places[$2] = places[$2] " " $1 }
        seen[$2, $1] = 1
        times[$2]++
        if ($3 == "static" && $2 !~ /_/ && $2 !~ /^compare/) words[++word_n] = $1 ":1: " what "one-word static function " $2 "()"
    }
    END {
        what = fails == "yes" ? "" : "note: "
        for (name in files) if (files[name] > 1) shared += times[name]
        if (shared * 50 > functions) {
            for (name in files) if (files[name] > 1) print name "():1: " what "is defined in" places[name] | "sort"
            close("sort")
            printf("names:1: %s%d of %d functions share their name with another file, the bar is 2 %%\n", what, shared, functions)
            bad = 1
        }
        for (i = 1; i <= word_n; i++) { sub(/:1: /, ":1: " what, words[i]); print words[i]; bad = 1 }
        exit bad && fails == "yes"
    }'
