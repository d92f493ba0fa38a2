#!/bin/sh
# Installs what is missing to build and try pgdriftd ("demo") or to test it fully ("check"). Says what it
# does before it does it; where nothing is missing it changes nothing and needs no rights.
#
#   tests/deps.sh [demo|check]      Debian 12 or later, or a derivative of it
set -eu

demo_packages='
    gcc libc6-dev make pkg-config
    libuv1-dev libcurl4-openssl-dev libjansson-dev libpq-dev libssl-dev libsqlite3-dev
    libmicrohttpd-dev
    postgresql
    ca-certificates curl jq locales openssl procps
'
check_packages='
    clang clang-format clang-tidy cppcheck libclang-rt-dev
    libcmocka-dev
    systemd
'
demo_locales='en_US.UTF-8 ko_KR.UTF-8'

say() { printf 'deps: %s\n' "$*"; }
fail() { printf 'deps: %s\n' "$*" >&2; exit 1; }

have_package() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# ko_KR.UTF-8 as `locale -a` spells it: ko_KR.utf8
have_locale() {
    locale -a 2>/dev/null | grep -qix "$(printf '%s' "$1" | sed 's/UTF-8/utf8/')"
}

missing_of() {
    check=$1
    shift
    for name in "$@"; do
        "$check" "$name" || printf '%s ' "$name"
    done
}

# Runs a command with the rights to install: as it is for root, by sudo otherwise.
privileged() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# With what a person without the rights can hand to somebody who has them.
require_rights() {
    [ "$(id -u)" = 0 ] && return
    command -v sudo >/dev/null && return
    fail "not root, and there is no sudo. Ask an administrator to run:
    $1"
}

install_packages() {
    command -v apt-get >/dev/null ||
        fail "this is not a Debian system. Install the equivalents of: $*"
    require_rights "apt-get install --no-install-recommends $*"
    say "installing, because the build or its tests need them: $*"
    options='-qq -y --no-install-recommends -o Dpkg::Use-Pty=0'
    # The package lists of a fresh machine may be absent or stale: fetch them once, then try again.
    # shellcheck disable=SC2086
    if ! privileged env DEBIAN_FRONTEND=noninteractive apt-get install $options "$@" >/dev/null 2>&1
    then
        privileged apt-get -qq update || fail "the package lists could not be fetched (network?)"
        privileged env DEBIAN_FRONTEND=noninteractive apt-get install $options "$@" >/dev/null ||
            fail "apt-get could not install: $*"
    fi
    still=$(missing_of have_package "$@")
    [ -z "$still" ] || fail "still missing after installation: $still"
}

install_locales() {
    require_rights "localedef -i ko_KR -f UTF-8 ko_KR.UTF-8 (and the like for: $*)"
    say "generating locales, because databases are declared with them: $*"
    for locale in "$@"; do
        privileged localedef -i "${locale%%.*}" -f "${locale#*.}" "$locale" ||
            fail "localedef could not make $locale"
        have_locale "$locale" || fail "localedef made $locale, but 'locale -a' does not list it"
    done
}

case ${1:-check} in
demo) packages=$demo_packages ;;
check) packages="$demo_packages $check_packages" ;;
*) fail "usage: tests/deps.sh [demo|check]" ;;
esac

# shellcheck disable=SC2086
{
    absent=$(missing_of have_package $packages)
    [ -z "$absent" ] || install_packages $absent
    unmade=$(missing_of have_locale $demo_locales)
    [ -z "$unmade" ] || install_locales $unmade
}
[ -n "$absent$unmade" ] || say 'nothing is missing'
