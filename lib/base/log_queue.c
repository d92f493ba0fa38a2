/* Records on their way out: see log_queue.h. */
#include "base/log_queue.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/mem.h"

enum { LOG_QUEUE_STACK = 256 * 1024 };

struct log_queue {
    /* Set before the thread begins. */
    log_queue_deliver *deliver;
    void *ctx;
    size_t max;
    int ended; /* an eventfd: readable when the thread has come to its end */
    pthread_t thread;
    /* Under the mutex. */
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    struct log_message *first;
    struct log_message **last;
    size_t bytes; /* of what waits and of what is being delivered */
    unsigned long lost;
    bool gap; /* none is taken before the loss has been told */
    bool ending;
};

void log_message_free(struct log_message *message)
{
    if (!message) return;
    buf_done(&message->journal);
    buf_done(&message->line);
    free(message);
}

static size_t log_message_size(const struct log_message *m)
{
    return sizeof(*m) + m->journal.length + m->line.length;
}

/* --- the thread ------------------------------------------------------------------------------ */

/* The next one, which stays counted until it is delivered; NULL at the end. */
static struct log_message *log_queue_next(struct log_queue *q)
{
    pthread_mutex_lock(&q->mutex);
    while (!q->first && !q->ending) pthread_cond_wait(&q->filled, &q->mutex);
    struct log_message *m = q->first;
    if (m) {
        q->first = m->next;
        if (!q->first) q->last = &q->first;
    }
    pthread_mutex_unlock(&q->mutex);
    return m;
}

static void log_queue_delivered(struct log_queue *q, const struct log_message *m, bool taken)
{
    pthread_mutex_lock(&q->mutex);
    q->bytes -= log_message_size(m);
    if (!taken) q->lost++;
    pthread_mutex_unlock(&q->mutex);
}

static void *log_queue_run(void *arg)
{
    struct log_queue *q = arg;
    for (struct log_message *m; (m = log_queue_next(q));) {
        log_queue_delivered(q, m, q->deliver(q->ctx, m));
        log_message_free(m);
    }
    uint64_t one = 1;
    ssize_t written = write(q->ended, &one, sizeof(one));
    (void)written; /* cannot fail: the counter is 0 */
    return NULL;
}

/* Signals are for the thread that runs the loop. */
static int log_queue_start_thread(struct log_queue *q)
{
    sigset_t all;
    sigset_t before;
    pthread_attr_t attributes;
    sigfillset(&all);
    int failed = pthread_attr_init(&attributes);
    if (failed) return failed;
    pthread_attr_setstacksize(&attributes, LOG_QUEUE_STACK);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&q->thread, &attributes, log_queue_run, q);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return failed;
}

/* --- whoever logs ---------------------------------------------------------------------------- */

static void log_queue_free(struct log_queue *q)
{
    if (q->ended >= 0) close(q->ended);
    pthread_cond_destroy(&q->filled);
    pthread_mutex_destroy(&q->mutex);
    free(q);
}

struct log_queue *log_queue_new(size_t max, log_queue_deliver *deliver, void *ctx, struct err *err)
{
    struct log_queue *q = xcalloc(1, sizeof(*q));
    q->deliver = deliver;
    q->ctx = ctx;
    q->max = max;
    q->last = &q->first;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_cond_init(&q->filled, NULL);
    q->ended = eventfd(0, EFD_CLOEXEC);
    int failed = q->ended < 0 ? errno : log_queue_start_thread(q);
    if (!failed) return q;
    log_queue_free(q);
    err_set(err, ERR_TRANSIENT, "no thread to write records: %s", strerror(failed));
    return NULL;
}

void log_queue_put(struct log_queue *q, struct log_message *message)
{
    size_t size = log_message_size(message);
    pthread_mutex_lock(&q->mutex);
    bool room = !q->gap && (q->bytes == 0 || q->bytes + size <= q->max);
    if (room) {
        message->next = NULL;
        *q->last = message;
        q->last = &message->next;
        q->bytes += size;
        pthread_cond_signal(&q->filled);
    } else {
        q->lost++;
        q->gap = true;
    }
    pthread_mutex_unlock(&q->mutex);
    if (!room) log_message_free(message);
}

unsigned long log_queue_take_lost(struct log_queue *q)
{
    unsigned long lost = 0;
    pthread_mutex_lock(&q->mutex);
    if (q->bytes <= q->max / 2) {
        lost = q->lost;
        q->lost = 0;
        q->gap = false;
    }
    pthread_mutex_unlock(&q->mutex);
    return lost;
}

int log_queue_end(struct log_queue *q, int patience_ms, unsigned long *lost)
{
    pthread_mutex_lock(&q->mutex);
    q->ending = true;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->mutex);
    struct pollfd ended = {.fd = q->ended, .events = POLLIN};
    int seen;
    do {
        seen = poll(&ended, 1, patience_ms);
    } while (seen < 0 && errno == EINTR);
    if (seen != 1) return -1;
    pthread_join(q->thread, NULL);
    *lost = q->lost;
    log_queue_free(q);
    return 0;
}
