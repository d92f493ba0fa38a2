# Finding and ending what a run has started, whoever is its parent by now. To be sourced.
# shellcheck shell=bash
: "${TEST_PATIENCE:=5}"

# One descriptor that never has anything to read, to wait on for a time without a process.
exec {NEVER}<> <(:)
pause() { read -rt "$1" -u "$NEVER"; }

# marked MARK DIR: the processes that carry MARK in their environment, and those that work below DIR, because
# PostgreSQL overwrites the environment of its children to show what they do.
marked() {
    {
        grep -lzE "^PGDRIFT_MARKS=.*:$1:" /proc/[0-9]*/environ
        find /proc/[0-9]*/cwd -maxdepth 0 \( -lname "$2" -o -lname "$2/*" \)
    } 2>/dev/null | cut -d/ -f3 | sort -u
}

# sweep MARK DIR: ends them and removes DIR. Asks them, asks PostgreSQL in its own way (which leaves no shared
# memory behind), then does not ask any more. Those that come meanwhile are asked as well.
sweep() {
    local signal left=1 end
    for signal in TERM QUIT KILL; do
        end=$((SECONDS + 2 * TEST_PATIENCE))
        while left=$(marked "$1" "$2") && [ -n "$left" ] && [ $SECONDS -lt $end ]; do
            # shellcheck disable=SC2086
            kill -$signal $left 2>/dev/null
            # shellcheck disable=SC2086
            kill -CONT $left 2>/dev/null
            pause 0.1
        done
    done
    rm -rf "$2"
}
