#!/bin/bash
# The checks are checked: each is shown a small tree that is clean and one with a planted violation, and
# must tell them apart. A check that cannot fail protects nothing.
set -u
unset CDPATH
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

verdict() {
    if [ "$1" = 0 ]; then
        echo "ok: $2" && passed=$((passed + 1))
    else
        echo "not ok: $2" && failed=$((failed + 1))
        [ -z "${3:-}" ] || printf '%s\n' "$3"
    fi
}

# plant PATH, contents on stdin: a tree with just this file
plant() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree/lib" "$work/tree/daemon" "$work/tree/$(dirname "$1")"
    cat >"$work/tree/$1"
}

# refuses CHECK WORDS: the check fails on the tree, and its output contains WORDS
refuses() {
    local output
    output=$("$here/$1.sh" "$work/tree" 2>&1) && { verdict 1 "$1 refuses: $2" "it passed"; return; }
    grep -qF -- "$2" <<<"$output"
    verdict $? "$1 refuses: $2" "$output"
}
accepts() {
    local output
    output=$("$here/$1.sh" "$work/tree" 2>&1)
    verdict $? "$1 accepts: $2" "$output"
}

# --- banned functions
for call in 'strcpy(a, b)' 'sprintf(a, "%d", 1)' 'strtok(a, b)' 'atoi(a)' 'system(a)' 'gets(a)' \
    'strtol(a, &b, 10)' 'time(NULL)' 'clock_gettime(CLOCK_MONOTONIC, &a)' 'rand()' 'usleep(1)' 'exit(1)'; do
    plant lib/flow/a.c <<<"void f(void) { $call; }"
    refuses banned "lib/flow/a.c:1: ${call%%(*}() is banned"
done
plant tests/unit/base/a.c <<<'long f(const char *s) { return strtol(s, NULL, 10); }'
refuses banned 'looking at its end'
plant lib/flow/a.c <<'C'
/* never strcpy() here,
 * nor atoi(text) */
int f(struct io *io) { return io->time(io) + my_atoi("rand()") + runtime(1); } // exit(1)
char quote = '"'; int g(void) { return h('\'', "\"") /* sprintf(a) */; }
C
accepts banned 'words in comments and strings, members and longer names'
plant lib/flow/a.c <<<'char *f(const char *p) { return (char *)(uintptr_t)p; }'
refuses banned 'a cast through uintptr_t'
plant lib/base/mem.c <<<'void *f(const void *p) { return (void *)(uintptr_t)p; }'
accepts banned 'the cast in its one place'
plant lib/net/loop.c <<<'void f(void) { clock_gettime(CLOCK_MONOTONIC, &a); }'
accepts banned 'the clock in its one place'
plant lib/base/number.c <<<'void f(void) { strtoll(a, &end, 10); }'
accepts banned 'the number parser in its one place'

# --- sizes
lines() { awk -v n="$1" -v line="$2" 'BEGIN { while (n-- > 0) print line }'; }
plant lib/flow/a.c < <(lines 451 'int x;')
refuses sizes 'file has 451 lines'
plant lib/flow/a.c < <(lines 450 'int x;')
accepts sizes 'a file of 450 lines'
plant lib/flow/a.c < <(echo 'static int f(void)' && echo '{' && lines 61 '    g();' && echo '}')
refuses sizes 'f() has 61 lines'
plant lib/flow/a.c < <(echo 'static int f(void)' && echo '{' && lines 60 '    g();' && echo '}')
accepts sizes 'a function of 60 lines'
"$here/sizes.sh" "$work/tree" | grep -qF 'lib/flow/a.c:2: note: f() has 60 lines, the bar is 50'
verdict $? 'sizes notes what is over the bar'

# --- names
three() { for name in a b c; do mkdir -p "$work/tree/lib/flow" && printf 'static int %s(void)\n{\n    return 1;\n}\n' "$1" >"$work/tree/lib/flow/$name.c"; done; }
export FAILS=yes
plant lib/flow/a.c </dev/null
three gate_open
refuses names '3 of 3 functions share their name'
plant lib/flow/a.c <<'C'
static int open(
    int a)
{
    return a;
}
C
refuses names 'lib/flow/a.c:1: one-word static function open()'
plant lib/flow/a.c <<'C'
static int compare(const void *a, const void *b)
{
    return a != b;
}
int flow_new(void)
{
    return open(1) + close(2);
}
C
accepts names 'a comparison helper, and calls of short names'
FAILS=no
three open
accepts names 'anything, as long as it only notes'
"$here/names.sh" "$work/tree" | grep -qF 'note: one-word static function open()'
verdict $? 'names notes what is over the bar'

# --- circles
export STRICT=daemon/engine
plant daemon/engine/a.c < <(printf 'int a_run(void)\n{\n    return b_run();\n}\n')
printf 'int b_run(void)\n{\n    return c_run() + b_own();\n}\n' >"$work/tree/daemon/engine/b.c"
printf 'int c_run(void)\n{\n    return 1; /* a_run() */\n}\n' >"$work/tree/daemon/engine/c.c"
accepts circles 'one direction'
printf 'static fn *f = a_run;\nint c_run(void)\n{\n    return f();\n}\n' >"$work/tree/daemon/engine/c.c"
refuses circles 'a circle:'
STRICT=

# --- rules
rows() { for i in 1 2 3 4 5 6 7 8 9 10 11; do echo "| $i | what | $1 |"; done; }
table() { plant tests/README.md < <(echo '## Rules and their tests' && rows "$1"); mkdir -p "$work/tree/tests/e2e" && echo "is 'a title' 1 2" >"$work/tree/tests/e2e/test_a.sh"; }
table '`e2e/test_a`, `e2e/test_a: a title`'
accepts rules 'tests that exist'
table '`e2e/test_b`'
refuses rules 'there is no test e2e/test_b'
table '`e2e/test_a: another title`'
refuses rules 'has no "another title"'
table ''
FAILS=yes refuses rules 'rule 11 has no test'
plant tests/README.md <<<'## Rules and their tests'
refuses rules 'rule 1 has no row'
unset FAILS STRICT

# --- layers
upward() { plant "$1" <<<"#include $2"; refuses layers "$3"; }
upward lib/base/a.c '"flow/flow.h"' 'lib/base may not include flow/flow.h'
upward lib/flow/a.c '"azure/arm.h"' 'lib/flow may not include azure/arm.h'
upward lib/plan/a.c '"flow/flow.h"' 'lib/plan may not include flow/flow.h'
upward lib/pg/a.c '"azure/arm.h"' 'lib/pg may not include azure/arm.h'
upward lib/net/a.h '"azure/arm.h"' 'lib/net may not include azure/arm.h'
upward lib/resource/a.c '"config/settings.h"' 'lib/resource may not include config/settings.h'
upward lib/config/a.c '"net/loop.h"' 'lib/config may not include net/loop.h'
upward lib/config/a.c '"engine/cycle.h"' 'lib/config reaches up to engine/cycle.h'
upward lib/azure/a.c '<curl/curl.h>' 'only lib/net may include <curl/curl.h>'
upward lib/pg/a.c '<libpq-fe.h>' 'only lib/net may include <libpq-fe.h>'
upward daemon/run/a.c '<uv.h>' 'only lib/net may include <uv.h>'
upward lib/flow/a.c '"flow.h"' 'must name its directory'
upward lib/other/a.c '<stdio.h>' 'lib/other is not a layer'
plant lib/resource/a.c <<'C'
#include "resource/a.h"

#include <stdio.h>

#include "azure/arm.h"
#include "plan/plan.h"
/* #include "config/settings.h" */
C
accepts layers 'downward and own'
plant lib/net/a.c <<<'#include <uv.h>'
accepts layers 'uv in lib/net'
plant daemon/run/a.c <<<'#include "net/loop.h"'
accepts layers 'the daemon, everything'

# --- headers
header() { (cd "$work" && "$here/headers.sh" 'cc -std=c11 -Wall -Werror' h.h) 2>&1; }
printf '#ifndef H\n#define H\n#include <stddef.h>\nsize_t f(void);\n#endif\n' >"$work/h.h"
output=$(header)
verdict $? 'headers accepts: a complete one' "$output"
printf '#ifndef H\n#define H\nsize_t f(void);\n#endif\n' >"$work/h.h"
! output=$(header)
verdict $? 'headers refuses: one that needs another before it'
printf 'struct s { int x; };\n' >"$work/h.h"
! output=$(header)
verdict $? 'headers refuses: one without a guard'

# --- the tools, with the settings of this repository
tool() {
    local name=$1 what=$2
    shift 2
    if ! command -v "$name" >/dev/null; then
        echo "skip: $name is not installed" && skipped=$((skipped + 1))
        return
    fi
    ! output=$("$@" 2>&1)
    verdict $? "$name refuses: $what" "$output"
}
cp "$top/.clang-format" "$top/.clang-tidy" "$work"
echo 'int f(void) { return 1; }' >"$work/format.c"
tool clang-format 'a function on one line' clang-format --dry-run --Werror "$work/format.c"
printf 'int f(int *p);\nint f(int *p)\n{\n    if (!p) return *p;\n    return 0;\n}\n' >"$work/tidy.c"
tool clang-tidy 'a null dereference' clang-tidy --quiet "$work/tidy.c" -- -std=c11
printf 'int main(void)\n{\n    int a[2] = {0, 0};\n    return a[2];\n}\n' >"$work/check.c"
tool cppcheck 'an index out of bounds' cppcheck --quiet --error-exitcode=1 \
    --suppressions-list="$here/cppcheck.txt" "$work/check.c"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
