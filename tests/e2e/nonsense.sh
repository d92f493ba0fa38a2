# An environment that fits nothing here, and a home directory like it: what a person may have set for the machine's
# own PostgreSQL, for a proxy, for taste. To be sourced after place.sh.
# shellcheck shell=bash disable=SC2034

NONSENSE_HOME=$PLACE/home
mkdir -p "$NONSENSE_HOME/.postgresql"
echo '\set QUIET off \echo nonsense \quit' >"$NONSENSE_HOME/.psqlrc"
echo 'proxy = "http://127.0.0.1:1"' >"$NONSENSE_HOME/.curlrc"
echo '*:*:*:*:nonsense' >"$NONSENSE_HOME/.pgpass" && chmod 600 "$NONSENSE_HOME/.pgpass"
printf '[nonsense]\nhost=127.0.0.1\nport=1\ndbname=nonsense\n' >"$NONSENSE_HOME/.pg_service.conf"
echo nonsense | tee "$NONSENSE_HOME/.postgresql/root.crt" "$NONSENSE_HOME/.postgresql/root.crl" \
    "$NONSENSE_HOME/.postgresql/postgresql.crt" >"$NONSENSE_HOME/.postgresql/postgresql.key"

NONSENSE=(PGHOST=127.0.0.1 PGHOSTADDR=127.0.0.2 PGPORT=1 PGDATABASE=nonsense PGUSER=nonsense PGPASSWORD=nonsense
    PGPASSFILE="$NONSENSE_HOME/.pgpass" PGSERVICE=nonsense PGSERVICEFILE="$NONSENSE_HOME/.pg_service.conf"
    PGOPTIONS='-c nonsense=on' PGAPPNAME=nonsense PGSSLMODE=disable PGREQUIRESSL=1 PGSSLCERT=/nonsense PGSSLKEY=/nonsense
    PGSSLROOTCERT=/nonsense PGSSLCRL=/nonsense PGREQUIREPEER=nonsense PGCHANNELBINDING=require PGGSSENCMODE=require
    PGCONNECT_TIMEOUT=1 PGCLIENTENCODING=nonsense PGTZ=nonsense PGDATESTYLE=nonsense PGGEQO=nonsense PGSYSCONFDIR=/nonsense
    PGTARGETSESSIONATTRS=standby PGDATA=/nonsense PGLOCALEDIR=/nonsense
    http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1
    ALL_PROXY=http://127.0.0.1:1 SSL_CERT_FILE=/nonsense SSL_CERT_DIR=/nonsense CURL_CA_BUNDLE=/nonsense
    NO_COLOR=1 CDPATH=/:/tmp GREP_OPTIONS=-v GREP_COLOR=nonsense LC_ALL=nonsense LANG=nonsense LANGUAGE=nonsense TZ=nonsense
    HOME="$NONSENSE_HOME")
