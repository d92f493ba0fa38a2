#!/bin/sh
# Functions that have no place in this program, and where they nevertheless may stand.
#   tests/lint/banned.sh [ROOT]     exit 1 and FILE:LINE: what it is, where one is called
set -eu
unset CDPATH
cd "${1:-$(dirname "$0")/../..}"
here=$(cd "$(dirname "$0")" && pwd)

# functions | files they are banned in | files that are excepted | what to do instead
rules='
strcpy|strcat|strncat|stpcpy;.;;base/buf.h or base/mem.h
sprintf|vsprintf;.;;snprintf with a size, or base/buf.h
strtok|strtok_r;.;;a loop over strcspn
gets|alloca|system|popen|mktemp|tmpnam;.;;never safe
atoi|atol|atoll|atof;.;;a number parser that reports what is wrong
strtol|strtoll|strtoul|strtoull|strtod|strtof;^(lib|daemon)/;^lib/base/;the number parsers of base
time|clock|clock_gettime|gettimeofday|uv_now|uv_hrtime|ftime;^(lib|daemon)/;^lib/net/loop\.c:;the clock of struct io
rand|random|srand|srandom|rand_r|drand48|lrand48|getrandom|getentropy|RAND_bytes|uv_random;^(lib|daemon)/;^lib/net/loop\.c:;the random source of struct io
sleep|usleep|nanosleep|clock_nanosleep|uv_sleep;^(lib|daemon|tests/(unit|flow|plan|config|prop))/;;waiting for the thing itself
exit|_exit|_Exit|quick_exit;^(lib|daemon)/;^daemon/main/;an error value, returned
'

tree() { find lib daemon tests -name '*.[ch]' -type f 2>/dev/null | sort; }

found=$(mktemp)
code=$(mktemp)
trap 'rm -f "$found" "$code"' EXIT INT TERM
tree | xargs -r awk -f "$here/strip.awk" >"$code"

printf '%s' "$rules" | while IFS=';' read -r names where except instead; do
    [ -n "$names" ] || continue
    grep -E "^[^:]*:[0-9]+:(.*[^A-Za-z0-9_.>])?($names) ?\(" "$code" | grep -E "$where" |
        grep -vE "${except:-^$}" |
        sed -E "s#^([^:]*:[0-9]+):(.*[^A-Za-z0-9_.>])?($names) ?\(.*#\1: \3() is banned here; use: $instead#" || :
done >"$found"
# In tests a number may be parsed by hand, but not without looking where it ended.
grep -E '[^A-Za-z0-9_](strto(l|ll|ul|ull|d|f)) ?\([^,]*, *NULL' "$code" | grep -v '^lib/base/' |
    sed -E 's/^([^:]*:[0-9]+):.*/\1: a number is parsed without looking at its end/' >>"$found" || :
# A cast that hides what it takes away stands in one place: unconst() of base/mem.h.
grep -E '\( *(const )?[a-z_]+( [a-z_]+)? ?\*+ *(const ?)?\) ?\( *u?intptr_t *\)' "$code" | grep -E '^(lib|daemon)/' | grep -v '^lib/base/mem\.c:' |
    sed -E 's/^([^:]*:[0-9]+):.*/\1: a cast through uintptr_t is banned here; use: unconst()/' >>"$found" || :

sort -u "$found"
! [ -s "$found" ]
