/* What a transfer that failed means: see http_failure.h. */
#include "net/http_failure.h"

#include <string.h>

#include "net/descriptors.h"

/* What is no passing trouble of the way or the other side. */
static enum err_kind failure_kind(CURLcode code)
{
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT: return ERR_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return ERR_CONFIG;
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_WRITE_ERROR: return ERR_PROTOCOL;
    default: return ERR_TRANSIENT;
    }
}

bool http_failure_is_unsent(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return true;
    default: return false;
    }
}

void http_failure_describe(const struct http_exchange *x, CURLcode code, struct err *err)
{
    const struct net_settings *settings = x->shared->settings;
    enum err_kind kind = failure_kind(code);
    const char *why = curl_easy_strerror(code);
    long os = 0;
    curl_easy_getinfo(x->easy, CURLINFO_OS_ERRNO, &os);
    if (x->os_error)
        err_set(err, ERR_TRANSIENT, "%s: %s", x->host, strerror(x->os_error));
    else if (x->fault)
        err_set(err, kind, "%s: %s", x->host, x->fault);
    else if (kind == ERR_CONFIG)
        err_set(err, kind, "%s: the certificate was not accepted: %s (authorities: %s)", x->host,
                *x->curl_text ? x->curl_text : why,
                settings->ca_file ? settings->ca_file : "the system's");
    else if (kind == ERR_TIMEOUT)
        err_set(err, kind, "%s: no connection within %llu ms", x->host,
                (unsigned long long)settings->connect_timeout);
    else if (os != 0 && kind == ERR_TRANSIENT)
        err_set(err, kind, "%s: %s (%s)", x->host, why, strerror((int)os));
    else
        err_set(err, kind, "%s: %s", x->host, why);
    if (!x->fault && (kind == ERR_CONFIG || kind == ERR_TRANSIENT)) descriptors_blame(x->host, err);
}
