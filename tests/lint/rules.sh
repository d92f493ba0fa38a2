#!/bin/sh
# Every test that the table "Rules and their tests" of tests/README.md names exists, and every rule has a row.
#   tests/lint/rules.sh [ROOT]
# A row is "| NUMBER | rule | `e2e/test_x`, `unit/daemon/test_y: test_case`, ... |"; after the colon stands a function
# of a C test, or words of a story.
set -eu
unset CDPATH
# Whether a rule without a test fails the check ("yes") or is a note ("no").
fails=yes
cd "${1:-$(dirname "$0")/../..}"

awk -v fails="${FAILS:-$fails}" '
    function complain(line, text) { print "tests/README.md:" line ": " text; bad = 1 }
    function readable(file,   line, r) { r = (getline line < file); close(file); return r >= 0 }
    function holds(file, words,   line, found) {
        while ((getline line < file) > 0) if (index(line, words)) found = 1
        close(file)
        return found
    }
    function look(line, name,   test, words, file) {
        test = words = name
        sub(/:.*/, "", test)
        if (!sub(/^[^:]*: */, "", words)) words = ""
        file = "tests/" test ".sh"
        if (!readable(file)) file = "tests/" test ".c"
        if (!readable(file)) complain(line, "there is no test " test)
        else if (words != "" && !holds(file, words)) complain(line, file " has no \"" words "\"")
    }
    /^## / { inside = /^## Rules and their tests/ }
    inside && /^\| *[0-9]+ *\|/ {
        split($0, cell, "|")
        rule = cell[2] + 0
        seen[rule] = 1
        rest = cell[4]
        count = 0
        while (match(rest, /`[^`]*`/)) {
            look(NR, substr(rest, RSTART + 1, RLENGTH - 2))
            rest = substr(rest, RSTART + RLENGTH)
            count++
        }
        if (!count) {
            print "tests/README.md:" NR ": " (fails == "yes" ? "" : "note: ") "rule " rule " has no test"
            if (fails == "yes") bad = 1
        }
    }
    END {
        for (i = 1; i <= 11; i++) if (!(i in seen)) complain(1, "rule " i " has no row in \"Rules and their tests\"")
        exit bad
    }' tests/README.md
