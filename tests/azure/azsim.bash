# Driving a local Azure from a shell story: start it, ask it, wait for it. Sourced, not run.
# Needs curl and jq. Every function returns non-zero on failure and prints why on standard error.
. "$(dirname "${BASH_SOURCE[0]}")/../run/clean_environment.sh"

: "${BUILD:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build}"
: "${AZSIM:=$BUILD/azsim}"
: "${AZSIM_AS=}" # a command that runs it as another user
POSTGRES_API=2025-08-01
GROUP_API=2024-07-01
NETWORK_API=2024-03-01
PRIVATE_DNS_API=2024-06-01
LOCK_API=2020-05-01
# How much longer than on a quiet machine is waited for what must come.
: "${TEST_PATIENCE:=5}"

# az_until COMMAND...: waits until it succeeds, a minute of a quiet machine at most.
az_until() {
    local end=$((SECONDS + 60 * TEST_PATIENCE))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

# azsim_start DIR [OPTION...]: starts one and waits until it serves. Its facts are then in AZ_* variables.
azsim_start() {
    local dir=$1
    shift
    mkdir -p "$dir"
    rm -f "$dir/azsim.json"
    $AZSIM_AS "$AZSIM" --state "$dir" --die-with-parent "$@" >"$dir/out" 2>"$dir/err" &
    AZ_JOB=$!
    az_until azsim_decided "$dir" && [ -s "$dir/azsim.json" ] || { cat "$dir/err" >&2 && return 1; }
    azsim_use "$dir"
}
# It serves, or has ended.
azsim_decided() { [ -s "$1/azsim.json" ] || ! kill -0 "$AZ_JOB" 2>/dev/null; }

# azsim_use DIR: talks to the one that serves from DIR.
azsim_use() {
    AZ_DIR=$1
    local facts
    facts=$(jq -r '[.pid, .arm, .login, .imds, .sim, .tenantId, .subscriptionId, .clientId,
        .clientSecretFile, .caFile, .hostsFile, .requestLog] | join(" ")' "$1/azsim.json") || return 1
    read -r AZ_PID AZ_ARM AZ_LOGIN AZ_IMDS AZ_SIM AZ_TENANT AZ_SUBSCRIPTION AZ_CLIENT AZ_SECRET_FILE \
        AZ_CA AZ_HOSTS AZ_LOG <<<"$facts"
    AZ_PORT=${AZ_ARM##*:}
    AZ_ADDRESS=$(awk '$2 == "management.azure.com" { print $1 }' "$AZ_HOSTS")
    AZ_TOKEN=
}

# azsim_stop: ends the one in use, in order; fails when it does not end well.
azsim_stop() {
    kill -TERM "$AZ_PID" 2>/dev/null
    wait "$AZ_JOB" 2>/dev/null
}

az_curl() {
    curl -sS --max-time $((60 * TEST_PATIENCE)) --cacert "$AZ_CA" --resolve "management.azure.com:$AZ_PORT:$AZ_ADDRESS" \
        --resolve "login.microsoftonline.com:$AZ_PORT:$AZ_ADDRESS" "$@"
}

az_login() {
    AZ_TOKEN=$(curl -sS -H 'Metadata: true' \
        "$AZ_IMDS/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.azure.com%2F" |
        jq -r .access_token)
}

# az_version PATH: the api-version of what the path names.
az_version() {
    case $1 in
    */providers/Microsoft.Authorization/*) echo "$LOCK_API" ;;
    */providers/Microsoft.Network/privateDns*) echo "$PRIVATE_DNS_API" ;;
    */providers/Microsoft.Network/*) echo "$NETWORK_API" ;;
    */providers/*) echo "$POSTGRES_API" ;;
    *) echo "$GROUP_API" ;;
    esac
}

# az METHOD PATH [BODY [CURL OPTION...]]: one ARM request. PATH is below the subscription, or absolute, or a whole URL.
# The status is in AZ_STATUS, the headers in AZ_HEADERS, the body in AZ_BODY. Not for use in $(...).
az() {
    local method=$1 url=$2 version
    [ -n "$AZ_TOKEN" ] || az_login
    case $url in
    https://*) ;;
    /subscriptions/*) url=$AZ_ARM$url ;;
    *) url=$AZ_ARM/subscriptions/$AZ_SUBSCRIPTION/$url ;;
    esac
    version=$(az_version "$url")
    case ${url,,} in *api-version=*|*api%2dversion=*) ;; *'?'*) url="$url&api-version=$version" ;; *) url="$url?api-version=$version" ;; esac
    local args=(-X "$method" -H "Authorization: Bearer $AZ_TOKEN" -D "$AZ_DIR/headers" -o "$AZ_DIR/body" -w '%{http_code}')
    [ "$method" = HEAD ] && args+=(--head)
    [ $# -ge 3 ] && args+=(-H 'Content-Type: application/json' --data-binary "$3")
    [ $# -ge 4 ] && args+=("${@:4}")
    : >"$AZ_DIR/headers"
    : >"$AZ_DIR/body"
    AZ_STATUS=$(az_curl "${args[@]}" "$url" 2>"$AZ_DIR/curl.err")
    AZ_EXIT=$?
    AZ_HEADERS=$(tr -d '\r' <"$AZ_DIR/headers")
    AZ_BODY=$(cat "$AZ_DIR/body")
    return $AZ_EXIT
}

# az_header NAME: of the last answer.
az_header() {
    awk -v name="${1,,}:" 'tolower($1) == name { sub(/^[^ ]* /, ""); print; exit }' <<<"$AZ_HEADERS"
}

# az_jq FILTER: over the last body.
az_jq() {
    jq -r "$1" <<<"$AZ_BODY" 2>/dev/null
}

# az_wait: follows the operation of the last answer to its end; the end is AZ_STATUS_WORD, AZ_CODE.
az_wait() {
    local url
    url=$(az_header Azure-AsyncOperation)
    AZ_STATUS_WORD=none AZ_CODE=
    [ -n "$url" ] || return 1
    while az GET "$url"; do
        AZ_STATUS_WORD=$(az_jq .status)
        AZ_CODE=$(az_jq '.error.code // empty')
        [ "$AZ_STATUS_WORD" = InProgress ] || break
        sleep 0.05
    done
    [ "$AZ_STATUS_WORD" = Succeeded ]
}

# az_do METHOD PATH [BODY]: a write and its end, tried again while the server is busy.
az_do() {
    local code
    while az "$@"; do
        code=$(az_jq '.error.code // empty')
        [ "$code" = ServerIsBusy ] || [ "$code" = RetryableErrorDueToAnotherOperation ] || break
        sleep 0.05
    done
    case $AZ_STATUS in 20[012]) az_wait ;; *) return 1 ;; esac
}

# az_sim METHOD PATH [BODY]: the simulator's own API; prints the answer.
az_sim() {
    local args=(-X "$1")
    [ $# -ge 3 ] && args+=(-H 'Content-Type: application/json' --data-binary "$3")
    curl -sS --max-time $((60 * TEST_PATIENCE)) "${args[@]}" "$AZ_SIM/sim/$2"
}

# az_rg NAME; az_server, az_network, az_zone RG NAME; az_lock SCOPE NAME: paths below the subscription.
az_rg() { echo "resourceGroups/$1"; }
az_network() { echo "resourceGroups/$1/providers/Microsoft.Network/virtualNetworks/$2"; }
az_zone() { echo "resourceGroups/$1/providers/Microsoft.Network/privateDnsZones/$2"; }
az_lock() { echo "$1/providers/Microsoft.Authorization/locks/$2"; }
az_server() { echo "resourceGroups/$1/providers/Microsoft.DBforPostgreSQL/flexibleServers/$2"; }

# az_psql SERVER USER PASSWORD DB [ARG...]: over TCP, by the address in the hosts file, with TLS unless PGSSLMODE says else.
az_psql() {
    local server=$1 user=$2 password=$3 db=$4 address
    shift 4
    address=$(awk -v name="$server.postgres.database.azure.com" '$2 == name { print $1 }' "$AZ_HOSTS")
    PGPASSWORD=$password PGSSLMODE=${PGSSLMODE:-verify-full} PGSSLROOTCERT=$AZ_CA PGCONNECT_TIMEOUT=$((10 * TEST_PATIENCE)) \
        psql -X -q -A -t -d "host=$server.postgres.database.azure.com hostaddr=$address user=$user dbname=$db" "$@"
}

# az_super SERVER [ARG...]: psql as the superuser over the Unix socket.
az_super() {
    local server=$1 host
    shift
    host=$(az_sim GET "superuser/$server" | jq -r .host)
    psql -X -q -A -t -h "$host" -U azuresu -d postgres "$@"
}
