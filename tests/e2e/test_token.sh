#!/bin/bash
# Tokens: from the metadata service and from a client secret; refused, revoked, throttled, expired.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/e2e/world.sh"
. "$ROOT/tests/e2e/sabotage.sh"

imds='(.path | startswith("/metadata/"))'
login='(.path | endswith("/oauth2/v2.0/token"))'

# A managed identity; the metadata service is not there yet, then has too much to do.
world_new '.credentials = {kind: "managedIdentity"}'
fault /metadata/identity '{"status":410}' 1
fault /metadata/identity '{"status":429,"headers":{"Retry-After":"1"}}' 1
daemon_start
need 'by managed identity: in sync' wait_in_sync 120
is 'by managed identity: asked until it answered, then no more' '410 429 200' \
    "$(requests "$imds" | jq -r .status | paste -sd ' ')"
is 'by managed identity: Entra is not asked' 0 "$(count "$login")"

mark
need 'all tokens are revoked' sim POST /sim/tokens/revoke
expect 'revoked: in sync' wait_in_sync
expect 'revoked: cycles go on' wait_cycles 2
is 'revoked: one new token' 1 "$(count "$imds")"
expect 'revoked: few requests were refused' test "$(count '.status == 401')" -le 6
is 'revoked: nothing is written' 0 "$(count .write)"
is 'revoked: nothing is unknown' 0 "$(record_count drift_unknown)"
break_retention >/dev/null || abort 'revoked: broken'
expect 'revoked: writes are right as well' wait_record '.resource == "server" and .drift == "corrected"'
daemon_stop || fail 'the daemon stops'

# Short lives: a token is renewed ahead of its end, half-way, so that a request may take six seconds.
sim POST /sim/settings '{"token_lifetime_s":12}' >/dev/null
settings_write
mark
daemon_start
expect 'by client secret: in sync' wait_in_sync
expect 'tokens of twelve seconds: renewed' wait_request "$login" 60 3
is 'tokens of twelve seconds: never used too long' 0 "$(count '.status == 401')"
is 'tokens of twelve seconds: the metadata service is not asked' 0 "$(count "$imds")"
daemon_stop || fail 'the daemon stops'

# A wrong secret: denied is reported and not tried all the time.
(umask 077 && echo 'not the secret' >"$CREDENTIALS_DIRECTORY/client-secret")
settings_write '.credentials.clientSecret = "credential:client-secret"'
mark
daemon_start
expect 'a wrong secret: unknown is reported' wait_record 'drift_unknown and .target == env.SERVER' 20
like 'a wrong secret: with the reason' 'AADSTS7000215|7000215' "$(records drift_unknown | head -n 3)"
expect 'a wrong secret: cycles go on' wait_record cycle 30 4
expect 'a wrong secret: it is not tried all the time' test "$(count "$login")" -le $((2 * $(record_count cycle)))
is 'a wrong secret: no ARM request' 0 "$(count '(.path | startswith("/subscriptions"))')"
is 'a wrong secret: no secret in the records' 0 "$(grep -c 'not the secret' "$LOG")"
