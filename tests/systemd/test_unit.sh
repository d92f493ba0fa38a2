#!/bin/bash
# What systemd says about the files below systemd/, without a running systemd: the unit is valid, its
# sandbox is as tight as promised, and the message catalog agrees with the code. An exposure gate, not a
# proof that the sandbox works. Needs systemd-analyze, journalctl and systemd-sysusers; where one is
# absent its cases are skipped, and say so.
set -u
unset CDPATH
cd "$(dirname "$0")/../.." || exit 1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0 skipped=0

# check WHAT COMMAND...: passes when the command does; its output is shown when it does not.
check() {
    local what=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok: $what" && passed=$((passed + 1))
    else
        echo "not ok: $what" && printf '%s\n' "$output" && failed=$((failed + 1))
    fi
}

# check_with TOOL WHAT COMMAND...: the same, or skipped where the tool is absent.
check_with() {
    if command -v "$1" >/dev/null; then
        check "${@:2}"
    else
        echo "skip: $2: $1 is not installed" && skipped=$((skipped + 1))
    fi
}

# The unit as `make install` writes it, with programs of the right names below a root of our own.
installed_unit() {
    local root=$work/root
    mkdir -p "$root"
    printf '#!/bin/sh\n' | tee "$root/pgdriftd" >"$root/pgdrift"
    chmod 755 "$root/pgdriftd" "$root/pgdrift"
    sed -e "s|@sbindir@|$root|; s|@bindir@|$root|; s|@sysconfdir@|/etc|; s|@libdir@|/usr/lib|" \
        systemd/pgdriftd.service >"$work/pgdriftd.service"
}

no_word_left() { ! grep -n '@[a-z]*@' "$work/pgdriftd.service"; }

verify() {
    local said
    said=$(systemd-analyze verify --man=no "$work/pgdriftd.service" 2>&1) || { echo "$said" && return 1; }
    [ -z "$said" ] || { echo "$said" && return 1; }
}

exposure() { systemd-analyze security --offline=true --threshold="$1" "$work/pgdriftd.service"; }

# The gate is a gate only if it closes: without its sandbox the unit must not pass.
exposure_gate_closes() {
    mkdir -p "$work/open"
    sed '/^# --- sandbox/,/^# --- not scored/d' systemd/pgdriftd.service >"$work/open/pgdriftd.service"
    ! systemd-analyze security --offline=true --threshold=11 "$work/open/pgdriftd.service"
}

# ID SUBJECT, one line each, in table order
table() {
    tr -d '\\\n' <lib/base/message_id.h | grep -oE 'MESSAGE\([A-Z_]+, *"[^"]*", *"[^"]*"\)' |
        sed -E 's/^[^"]*"([^"]*)", *"([^"]*)"\)/\1 \u\2/'
}
catalog() {
    awk '/^-- / { id = $2 } /^Subject: / { sub(/^Subject: /, ""); print id, $0 }' \
        systemd/pgdriftd.catalog
}
agree() {
    [ "$(table | wc -l)" -ge 15 ] || { echo "the table was not understood" && return 1; }
    diff <(table) <(catalog)
}

ids_are_unique() {
    ! table | cut -d' ' -f1 | sort | uniq -d | grep . &&
        ! table | cut -d' ' -f1 | grep -vxE '[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}'
}

# journalctl compiles the catalog into a root of our own, and gives every entry back.
catalog_compiles() {
    local root=$work/catalog
    mkdir -p "$root/usr/lib/systemd/catalog" "$root/var/lib/systemd/catalog"
    cp systemd/pgdriftd.catalog "$root/usr/lib/systemd/catalog/"
    journalctl --root="$root" --update-catalog || return 1
    diff <(table | cut -d' ' -f1 | sort) \
        <(journalctl --root="$root" --list-catalog | cut -d' ' -f1 | sort)
}

# A field that no record carries would be shown to people as "@FIELD@".
fields_exist() {
    local field
    for field in $(grep -oE '@[A-Z_]+@' systemd/pgdriftd.catalog | tr -d @ | sort -u); do
        grep -rqF "\"$field\"" lib daemon || { echo "$field is in no record" && return 1; }
    done
}

sysusers() {
    mkdir -p "$work/users/etc"
    systemd-sysusers --root="$work/users" "$PWD/systemd/pgdriftd.sysusers" &&
        grep -q '^pgdrift:' "$work/users/etc/group"
}

unit_group_exists() {
    grep -qx "g $(sed -n 's/^Group=//p' systemd/pgdriftd.service) -" systemd/pgdriftd.sysusers
}

installed_unit
check "every word between @ signs is filled in" no_word_left
check_with systemd-analyze "the unit is valid" verify
check_with systemd-analyze "the exposure is at most 1.1" exposure 11
check_with systemd-analyze "a unit without its sandbox is refused" exposure_gate_closes
check "the catalog has the ids and words of the code" agree
check "message ids are unique random UUIDs" ids_are_unique
check "the catalog names only fields that records carry" fields_exist
check_with journalctl "the catalog compiles and is complete" catalog_compiles
check "the unit's group is created by sysusers" unit_group_exists
check_with systemd-sysusers "sysusers creates the group" sysusers
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
