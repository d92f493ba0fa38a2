# Nothing of the environment of whoever calls takes part in a test or in the demo: not the machine's own PostgreSQL,
# no proxy, no taste, nothing that lies in the home directory (.psqlrc, .pgpass, .postgresql/, .curlrc). Where PostgreSQL's programs are (PG_BINDIR) may be told. To be sourced.
# shellcheck shell=bash
for name in ${!PG*}; do
    case $name in PG_BINDIR | PGDRIFT*) ;; *) unset "$name" ;; esac
done
unset name CDPATH GREP_OPTIONS GREP_COLOR GREP_COLORS TZ LANGUAGE BASH_ENV ENV POSIXLY_CORRECT
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY
unset CURL_HOME CURL_CA_BUNDLE XDG_CONFIG_HOME SSL_CERT_FILE SSL_CERT_DIR
export LC_ALL=C.UTF-8 HOME=/nonexistent
