/* Calls executed on a real loop and network: see calls.h. */
#include "support/calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/patience.h"

enum { GUARD_MS = 30000 };

/* --- loop and executor ----------------------------------------------------------------------- */

static void on_guard(void *ctx)
{
    struct calls *w = ctx;
    loop_stop(w->loop);
}

void calls_init(struct calls *w, const struct net_settings *settings)
{
    *w = (struct calls){0};
    scratch_path(w->hosts, "hosts-XXXXXX");
    int fd = mkstemp(w->hosts);
    assert_true(fd >= 0);
    close(fd);
    struct net_settings mine = settings ? *settings : (struct net_settings){0};
    mine.hosts_file = w->hosts;
    w->loop = loop_new(NULL);
    assert_non_null(w->loop);
    w->net = net_new(w->loop, &mine);
    w->io = net_io(w->net);
    w->guard = loop_timer_new(w->loop, on_guard, w);
}

void calls_done(struct calls *w)
{
    loop_timer_free(w->guard);
    net_free(w->net);
    loop_free(w->loop);
    unlink(w->hosts);
}

void calls_hosts(struct calls *w, const char *text)
{
    char path[80];
    snprintf(path, sizeof(path), "%s.new", w->hosts);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(rename(path, w->hosts), 0);
}

struct turns {
    struct calls *calls;
    unsigned left;
};

static void on_turn(void *ctx)
{
    struct turns *t = ctx;
    if (--t->left == 0)
        loop_stop(t->calls->loop);
    else
        loop_defer(t->calls->loop, on_turn, t);
}

void calls_turn(struct calls *w, unsigned turns)
{
    struct turns t = {.calls = w, .left = turns};
    loop_defer(w->loop, on_turn, &t);
    while (t.left > 0) loop_run(w->loop); /* an answer meanwhile stops it early */
}

void calls_wait(struct calls *w)
{
    loop_timer_start(w->guard, patient(GUARD_MS));
    if (w->open > 0) loop_run(w->loop);
    if (w->open > 0) fail_msg("%zu calls were not answered", w->open);
    loop_timer_stop(w->guard);
}

/* --- calls ----------------------------------------------------------------------------------- */

static void copy_http(struct asked *a, const struct http_reply *http)
{
    buf_add(&a->body, http->body, http->length);
    for (size_t i = 0; i < http->header_count; i++)
        buf_printf(&a->headers, "%s=%s\n", http->headers[i].name, http->headers[i].value);
}

static void copy_sql(struct asked *a, const struct sql_reply *sql)
{
    if (sql->message) buf_str(&a->message, sql->message);
    for (size_t i = 0; i < sql->count; i++) {
        const struct sql_rows *r = &sql->results[i];
        if (i > 0) buf_str(&a->body, "--\n");
        for (size_t cell = 0; cell < r->rows * r->columns; cell++) {
            buf_str(&a->body, r->values[cell] ? r->values[cell] : "(null)");
            buf_char(&a->body, (cell + 1) % r->columns == 0 ? '\n' : '|');
        }
    }
}

static void on_done(struct call *call, const struct reply *reply)
{
    struct asked *a = call->owner;
    a->times++;
    a->reply = *reply;
    if (reply->err.kind != ERR_NONE)
        buf_str(&a->message, reply->err.text);
    else if (reply->kind == CALL_HTTP)
        copy_http(a, &reply->http);
    else if (reply->kind == CALL_SQL)
        copy_sql(a, &reply->sql);
    if (a->then) a->then(a);
    if (--a->calls->open == 0) loop_stop(a->calls->loop);
}

void asked_init(struct asked *a, struct calls *w)
{
    *a = (struct asked){.calls = w};
    buf_init(&a->body, (size_t)1 << 26);
    buf_init(&a->headers, (size_t)1 << 20);
    buf_init(&a->message, 4096);
    a->call.done = on_done;
    a->call.owner = a;
    a->call.label = "test";
}

void asked_done(struct asked *a)
{
    buf_done(&a->body);
    buf_done(&a->headers);
    buf_done(&a->message);
}

void asked_start(struct asked *a)
{
    unsigned times = a->times;
    a->calls->open++;
    a->calls->io->start(a->calls->io->ctx, &a->call);
    assert_int_equal(a->times, times); /* never inside start */
}

void asked_cancel(struct asked *a)
{
    a->calls->open--;
    a->calls->io->cancel(a->calls->io->ctx, &a->call);
}

void asked_run(struct asked *a)
{
    asked_start(a);
    calls_wait(a->calls);
}
