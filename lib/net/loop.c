/* The event loop on libuv: see loop.h. Each handle is an allocation of its own, because libuv wants
 * its memory until the close callback, long after the owner has let go. */
#include "net/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include <uv.h>

#include "base/mem.h"
#include "net/descriptors.h"

struct loop {
    uv_loop_t uv;
    uv_idle_t *turn; /* runs while there are deferred calls: makes the next turn come at once */
    struct loop_task *first;
    struct loop_task **last;
    uint64_t random_state;
};

struct loop_timer {
    uv_timer_t uv;
    loop_cb *cb;
    void *ctx;
};

struct loop_signal {
    uv_signal_t uv;
    loop_cb *cb;
    void *ctx;
};

struct loop_watch {
    uv_poll_t uv;
    unsigned events; /* that are watched for */
    loop_watch_cb *cb;
    void *ctx;
};

struct loop_task {
    struct loop_task *next;
    loop_cb *cb; /* NULL: taken back */
    void *ctx;
};

/* Every handle begins its allocation and carries it in 'data'. */
static void loop_free_handle(uv_handle_t *handle)
{
    free(handle->data);
}

static void loop_close_handle(void *handle)
{
    if (!uv_is_closing(handle)) uv_close(handle, loop_free_handle);
}

/* --- life and time --------------------------------------------------------------------------- */

/* One of the PCG family (XSH-RR 64/32): small, fast, and the same on every machine. */
uint32_t loop_random(struct loop *loop)
{
    uint64_t old = loop->random_state;
    loop->random_state = old * 6364136223846793005U + 1442695040888963407U;
    uint32_t mixed = (uint32_t)(((old >> 18) ^ old) >> 27);
    unsigned turn = (unsigned)(old >> 59);
    return mixed >> turn | mixed << (-turn & 31);
}

void loop_seed(struct loop *loop, uint64_t seed)
{
    loop->random_state = seed + 1442695040888963407U;
    (void)loop_random(loop);
}

static void loop_run_tasks(uv_idle_t *idle)
{
    struct loop *loop = uv_handle_get_loop((uv_handle_t *)idle)->data;
    struct loop_task *task = loop->first;
    loop->first = NULL;
    loop->last = &loop->first;
    while (task) {
        /* Taking a later task of this turn back only marks it: the list stays whole. */
        struct loop_task *next = task->next;
        if (task->cb) task->cb(task->ctx);
        free(task);
        task = next;
    }
    if (!loop->first) uv_idle_stop(idle);
}

/* What libuv opens for a loop: two pipes for signals, epoll, an eventfd. It aborts the program
 * where its first pipe cannot be had (source: uv__signal_global_reinit() of 1.44). */
enum { LOOP_DESCRIPTORS = 6 };

static int loop_failed(struct err *err, int result, const char *what)
{
    return err_set(err, descriptors_ran_out(-result) ? ERR_TRANSIENT : ERR_INTERNAL, "%s: %s", what,
                   uv_strerror(result));
}

struct loop *loop_new(struct err *err)
{
    if (!descriptors_available(LOOP_DESCRIPTORS)) {
        err_set(err, ERR_TRANSIENT, "event loop: %s", strerror(errno));
        return NULL;
    }
    struct loop *loop = xcalloc(1, sizeof(*loop));
    int result = uv_loop_init(&loop->uv);
    if (result < 0) {
        free(loop);
        loop_failed(err, result, "event loop");
        return NULL;
    }
    loop->uv.data = loop;
    loop->last = &loop->first;
    loop->turn = xcalloc(1, sizeof(*loop->turn));
    uv_idle_init(&loop->uv, loop->turn);
    loop->turn->data = loop->turn;
    uint64_t seed = uv_hrtime();
    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) seed ^= uv_hrtime() << 20;
    loop_seed(loop, seed);
    return loop;
}

static void loop_close_any(uv_handle_t *handle, void *unused)
{
    (void)unused;
    loop_close_handle(handle);
}

void loop_free(struct loop *loop)
{
    if (!loop) return;
    for (struct loop_task *task = loop->first, *next; task; task = next) {
        next = task->next;
        free(task);
    }
    uv_walk(&loop->uv, loop_close_any, NULL);
    while (uv_run(&loop->uv, UV_RUN_DEFAULT) != 0) {
    }
    uv_loop_close(&loop->uv);
    free(loop);
}

void loop_run(struct loop *loop)
{
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *loop)
{
    uv_stop(&loop->uv);
}

msec loop_now(const struct loop *loop)
{
    return uv_now(&loop->uv);
}

int64_t loop_wall_clock(const struct loop *loop)
{
    (void)loop;
    uv_timeval64_t now;
    if (uv_gettimeofday(&now) != 0) return 0;
    return now.tv_sec * 1000 + now.tv_usec / 1000;
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
    return &loop->uv;
}

/* --- timers ---------------------------------------------------------------------------------- */

static void loop_on_timer(uv_timer_t *uv)
{
    const struct loop_timer *timer = uv->data;
    timer->cb(timer->ctx);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_cb *cb, void *ctx)
{
    struct loop_timer *timer = xcalloc(1, sizeof(*timer));
    timer->cb = cb;
    timer->ctx = ctx;
    uv_timer_init(&loop->uv, &timer->uv);
    timer->uv.data = timer;
    return timer;
}

void loop_timer_start(struct loop_timer *timer, msec ms)
{
    uv_timer_start(&timer->uv, loop_on_timer, ms, 0);
}

void loop_timer_start_at(struct loop_timer *timer, msec when)
{
    msec now = uv_now(uv_handle_get_loop((uv_handle_t *)&timer->uv));
    loop_timer_start(timer, when > now ? when - now : 0);
}

void loop_timer_stop(struct loop_timer *timer)
{
    uv_timer_stop(&timer->uv);
}

bool loop_timer_running(const struct loop_timer *timer)
{
    return uv_is_active((const uv_handle_t *)&timer->uv) != 0;
}

void loop_timer_free(struct loop_timer *timer)
{
    if (timer) loop_close_handle(&timer->uv);
}

/* --- signals --------------------------------------------------------------------------------- */

static void loop_on_signal(uv_signal_t *uv, int number)
{
    (void)number;
    const struct loop_signal *signal = uv->data;
    signal->cb(signal->ctx);
}

struct loop_signal *loop_signal_new(struct loop *loop, int signal, loop_cb *cb, void *ctx,
                                    struct err *err)
{
    struct loop_signal *s = xcalloc(1, sizeof(*s));
    s->cb = cb;
    s->ctx = ctx;
    int result = uv_signal_init(&loop->uv, &s->uv);
    if (result < 0) {
        free(s);
        loop_failed(err, result, "signals cannot be caught");
        return NULL;
    }
    s->uv.data = s;
    result = uv_signal_start(&s->uv, loop_on_signal, signal);
    if (result < 0) {
        loop_close_handle(&s->uv);
        loop_failed(err, result, "a signal cannot be caught");
        return NULL;
    }
    uv_unref((uv_handle_t *)&s->uv);
    return s;
}

void loop_signal_free(struct loop_signal *signal)
{
    if (signal) loop_close_handle(&signal->uv);
}

/* --- deferred calls -------------------------------------------------------------------------- */

struct loop_task *loop_defer(struct loop *loop, loop_cb *cb, void *ctx)
{
    struct loop_task *task = xcalloc(1, sizeof(*task));
    task->cb = cb;
    task->ctx = ctx;
    *loop->last = task;
    loop->last = &task->next;
    uv_idle_start(loop->turn, loop_run_tasks);
    return task;
}

void loop_task_cancel(struct loop_task *task)
{
    if (task) task->cb = NULL;
}

/* --- descriptors ----------------------------------------------------------------------------- */

static void loop_on_poll(uv_poll_t *uv, int status, int events)
{
    struct loop_watch *watch = uv->data;
    unsigned seen = 0;
    if (status < 0) {
        seen |= LOOP_ERROR;
        watch->events = 0; /* libuv has stopped it */
    }
    if (events & UV_READABLE) seen |= LOOP_READ;
    if (events & UV_WRITABLE) seen |= LOOP_WRITE;
    watch->cb(watch->ctx, seen);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, loop_watch_cb *cb, void *ctx,
                                  struct err *err)
{
    struct loop_watch *watch = xcalloc(1, sizeof(*watch));
    watch->cb = cb;
    watch->ctx = ctx;
    int result = uv_poll_init(&loop->uv, &watch->uv, fd);
    if (result < 0) {
        free(watch);
        loop_failed(err, result, "a descriptor cannot be watched");
        return NULL;
    }
    watch->uv.data = watch;
    return watch;
}

void loop_watch_set(struct loop_watch *watch, unsigned events)
{
    int wanted = 0;
    if (events == watch->events) return; /* libuv would ask the kernel twice for nothing */
    watch->events = events;
    if (events & LOOP_READ) wanted |= UV_READABLE;
    if (events & LOOP_WRITE) wanted |= UV_WRITABLE;
    if (wanted)
        uv_poll_start(&watch->uv, wanted, loop_on_poll);
    else
        uv_poll_stop(&watch->uv);
}

void loop_watch_free(struct loop_watch *watch)
{
    if (!watch) return;
    /* Stopped at once, so that its descriptor may be closed and its number watched anew. */
    uv_poll_stop(&watch->uv);
    loop_close_handle(&watch->uv);
}
