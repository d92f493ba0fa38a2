/* Nothing of the environment and of the user's home takes part in HTTP and SQL calls: with nonsense
 * in every variable that libcurl, OpenSSL and libpq know, the answers are the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>

#include "base/mem.h"
#include "support/database.h"
#include "support/web.h"

static struct database d;
static struct web *web;
static char home[64];
static char *before; /* what a session says of itself */

static const struct sql_statement session[] = {
    {.text = "SHOW datestyle"},
    {.text = "SHOW timezone"},
    {.text = "SHOW geqo"},
    {.text = "SHOW client_encoding"},
    {.text = "SHOW application_name"},
    {.text = "SHOW work_mem"},
    {.text = "SELECT current_user || ' ' || current_database()"},
};
enum { SESSION_N = sizeof(session) / sizeof(*session) };

/* --- nonsense ----------------------------------------------------------------------------------
 */

static void nonsense_file(const char *name, const char *text, mode_t mode)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", home, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* A home in which everything is wrong. */
static void nonsense_home(void)
{
    char path[128];
    snprintf(home, sizeof(home), "/tmp/pgdrift-home-XXXXXX");
    assert_non_null(mkdtemp(home));
    snprintf(path, sizeof(path), "%s/.postgresql", home);
    assert_int_equal(mkdir(path, 0700), 0);
    nonsense_file(".pgpass", "*:*:*:*:wrong\n", 0600);
    nonsense_file(".pg_service.conf", "[nonsense]\nhost=127.255.255.253\nsslmode=disable\n", 0600);
    nonsense_file("pg_service.conf", "[nonsense]\nhost=127.255.255.253\nsslmode=disable\n", 0600);
    nonsense_file(".postgresql/root.crt", "nonsense", 0600);
    nonsense_file(".postgresql/root.crl", "nonsense", 0600);
    nonsense_file(".postgresql/postgresql.crt", "nonsense", 0600);
    nonsense_file(".postgresql/postgresql.key", "nonsense", 0600);
    nonsense_file(".netrc", "default login nobody password wrong\n", 0600);
    nonsense_file(".curlrc", "proxy = http://127.255.255.253:1\n", 0600);
}

static void nonsense_environment(void)
{
    static const char *const others[][2] = {
        {"PGTZ", "Nowhere/Nonsense"},
        {"PGDATESTYLE", "nonsense"},
        {"PGGEQO", "nonsense"},
        {"PGSERVICE", "nonsense"},
        {"PGLOCALEDIR", "/nonexistent"},
        {"http_proxy", "http://127.255.255.253:1"},
        {"https_proxy", "http://127.255.255.253:1"},
        {"HTTPS_PROXY", "http://127.255.255.253:1"},
        {"all_proxy", "socks5://127.255.255.253:1"},
        {"ALL_PROXY", "socks5://127.255.255.253:1"},
        {"no_proxy", "nonsense"},
        {"CURL_CA_BUNDLE", "/nonexistent"},
        {"SSL_CERT_DIR", "/nonexistent"},
        {"CURL_SSL_BACKEND", "nonsense"},
    };
    PQconninfoOption *options = PQconndefaults();
    for (const PQconninfoOption *o = options; o->keyword; o++)
        if (o->envvar) setenv(o->envvar, "nonsense", 1);
    PQconninfoFree(options);
    for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
        setenv(others[i][0], others[i][1], 1);
    char path[128];
    snprintf(path, sizeof(path), "%s/.pg_service.conf", home);
    setenv("PGSERVICEFILE", path, 1);
    setenv("PGSYSCONFDIR", home, 1);
    setenv("HOME", home, 1);
    setenv("CURL_HOME", home, 1);
    snprintf(path, sizeof(path), "%s/keys", home);
    setenv("SSLKEYLOGFILE", path, 1);
    /* Not our authority's: it must not be trusted because somebody says so. */
    setenv("SSL_CERT_FILE", pki_ca_file(d.pki), 1);
}

/* --- the world ---------------------------------------------------------------------------------
 */

static void ask_session(struct asked *a)
{
    asked_init(a, &d.calls);
    database_ask(&d, a, SQL_READ, session, SESSION_N);
    asked_run(a);
}

static int set_up_all(void **state)
{
    (void)state;
    if (database_start(&d, NULL) < 0) return -1;
    char *cert = pki_issue(d.pki, "api.test");
    web = web_start(cert, pki_key(d.pki));
    free(cert);
    struct asked a;
    database_begin(&d);
    ask_session(&a);
    assert_int_equal(a.reply.err.kind, ERR_NONE);
    before = xstrdup(buf_text(&a.body));
    asked_done(&a);
    database_end(&d);
    nonsense_home();
    nonsense_environment();
    return 0;
}

static int tear_down_all(void **state)
{
    (void)state;
    char *command[] = {"rm", "-rf", home, NULL};
    free(before);
    web_stop(web);
    database_stop(&d);
    if (fork() == 0) {
        execvp(command[0], command);
        _exit(1);
    }
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    char hosts[256];
    database_begin(&d);
    snprintf(hosts, sizeof(hosts), "%s " DATABASE_HOST "\n%s api.test\n", cluster_host(d.cluster),
             web_address(web));
    calls_hosts(&d.calls, hosts);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    database_end(&d);
    return 0;
}

/* --- cases -------------------------------------------------------------------------------------
 */

static void test_sql_is_the_same(void **state)
{
    (void)state;
    struct asked a;
    ask_session(&a);
    assert_string_equal(buf_text(&a.message), "");
    assert_string_equal(buf_text(&a.body), before);
    asked_done(&a);
}

/* What documents may name stays. */
static void test_what_stays(void **state)
{
    static const char *const names[] = {"PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"};
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        assert_string_equal(getenv(names[i]), "nonsense");
    assert_null(getenv("PGOPTIONS"));
    assert_null(getenv("PGSERVICE"));
}

/* Without a password none is looked for, and the reason is said. */
static void test_no_password(void **state)
{
    (void)state;
    struct asked a;
    setenv("PGPASSWORD", cluster_password(d.cluster), 1);
    asked_init(&a, &d.calls);
    database_ask(&d, &a, SQL_READ, session, 1);
    a.call.sql.target.password = NULL;
    asked_run(&a);
    assert_int_equal(a.reply.err.kind, ERR_DENIED);
    assert_non_null(strstr(buf_text(&a.message), "wants a password, and none is given"));
    asked_done(&a);
    setenv("PGPASSWORD", "nonsense", 1);
}

static void ask_web(struct asked *a, const char *path)
{
    static char url[128];
    snprintf(url, sizeof(url), "https://api.test:%d%s", web_port(web), path);
    asked_init(a, &d.calls);
    a->call.kind = CALL_HTTP;
    a->call.http = (struct http_call){.method = "GET", .url = url};
    asked_run(a);
}

static void test_http_is_the_same(void **state)
{
    (void)state;
    struct asked a;
    struct stat status;
    char path[128];
    ask_web(&a, "/echo");
    assert_string_equal(buf_text(&a.message), "");
    assert_non_null(strstr(buf_text(&a.body), "GET /echo"));
    assert_null(strstr(buf_text(&a.body), "uthorization")); /* no .netrc */
    asked_done(&a);
    /* Nobody gets the keys of our connections. */
    snprintf(path, sizeof(path), "%s/keys", home);
    assert_int_equal(stat(path, &status), -1);
}

/* The environment names an authority; only the settings may. */
static void test_nobody_is_trusted_by_the_environment(void **state)
{
    (void)state;
    struct asked a;
    database_end(&d);
    d.settings.ca_file = "/etc/ssl/certs/ca-certificates.crt";
    set_up(NULL);
    ask_web(&a, "/echo");
    assert_int_equal(a.reply.err.kind, ERR_CONFIG);
    asked_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sql_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_password, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_http_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_nobody_is_trusted_by_the_environment, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
