# The SQL half: catalogs of real databases, read by our code, by the bare queries and by pg_dump; grants one
# by one and ours; and the whole daemon on a server with many tables. Sourced by bench.sh.
# shellcheck shell=bash

# --- a server ------------------------------------------------------------------------------------

pg_start() {
    local line
    coproc PG { exec "$PG_SERVER" 2>>"$PLACE/pg.log"; }
    PG_END=$PG_PID
    at_end pg_stop
    read -r -t 60 line <&"${PG[0]}" || abort 'PostgreSQL starts' "$(<"$PLACE/pg.log")"
    PGHOST=$(jq -r .host <<<"$line") PGPORT=$(jq -r .port <<<"$line")
    PGUSER=$(jq -r .user <<<"$line") PGPASSWORD=$(jq -r .password <<<"$line")
    export PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE=postgres PGSSLMODE=disable
}
pg_stop() {
    [ -n "${PG_END:-}" ] || return 0
    local pid=$PG_END
    PG_END=''
    eval "exec ${PG[1]}>&-"
    unset PGHOST PGPORT PGUSER PGPASSWORD PGDATABASE PGSSLMODE
    wait_gone "$pid" 30
}

# pg_fill DATABASE TABLES SCHEMAS MANAGED GRANTED: makes it, and it is the one that is spoken to.
pg_fill() {
    PGDATABASE=postgres psql -Xq -c "CREATE DATABASE $1 TEMPLATE template0" &&
        PGDATABASE=$1 psql -Xq -v tables="$2" -v schemas="$3" -v managed="$4" -v granted="$5" -f "$HERE/tables.sql" \
            >"$PLACE/fill.log" 2>&1 || abort "a database with $2 tables is made" "$(tail -n 5 "$PLACE/fill.log")"
    export PGDATABASE=$1
}
pg_drop() { PGDATABASE=postgres psql -Xq -c "DROP DATABASE $1"; }

# ours FILE MODE...: pg_read's figures into the file.
ours() {
    local to=$1
    shift
    "$PG_READ" "$@" >"$to" 2>"$PLACE/said" || abort "pg_read $*" "$(<"$PLACE/said")"
}

# --- reading -------------------------------------------------------------------------------------

sql_measure() {
    local n=$1 schemas=$(($1 < 100 ? 1 : $1 < 10000 ? $1 / 100 : 100)) rounds=$(($1 > 10000 ? 3 : $1 > 1000 ? 5 : 21)) dump dumps
    pg_fill "bench_$n" "$n" "$schemas" 2 1
    ours "$PLACE/read" read "$rounds" 2 "$schemas"
    ours "$PLACE/bare" bare "$rounds"
    ours "$PLACE/probe" probe 201
    dumps=$((n > 10000 ? 1 : 5))
    dump=$(times "$dumps" pg_dump --schema-only --file=/dev/null) || abort 'pg_dump' "$(<"$PLACE/peer.log")"
    local read bare probe
    read=$(of "$PLACE/read" median_us) bare=$(of "$PLACE/bare" median_us) probe=$(of "$PLACE/probe" median_us)
    row "$n" "$(of "$PLACE/read" acl_items)" "$(of "$PLACE/read" queries)" "$(calc "$read / 1000")" "$(calc "$bare / 1000")" \
        "$(calc "$read / $bare")" "$(calc "$(of "$PLACE/read" cpu_us) / 1000")" "$(calc "$(of "$PLACE/bare" cpu_us) / 1000")" \
        "$(calc "$probe / 1000")" "$(calc "$(of "$PLACE/read" peak_kib) / 1024")" "$(calc "$dump / 1000")" \
        "$(calc "$dump / $read")" "$(calc "$(of "$PLACE/timed" peak_kib) / 1024")"
    bar "catalog read and compare, $n tables, to the bare queries" "$(calc "$read / $bare")" ' x' '<=' 1.3
    bar "change probe, $n tables" "$(calc "$probe / 1000")" ' ms' '<=' 0.5
    if ((n >= 10000)); then bar "memory for $n tables" "$(calc "$(of "$PLACE/read" peak_kib) / 1024")" ' MiB' '<=' 64; fi
    if ((n >= 100000)); then bar "catalog read and compare, $n tables, pg_dump -s to it" "$(calc "$dump / $read")" ' x' '>=' 30; fi
    pg_drop "bench_$n"
}

# What nobody has touched, as whole processes: 100 roles on 50 tables are 5,000 grants.
sql_unchanged() {
    local read peer
    pg_fill bench_roles 62 1 100 1
    "$PG_READ" queries >"$PLACE/queries.sql"
    read=$(times 11 "$PG_READ" read 0 100 1) || abort 'pg_read compares 5,000 grants' "$(<"$PLACE/peer.log")"
    peer=$(times 11 psql -XAtq -o /dev/null -v ON_ERROR_STOP=1 -f "$PLACE/queries.sql") || abort 'psql reads 5,000 grants' "$(<"$PLACE/peer.log")"
    put
    put "100 roles on 50 tables, nothing changed, whole processes: $(calc "$read / 1000") ms; psql with the same queries \
$(calc "$peer / 1000") ms; $(calc "$read / $peer") x."
    bar '100 roles on 50 tables unchanged, to one psql' "$(calc "$read / $peer")" ' x' '<=' 1.5
    bar 'catalog queries per database' "$("$PG_READ" queries | awk '/^BEGIN/ { n++ } n == 2 && /;$/ { q++ } END { print q - 1 }')" '' '<=' 12
    pg_drop bench_roles
}

bench_sql() {
    local n
    table 'SQL: everything read and compared' "Over TCP without TLS, on a kept connection; mixed access lists, two managed roles, in sync. The bare queries are the same
texts through PQexec, the answers thrown away; the cluster's catalogs are part of both." \
        tables 'ACL items' 'queries' 'read + compare, ms' 'bare, ms' '/ bare' 'CPU, ms' 'bare CPU, ms' 'probe, ms' 'peak, MiB' 'pg_dump -s, ms' \
        'pg_dump / ours' 'pg_dump peak, MiB'
    for n in "$@"; do sql_measure "$n"; done
    sql_unchanged
}

# --- granting ------------------------------------------------------------------------------------

# grant_one_by_one TABLES: microseconds of psql with a statement each, for another role.
grant_one_by_one() {
    psql -XAtq -c "SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I.%I TO other_1;', nspname, relname) FROM pg_class c
        JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname ~ '^s' AND relkind = 'r' ORDER BY c.oid LIMIT $1" >"$PLACE/grants.sql"
    times 1 psql -Xq -v ON_ERROR_STOP=1 -f "$PLACE/grants.sql" || abort 'psql grants' "$(<"$PLACE/peer.log")"
}
grant_undo() {
    psql -XAtq -c "SELECT format('REVOKE ALL ON ALL TABLES IN SCHEMA %1\$I FROM managed_1, other_1; REVOKE ALL ON SCHEMA %1\$I FROM managed_1;', nspname)
        FROM pg_namespace WHERE nspname ~ '^s'" | psql -Xq -v ON_ERROR_STOP=1 && psql -Xq -c 'VACUUM pg_catalog.pg_class'
}

# grant_measure WORDS TABLES ROUNDS PEER_TABLES: one row.
grant_measure() {
    local n=$2 i peer
    for ((i = 0; i < $3; i++)); do
        ours "$PLACE/grant.$i" grant 1 100
        grant_one_by_one "$4"
        grant_undo || abort 'the grants are taken back'
    done >"$PLACE/peers"
    peer=$(median <"$PLACE/peers")
    for ((i = 0; i < $3; i++)); do of "$PLACE/grant.$i" apply_us; done | median >"$PLACE/apply"
    local apply rate peer_rate
    apply=$(<"$PLACE/apply")
    rate=$(calc "$n * 1000000 / $apply") peer_rate=$(calc "$4 * 1000000 / $peer")
    row "$1" "$n" "$(of "$PLACE/grant.0" statements)" "$(calc "$(of "$PLACE/grant.0" plan_us) / 1000")" "$(calc "$apply / 1000")" \
        "$(calc "$(of "$PLACE/grant.0" verify_us) / 1000")" "$rate" "$4" "$(calc "$peer / 1000")" "$peer_rate" "$(calc "$rate / $peer_rate")"
    RATIO=$(calc "$rate / $peer_rate")
}

# Two milliseconds there and back.
grant_far() {
    local near=$PGPORT far out in
    mkfifo "$PLACE/far" && exec {out}< <(exec "$BUILD/bench/delay" "$PGHOST" "$near" 1000 <"$PLACE/far") &&
        exec {in}>"$PLACE/far" && read -r -t 10 far <&"$out" || abort 'the longer way is opened'
    PGPORT=$far
    grant_measure '2 ms' "$1" 3 500
    PGPORT=$near
    exec {in}>&- {out}<&-
    bar 'granting 10,000 tables at 2 ms, to one statement each' "$RATIO" ' x' '>=' 100
}

bench_grant() {
    table 'Granting' "Four privileges on each of so many tables to one role, synced to disk: our batches, beside psql with one
statement for each table, on fewer tables, because its rate does not depend on how many they are. Ours are compared
before and read back afterwards; the figures for that stand beside." \
        'round trip' tables statements 'read + compare, ms' 'apply, ms' 'verify, ms' 'tables/s' 'peer tables' 'peer, ms' 'peer tables/s' ratio
    pg_fill bench_grant $(($1 * 5 / 4)) 100 1 0
    grant_measure loopback "$1" 3 2000
    bar 'granting 10,000 tables, to one statement each' "$RATIO" ' x' '>=' 15
    grant_far "$1"
    pg_drop bench_grant
}

# --- growth --------------------------------------------------------------------------------------

# scale_row WHAT N: one row of made-up catalogs; the processor time of comparing them in COMPARE, in milliseconds.
scale_row() {
    "$PG_SCALE" "$1" "$2" >"$PLACE/scale" 2>"$PLACE/said" || abort "pg_scale $*" "$(<"$PLACE/said")"
    COMPARE=$(calc "$(of "$PLACE/scale" compare_us) / 1000")
    row "$1" "$2" "$(calc "$(of "$PLACE/scale" decode_us) / 1000")" "$COMPARE" "$(of "$PLACE/scale" changes)" \
        "$(calc "$(of "$PLACE/scale" peak_kib) / 1024")"
}

bench_scale() {
    local what n
    table 'SQL: growth' "Catalogs made up in memory, one thing growing at a time, declared or not as the name says: what decoding
and comparing them costs the processor. 'chain' is memberships that are missing, each role in the next; the roles of
'memberships' are a fifth of them; grantees of the others share ten tables; in 'options' one of them passed it on to all others." \
        axis n 'decode, ms' 'compare, ms' changes 'peak, MiB'
    for what in roles memberships chain grants differences undeclared options; do
        for n in 1000 10000 100000; do
            [ "$what" = memberships ] || ((n < 100000)) || n=40000
            [ "$what" != options ] || ((n < 40000)) || continue
            scale_row "$what" "$n"
            if [ "$what" = memberships ] && [ "$n" = 100000 ]; then
                bar '20,000 roles with 100,000 memberships compared' "$COMPARE" ' ms' '<=' 1000
            fi
        done
    done
    scale_row chain 4000
    bar 'a chain of 4,000 missing memberships' "$COMPARE" ' ms' '<=' 100
}

# --- the whole daemon ----------------------------------------------------------------------------

# daemon_fill TABLES: as many tables there are then, made by the administrator, whose default privileges grant.
daemon_fill() {
    sql_admin "DO \$\$ BEGIN
        FOR i IN 1..$1 LOOP
            EXECUTE format('CREATE TABLE IF NOT EXISTS public.table_%s (id int, note text)', i);
            IF i % 200 = 0 THEN COMMIT; END IF;
        END LOOP;
    END \$\$" >"$PLACE/said" 2>&1 || abort "the server gets $1 tables" "$(<"$PLACE/said")"
}

daemon_measure() {
    local n=$1 i before after cycles=8
    daemon_fill "$n"
    mark
    wait_in_sync 60 >/dev/null || abort 'the daemon is in sync' "$(tail -n 5 "$LOG")"
    for i in 1 2 3; do
        mark
        sql_admin "CREATE TABLE public.touched_${n}_$i ()" >"$PLACE/said" 2>&1 || abort 'a table is made' "$(<"$PLACE/said")"
        wait_record 'settled and (.sql_queries | tonumber) > 10' 30 | tee "$PLACE/full" | jq -r .duration_ms
    done | median >"$PLACE/full_ms"
    wait_cycles 2
    mark
    before=$("$TIMED" --process "$DAEMON_PID")
    wait_cycles "$cycles" || abort 'the daemon goes round'
    after=$("$TIMED" --process "$DAEMON_PID")
    records own_cycle >"$PLACE/quiet"
    row "$n" "$(<"$PLACE/full_ms")" "$(jq -r .sql_queries "$PLACE/full")" "$(jq -r .duration_ms "$PLACE/quiet" | median)" \
        "$(jq -r .sql_queries "$PLACE/quiet" | median)" "$(jq -s 'map(.arm_reads | tonumber) | add' "$PLACE/quiet")" \
        "$(calc "($(jq .cpu_us <<<"$after") - $(jq .cpu_us <<<"$before")) / 1000 / $(wc -l <"$PLACE/quiet")")" \
        "$(calc "$(jq .rss_kib <<<"$after") / 1024")" "$(calc "$(jq .peak_kib <<<"$after") / 1024")"
}

bench_daemon() {
    pg_stop
    SERVER=phonebill-auth-postgresql-prod GROUP=rg-phonebill-prod
    rm -rf "$SIM" "$ETC" "$STATE" "$LOG"
    table 'The whole daemon on one server' 'The shipped document on a local Azure with a real cluster behind it, over TLS; ARM is not due in these cycles. A full read follows
when a table was made; otherwise the change probe of two databases is all.' \
        tables 'full cycle, ms' queries 'quiet cycle, ms' queries 'ARM reads' 'CPU a quiet cycle, ms' 'resident, MiB' 'peak, MiB'
    world_built '.intervals.armSeconds = 3600'
    local n
    for n in "$@"; do daemon_measure "$n"; done
}
