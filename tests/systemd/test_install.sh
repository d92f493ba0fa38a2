#!/bin/bash
# `make install` into an empty root: what is there afterwards, with which modes; that an existing
# configuration is kept; and that `make uninstall` takes back everything but configuration.
set -u
unset CDPATH
cd "$(dirname "$0")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD CC SAN DEBUG
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
passed=0 failed=0

check() {
    local what=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok: $what" && passed=$((passed + 1))
    else
        echo "not ok: $what" && printf '%s\n' "$output" && failed=$((failed + 1))
    fi
}

put() { make -s "$1" DESTDIR="$root" PREFIX=/usr; }
# has MODE PATH...
has() {
    local mode=$1 path
    shift
    for path; do
        [ "$(stat -c %a "$root/$path" 2>&1)" = "$mode" ] || { echo "$path" && return 1; }
    done
}
unit_names_what_is_installed() {
    local program programs
    programs=$(sed -nE 's/^Exec(Start|Paths)=//p' "$root/usr/lib/systemd/system/pgdriftd.service" |
        tr ' ' '\n' | grep '/pgdrift' | grep -v =)
    [ -n "$programs" ] || return 1
    for program in $programs; do
        [ -x "$root/$program" ] || { echo "$program" && return 1; }
    done
}
configuration_is_kept() {
    echo '{"mine": true}' >"$root/etc/pgdriftd/pgdriftd.json"
    put install && [ "$(cat "$root/etc/pgdriftd/pgdriftd.json")" = '{"mine": true}' ]
}
no_document_acts_by_itself() {
    [ -d "$root/etc/pgdriftd/desired.d" ] && [ -z "$(ls -A "$root/etc/pgdriftd/desired.d")" ]
}
nothing_outside() { [ "$(cd "$root" && echo *)" = "etc usr" ]; }
only_configuration_left() {
    put install && put uninstall || return 1
    ! find "$root" -type f -not -path "$root/etc/pgdriftd/*" | grep .
}

check "install works into an empty root" put install
check "programs" has 755 usr/sbin/pgdriftd usr/bin/pgdrift
check "unit, group, catalog" has 644 usr/lib/systemd/system/pgdriftd.service \
    usr/lib/sysusers.d/pgdriftd.conf usr/lib/systemd/catalog/pgdriftd.catalog
check "settings" has 644 etc/pgdriftd/pgdriftd.json
check "manual pages" has 644 usr/share/man/man8/pgdriftd.8 usr/share/man/man1/pgdrift.1
check "the unit names programs that are installed" unit_names_what_is_installed
check "documents are examples, none is active" no_document_acts_by_itself
check "an existing configuration is kept" configuration_is_kept
check "nothing goes elsewhere" nothing_outside
check "uninstall leaves only configuration" only_configuration_left
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
