# The ARM half: many servers on a local Azure without clusters, and curl beside. Sourced by bench.sh.
# shellcheck shell=bash disable=SC2153

ROUNDS=${ROUNDS:-10}

# As many servers as asked for, each declared as it is: 13 parameters, no firewall rule, in enforce mode, so
# that any difference would be written.
arm_document() {
    if ! arm_get configurations >"$PLACE/list.json" || ! arm_get '' >"$PLACE/server.json"; then
        abort 'the local Azure has servers'
    fi
    jq -n --argjson n "$1" --slurpfile list "$PLACE/list.json" --slurpfile server "$PLACE/server.json" \
        --argjson shipped "$(jq '.servers[0].configurations | keys' "$ROOT/config/desired.d/phonebill-auth.json")" \
        --arg password "file:$PLACE/credentials/bench" '
        ($list[0] | .body // . | .value | map({key: .name, value: .properties.value}) | from_entries) as $now
        | ($server[0] | .body // .) as $s | {
            schemaVersion: 1,
            metadata: {name: "bench"},
            policy: {mode: "enforce", allowCreate: true, undeclared: {firewallRules: "delete"}},
            azure: {subscriptionId: "${AZURE_SUBSCRIPTION_ID}"},
            resourceGroup: {name: env.GROUP, location: "koreacentral"},
            servers: [range(1; $n + 1) | {
                name: "bench-\(.)",
                location: "koreacentral",
                sku: ($s.sku | {name, tier}),
                properties: {
                    version: $s.properties.version,
                    administratorLogin: $s.properties.administratorLogin,
                    administratorLoginPassword: $password,
                    storage: {storageSizeGB: $s.properties.storage.storageSizeGB, autoGrow: $s.properties.storage.autoGrow},
                    backup: ($s.properties.backup | {backupRetentionDays, geoRedundantBackup}),
                    highAvailability: {mode: $s.properties.highAvailability.mode},
                    network: {publicNetworkAccess: $s.properties.network.publicNetworkAccess}
                },
                configurations: ($shipped | map(select($now[.] != null) | {key: ., value: $now[.]}) | from_entries),
                firewallRules: []
            }]
        }' >"$ETC/desired.d/bench.json" || abort 'the document is made'
}

arm_world() {
    SERVER=bench-1
    export GROUP
    rm -rf "$SIM" "$ETC" "$STATE"
    sim_start --no-clusters --set reads_bucket=1000000000
    mkdir -p "$CREDENTIALS_DIRECTORY" && chmod 700 "$CREDENTIALS_DIRECTORY"
    (umask 077 && new_password >"$CREDENTIALS_DIRECTORY/bench")
    settings_write '.limits = {armReadsPerSecond: 1000, armReadBurst: 10000}'
    sim POST /sim/seed "$(jq -nc --argjson n "$1" '{servers: $n, prefix: "bench-", resourceGroup: env.GROUP}')" >/dev/null
    arm_document "$1"
}

# One warm round of everything: the daemon is held until all of it is due, so that the servers are looked at
# side by side over the connections that are open already. Appends "wall_us cpu_us" to the file.
arm_round() {
    local begin waiter before after last
    kill -STOP "$DAEMON_PID"
    mark
    wait_record cycle 60 "$1" >"$PLACE/last" &
    waiter=$!
    sleep 1.2 # longer than the interval: time is what makes them due
    before=$("$TIMED" --process "$DAEMON_PID")
    begin=$(now_ms)
    kill -CONT "$DAEMON_PID"
    wait "$waiter" || abort 'the daemon goes round' "$(tail -n 5 "$LOG")"
    after=$("$TIMED" --process "$DAEMON_PID")
    last=$(jq -r '(.time[:19] + "Z" | fromdate) * 1000 + (.time[20:23] | tonumber)' "$PLACE/last")
    jq -nr --argjson a "$before" --argjson b "$after" --argjson wall $((last - begin)) \
        '"\($wall * 1000) \($b.cpu_us - $a.cpu_us)"' >>"$2"
}

# The same URLs in the order in which the daemon asked for them, over one connection. What a process costs
# before its first request is taken out: the figures are the difference of two runs.
arm_curl() {
    local token times=$1 run
    token=$(jq -r .clientId "$SIM/azsim.json")
    token=$(curl -sS --cacert "$CA" --resolve "$(arm_resolve "$(sim_value login)")" \
        -d "grant_type=client_credentials&client_id=$token&scope=https%3A%2F%2Fmanagement.azure.com%2F.default" \
        --data-urlencode "client_secret@$(sim_value clientSecretFile)" \
        "$(sim_value login)/$TENANT/oauth2/v2.0/token" | jq -er .access_token) || abort 'curl gets a token'
    (umask 077 && printf 'header = "Authorization: Bearer %s"\ncacert = "%s"\nresolve = "%s"\nsilent\nfail\n' \
        "$token" "$CA" "$(arm_resolve "$ARM_URL")" >"$PLACE/curl.head")
    # Each once: on a slow machine another round has begun by now.
    requests '.method == "GET"' | jq -r --arg arm "$ARM_URL" \
        '"url = \"\($arm)\(.path)?\(.query)\""' | awk '!seen[$0]++ { print; print "output = \"/dev/null\"" }' >"$PLACE/curl.urls"
    for run in 1 $((times + 1)); do
        { cat "$PLACE/curl.head" && for ((i = 0; i < run; i++)); do cat "$PLACE/curl.urls"; done; } >"$PLACE/curl.$run"
        chmod 600 "$PLACE/curl.$run"
    done
    for ((i = 0; i < 5; i++)); do
        "$TIMED" "$PLACE/timed.1" curl --config "$PLACE/curl.1" || abort 'curl fetches the same'
        "$TIMED" "$PLACE/timed.n" curl --config "$PLACE/curl.$((times + 1))" || abort 'curl fetches the same'
        jq -nr --slurpfile a "$PLACE/timed.1" --slurpfile b "$PLACE/timed.n" --argjson n "$times" \
            '"\(($b[0].wall_us - $a[0].wall_us) / $n) \(($b[0].cpu_us - $a[0].cpu_us) / $n)"'
    done >"$PLACE/curl.figures"
    CURL_WALL=$(cut -d ' ' -f 1 "$PLACE/curl.figures" | median) CURL_CPU=$(cut -d ' ' -f 2 "$PLACE/curl.figures" | median)
    CURL_BYTES=$(curl --config "$PLACE/curl.1" -w '%{size_download}\n' | awk '{ n += $1 } END { print n }')
}
# HOST:PORT:ADDRESS of a URL, from the local Azure's hosts file.
arm_resolve() {
    local place=${1#*://}
    printf '%s:%s' "$place" "$(awk -v name="${place%:*}" '$2 == name { print $1; exit }' "$HOSTS")"
}

# arm_measure SERVERS: one row.
arm_measure() {
    local n=$1 i reads writes items memory wall cpu
    local size="$n server"
    ((n == 1)) || size+=s
    arm_world "$n"
    touch "$LOG"
    mark
    daemon_start
    wait_record 'cycle and .unknown == "0"' 60 $((n + 1)) >"$PLACE/said" || abort 'the daemon looks at everything' "$(tail -n 5 "$LOG")"
    : >"$PLACE/rounds"
    for ((i = 0; i < ROUNDS; i++)); do arm_round $((n + 1)) "$PLACE/rounds"; done
    reads=$(records cycle | jq -s 'map(.arm_reads | tonumber) | add')
    items=$(records cycle | jq -s 'map(.items | tonumber) | add')
    [ "$(records 'cycle and (.drifted != "0" or .unknown != "0")' | wc -l)" = 0 ] ||
        abort 'what is declared is what is there' "$(records '.drift != null' | head -n 5)"
    arm_curl $((n == 1 ? 300 : n == 10 ? 30 : 4))
    memory=$("$TIMED" --process "$DAEMON_PID")
    REQUESTS=0
    writes=$(count .write)
    daemon_stop
    sim_stop
    wall=$(cut -d ' ' -f 1 "$PLACE/rounds" | median) cpu=$(cut -d ' ' -f 2 "$PLACE/rounds" | median)
    row "$n" "$items" "$reads" "$writes" "$(calc "$CURL_BYTES / 1024 / $n")" "$(calc "$wall / 1000")" \
        "$(calc "$cpu / 1000 / $n")" "$(calc "$cpu / $items")" "$(calc "$CURL_CPU / 1000 / $n")" "$(calc "$cpu / $CURL_CPU")" \
        "$(calc "$CURL_WALL / 1000")" "$(calc "$wall / $CURL_WALL")" "$(jq '.peak_kib / 1024 * 10 | round / 10' <<<"$memory")"
    bar "writes in an idle cycle, $size" "$writes" '' '<=' 0
    bar "CPU of a warm cycle, $size, to curl" "$(calc "$cpu / $CURL_CPU")" ' x' '<=' 1.3
    bar "CPU per unchanged item, $size" "$(calc "$cpu / $items / 1000")" ' ms' '<=' 1
    if [ "$n" = 100 ]; then
        bar "wall of a warm cycle, 100 servers, to sequential curl" "$(calc "$wall / $CURL_WALL")" ' x' '<=' 1.0
        bar 'peak memory, 100 servers' "$(jq '.peak_kib / 1024 * 10 | round / 10' <<<"$memory")" ' MiB' '<=' 30.7
    fi
}

bench_arm() {
    at_end world_stop
    table 'ARM: a warm cycle over many servers' "Medians of $ROUNDS rounds with the token there and the connections open: each server, its list of parameters and its
firewall rules. curl fetches the same URLs, one after another on one connection, and reads no meaning into them." \
        servers items 'ARM reads' writes 'KiB a server' 'wall, ms' 'CPU a server, ms' 'CPU an item, us' 'curl CPU a server, ms' 'CPU / curl' \
        'curl wall, ms' 'wall / curl' 'peak, MiB'
    local n
    for n in "$@"; do arm_measure "$n"; done
}
