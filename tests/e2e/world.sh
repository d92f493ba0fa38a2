# One world of a story: a local Azure, a configuration, a daemon, and the ways to ask and disturb them.
# To be sourced after lib.sh (or place.sh with 'fail' and 'abort'); it starts nothing by itself.
# shellcheck shell=bash disable=SC2034,SC2120

PGDRIFTD=$BUILD/pgdriftd
PGDRIFT=$BUILD/pgdrift
AZSIM=$BUILD/azsim
# How the two are started; the demo lets them outlive it. The stories of one run share the empty cluster.
SIM_COMMAND=("$AZSIM" --die-with-parent ${PGDRIFT_RUN:+--template "$PGDRIFT_RUN/template"}) DAEMON_COMMAND=("$PGDRIFTD")

SIM=$PLACE/sim           # the local Azure's directory
ETC=$PLACE/etc           # our configuration
STATE=$PLACE/state       # the daemon's
LOG=$PLACE/daemon.log    # its records, one JSON object a line
MARK=0                   # lines of LOG that lie before what the story looks at now
REQUESTS=0               # the same for the local Azure's request log
SIM_PID='' DAEMON_PID=''
export CREDENTIALS_DIRECTORY=$PLACE/credentials

export SERVER
GROUP=rg-phonebill-prod
SERVER=phonebill-auth-postgresql-prod
DATABASE=phonebill_auth
SECRETS=(phonebill-admin phonebill-auth-user phonebill-monitor)

# Kinds of records as jq functions, from the one list there is: cycle, ready, drift_unknown, ...
KINDS=$(tr -d '\\\n' <"$ROOT/lib/base/message_id.h" | grep -o 'MESSAGE([A-Z_]*, *"[0-9a-f]*"' |
    sed 's/MESSAGE(\([A-Z_]*\), *"\(.*\)"/def \L\1: .message_id == "\2";/')
# A line that is no record says nothing. (In jq 1.6 'try' also swallows the break of a 'first' around it,
# so what ends at a record ends by 'halt'.)
KINDS+='
def record: try fromjson catch empty;
def own_cycle: cycle and .target == env.SERVER;
def settled: own_cycle and .drifted == "0" and .unknown == "0" and .blocked == "0"
    and .sql_queries != "0";'

# --- the local Azure -----------------------------------------------------------------------------

# sim_start [azsim's options]: with a fresh directory, or with the one that is there.
sim_start() {
    local line
    mkdir -p "$SIM" && chmod 711 "$SIM"
    exec {SIM_OUT}< <(exec "${SIM_COMMAND[@]}" --state "$SIM" \
        --set retry_after_s=0 --set server_create_ms=200 --set server_update_ms=50 \
        --set configuration_ms=20 --set firewall_rule_ms=20 --set server_child_ms=20 --set database_ms=20 \
        --set busy_after_ms=0 "$@" 2>>"$PLACE/azsim.log")
    SIM_PID=$!
    read -r -t "$(patient 60)" line <&"$SIM_OUT" || abort 'the local Azure starts' "$(tail -n 20 "$PLACE/azsim.log")"
    SIM_URL=$(sim_value sim) ARM_URL=$(sim_value arm) CA=$(sim_value caFile)
    SUBSCRIPTION=$(sim_value subscriptionId) TENANT=$(sim_value tenantId)
    HOSTS=$(sim_value hostsFile) REQUEST_LOG=$(sim_value requestLog)
    REQUESTS=0
    SERVER_PATH=/subscriptions/$SUBSCRIPTION/resourceGroups/$GROUP/providers/Microsoft.DBforPostgreSQL/flexibleServers/$SERVER
}

sim_stop() {
    [ -n "$SIM_PID" ] || return 0
    local pid=$SIM_PID
    SIM_PID=''
    kill -TERM "$pid" 2>/dev/null
    wait_gone "$pid" 20 || return 1
    exec {SIM_OUT}<&-
}

sim_value() { jq -er --arg key "$1" '.[$key]' "$SIM/azsim.json"; }

# sim METHOD PATH [BODY]: the simulator's own API.
sim() {
    curl -sS --fail-with-body --max-time "$(patient 60)" -X "$1" ${3+-H 'Content-Type: application/json' -d "$3"} \
        "$SIM_URL$2"
}

# fault MATCH ACTION [TIMES [SKIP]]: MATCH is "METHOD path-part" or "path-part".
fault() {
    local method='' path=$1
    case $1 in [A-Z]*\ *) method=${1%% *} path=${1#* } ;; esac
    sim POST /sim/fault "$(jq -nc --arg method "$method" --arg path "$path" --argjson action "$2" \
        --argjson times "${3:-1}" --argjson skip "${4:-0}" \
        '{match: ({path: $path} + if $method == "" then {} else {method: $method} end),
          times: $times, skip: $skip, action: $action}')" >/dev/null
}
faults_clear() { sim DELETE /sim/fault >/dev/null; }

# An ARM write by somebody else, done when this returns: operator METHOD PATH [BODY]. A PATH without a
# leading slash lies below the server; API_VERSION is the server's unless told.
operator() {
    local path=$2
    case $path in '') path=$SERVER_PATH ;; /*) ;; *) path=$SERVER_PATH/$path ;; esac
    sim POST /sim/arm "$(jq -nc --arg method "$1" --arg path "$path?api-version=${API_VERSION:-2025-08-01}" \
        --argjson body "${3:-null}" '{method: $method, path: $path, body: $body}')"
}
# What an operator sees: arm_get PATH.
arm_get() { operator GET "$1"; }

# requests JQ_FILTER: the requests since mark that it selects, one a line.
requests() { tail -n "+$((REQUESTS + 1))" "$REQUEST_LOG" | jq -c "select(.actor == \"client\") | select($1)"; }
# count JQ_FILTER: how many.
count() { requests "$1" | wc -l; }

# --- the configuration ---------------------------------------------------------------------------

# Random, and hard on anybody who quotes badly.
new_password() { printf "Aa1'%s\\\\%%\" %s" "$(openssl rand -hex 8)" "$(openssl rand -hex 4)"; }

secrets_write() {
    mkdir -p "$CREDENTIALS_DIRECTORY" && chmod 700 "$CREDENTIALS_DIRECTORY"
    local name
    for name in "${SECRETS[@]}"; do
        (umask 077 && new_password >"$CREDENTIALS_DIRECTORY/$name")
    done
}

# settings_write [JQ_FILTER]: pgdriftd.json for this world; the filter changes it.
settings_write() {
    mkdir -p "$ETC/desired.d"
    jq -n --slurpfile sim "$SIM/azsim.json" --arg etc "$ETC" --arg state "$STATE" '$sim[0] as $sim | {
        mode: "enforce",
        cloud: {
            endpoints: {resourceManager: $sim.arm, login: $sim.login, imds: $sim.imds},
            caFile: $sim.caFile, hostsFile: $sim.hostsFile
        },
        credentials: {
            kind: "clientSecret", tenantId: $sim.tenantId, clientId: $sim.clientId,
            clientSecret: ("file:" + $sim.clientSecretFile)
        },
        desired: {directory: ($etc + "/desired.d")},
        stateDirectory: $state,
        variables: {AZURE_SUBSCRIPTION_ID: $sim.subscriptionId, AZURE_TENANT_ID: $sim.tenantId},
        intervals: {armSeconds: 1, sqlSeconds: 1, jitterPercent: 0, backoffMaxSeconds: 2},
        evidence: {absenceSeconds: 0, lagSeconds: 1, fights: 0},
        sql: {sslMode: "verify-full", sslRootCert: $sim.caFile}
    }' >"$ETC/all.json"
    jq "${1:-.}" "$ETC/all.json" >"$ETC/pgdriftd.json"
}

# The shipped documents, as they are.
documents_copy() { cp -a "$ROOT/config/desired.d/." "$ETC/desired.d/"; }
DOCUMENT=$ETC/desired.d/phonebill-auth.json
# document_edit JQ_FILTER: replaces the document in one step.
document_edit() { jq "$1" "$DOCUMENT" >"$ETC/new.json" && mv "$ETC/new.json" "$DOCUMENT"; }

# --- the daemon ----------------------------------------------------------------------------------

daemon_start() {
    touch "$LOG"
    "${DAEMON_COMMAND[@]}" --config="$ETC/pgdriftd.json" --log-format=json "$@" >>"$LOG" 2>&1 </dev/null &
    DAEMON_PID=$!
}

# Sends a signal (TERM), also to one that was stopped, waits and returns the exit status.
daemon_stop() {
    [ -n "$DAEMON_PID" ] || return 0
    local pid=$DAEMON_PID
    DAEMON_PID=''
    {
        kill -"${1:-TERM}" "$pid"
        kill -CONT "$pid"
        wait_gone "$pid" 20
        wait "$pid"
    } 2>/dev/null
}

# What follows is looked for behind this point.
mark() {
    MARK=$(wc -l <"$LOG")
    [ -z "$SIM_PID" ] || REQUESTS=$(wc -l <"$REQUEST_LOG")
}

# records JQ_FILTER: the daemon's records since the mark that it selects, one a line.
records() { tail -n "+$((MARK + 1))" "$LOG" | jq -cR "$KINDS record | select($1)"; }
record_count() { records "$1" | wc -l; }

# wait_line FILE LINES JQ_FILTER SECONDS NTH: waits for the NTH line that the filter selects behind the
# first LINES ones, and prints it. Gives up at once when the daemon dies. All SECONDS are those of a quiet
# machine: see PATIENCE.
wait_line() {
    timeout "$(patient "$4")" tail -n "+$(($2 + 1))" -f -s 0.05 ${DAEMON_PID:+--pid="$DAEMON_PID"} "$1" 2>/dev/null |
        jq -ecRn --unbuffered --argjson nth "$5" \
            "$KINDS foreach (inputs | record | select($3)) as \$r (0; . + 1; select(. == \$nth) | \$r, halt)"
}
# wait_record JQ_FILTER [SECONDS [NTH]]: a record of the daemon since the mark.
wait_record() { wait_line "$LOG" "$MARK" "$1" "${2:-30}" "${3:-1}"; }
# wait_request JQ_FILTER [SECONDS [NTH]]: a request to the local Azure since the mark.
wait_request() { wait_line "$REQUEST_LOG" "$REQUESTS" "$1" "${2:-30}" "${3:-1}"; }

# wait_in_sync [SECONDS]: a cycle since the mark that found nothing to do, in PostgreSQL either: as long as
# the server is not Ready nobody looks there.
wait_in_sync() { wait_record settled "${1:-60}"; }
# wait_cycles N [SECONDS]: N whole cycles of the server from now on, after the present one.
wait_cycles() {
    local before=$MARK status
    MARK=$(wc -l <"$LOG")
    wait_record own_cycle "${2:-30}" "$1" >/dev/null
    status=$?
    MARK=$before
    return $status
}

# --- SQL -----------------------------------------------------------------------------------------

server_address() { awk -v name="$SERVER.postgres.database.azure.com" '$2 == name { print $1; exit }' "$HOSTS"; }

# sql_as ROLE PASSWORD_FILE [DATABASE]: statements from standard input, over TLS as any client.
sql_as() {
    PGPASSWORD=$(<"$2") PGCONNECT_TIMEOUT=$(patient 10) psql -XAtq -v ON_ERROR_STOP=1 \
        "host=$SERVER.postgres.database.azure.com hostaddr=$(server_address) user=$1 dbname=${3:-$DATABASE}
        sslmode=${SSLMODE:-verify-full} sslrootcert=$CA"
}
# sql_admin SQL [DATABASE]
sql_admin() { sql_as phonebill_admin "$CREDENTIALS_DIRECTORY/phonebill-admin" "${2:-$DATABASE}" <<<"$1"; }
# sql_super SQL [DATABASE]: past everything, as only Azure's own people can.
sql_super() {
    local where
    where=$(sim GET "/sim/superuser/$SERVER") || return 1
    psql -XAtq -v ON_ERROR_STOP=1 "host=$(jq -r .host <<<"$where") port=$(jq -r .port <<<"$where")
        user=$(jq -r .user <<<"$where") dbname=${2:-$DATABASE}" <<<"$1"
}

# --- beginnings and ends -------------------------------------------------------------------------

world_stop() {
    daemon_stop
    sim_stop
    # What sanitizers say goes where the records go; it is no record.
    if grep -qE 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$PLACE"/*.log 2>/dev/null; then
        fail 'sanitizers are content' "$(grep -hE -A 30 'ERROR: (Address|Leak)Sanitizer|runtime error:' "$PLACE"/*.log)"
    fi
}

# An empty Azure and a configuration for it: world_new [JQ_FILTER for the settings [azsim's options]]
world_new() {
    local filter=${1:-.} program
    shift $(($# ? 1 : 0))
    for program in "$PGDRIFTD" "$PGDRIFT" "$AZSIM"; do
        [ -x "$program" ] || abort "there is ${program##*/}" "$program is not built: make all azsim"
    done
    at_end world_stop
    sim_start "$@"
    secrets_write
    settings_write "$filter"
    documents_copy
}

# The same, and the daemon has built everything and says so.
world_built() {
    world_new "$@"
    daemon_start
    wait_in_sync 120 >"$PLACE/said" || abort 'the world is built' "$(tail -n 30 "$LOG")"
    mark
}

# --- proofs --------------------------------------------------------------------------------------

# What every write to a catalog changes and nothing else does: the row versions of all that we manage.
catalog_print() {
    local database
    for database in postgres "$DATABASE"; do
        sql_super "SELECT md5(string_agg(t || ':' || n || ':' || x, ',' ORDER BY t, n)) FROM (
            SELECT 'role' t, oid::text n, xmin::text x FROM pg_authid
            UNION ALL SELECT 'member', roleid || '/' || member, xmin::text FROM pg_auth_members
            UNION ALL SELECT 'database', oid::text, xmin::text FROM pg_database
            UNION ALL SELECT 'setting', setdatabase || '/' || setrole, xmin::text FROM pg_db_role_setting
            UNION ALL SELECT 'schema', oid::text, xmin::text FROM pg_namespace WHERE nspname !~ '^pg_t'
            UNION ALL SELECT 'relation', oid::text, xmin::text FROM pg_class
                WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT 'default', oid::text, xmin::text FROM pg_default_acl) s" "$database" || return 1
    done
}

# Whatever is done in between: begin with `still_begin`, end with `still NAME`. A few
# cycles later nothing was written, to ARM or by SQL, and nothing was reported as different.
still_begin() {
    PRINT=$(catalog_print)
    mark
}
still() {
    local name=$1
    expect "$name: cycles go on" wait_cycles 3
    is "$name: nothing is written to ARM" '' "$(requests .write | head -n 5)"
    is "$name: nothing is written by SQL" "$PRINT" "$(catalog_print)"
    is "$name: no difference is reported" '' "$(records '.drift != null' | head -n 5)"
}

# Every object reported since the mark went through these states, once, in this order.
stories_told() {
    jq -nr --slurpfile all <(records '.drift != null') '[$all[] | {key: "\(.resource) \(.object)", drift}] |
        group_by(.key)[] | "\(.[0].key): \([.[].drift] | join(" "))"'
}
