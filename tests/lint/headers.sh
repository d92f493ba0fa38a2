#!/bin/sh
# Every header compiles alone, under the compiler and flags of the build.
#   tests/lint/headers.sh "COMPILER AND FLAGS" HEADER...
set -eu
compile=$1
shift
status=0
for header; do
    # Two inclusions: the second finds a missing guard.
    # shellcheck disable=SC2086
    printf '#include "%s"\n#include "%s"\nint main(void);\n' "$PWD/$header" "$PWD/$header" |
        $compile -fsyntax-only -x c - 2>&1 || {
        printf '%s:1: does not compile alone\n' "$header"
        status=1
    }
done
exit $status
