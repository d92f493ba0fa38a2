/* The way out for records: see log_output.h. */
#include "base/log_output.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/journal.h"
#include "base/must.h"

enum { JOURNAL_PATIENCE_MS = 100, JOURNAL_FOR_EVER = -1 };

static struct {
    FILE *stream; /* NULL: stderr */
    char journal_path[108];
    struct journal journal; /* the queue's thread's alone, as long as there is a queue */
    struct log_queue *queue;
    struct log_queue *stuck; /* one that did not end: its thread may still use it */
    int patience_ms;
    /* Without a queue: */
    unsigned long lost; /* what the journal did not take */
    bool stalled;       /* it did not take the last one: the next one is not waited for */
} output = {
    .journal_path = JOURNAL_SOCKET,
    .journal = JOURNAL_INIT,
};

void log_output_stream(FILE *stream)
{
    output.stream = stream;
}

void log_output_journal(const char *path)
{
    must(!output.queue);
    journal_done(&output.journal);
    snprintf(output.journal_path, sizeof(output.journal_path), "%s", path ? path : JOURNAL_SOCKET);
}

/* --- by the queue's thread ------------------------------------------------------------------- */

/* One line in one write where the other side takes it so, so that lines of several processes do not
 * mix. */
static bool log_write_line(const struct log_message *m)
{
    size_t done = 0;
    while (done < m->line.length) {
        ssize_t n = write(m->fd, m->line.data + done, m->line.length - done);
        if (n > 0) {
            done += (size_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            /* Somebody who shares it made it non-blocking. */
            struct pollfd writable = {.fd = m->fd, .events = POLLOUT};
            poll(&writable, 1, -1);
        } else if (n == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool log_deliver(void *ctx, const struct log_message *m)
{
    (void)ctx;
    if (m->journal.length && journal_send(&output.journal, output.journal_path, &m->journal,
                                          JOURNAL_FOR_EVER) == JOURNAL_TAKEN)
        return true;
    return log_write_line(m);
}

/* --- at once --------------------------------------------------------------------------------- */

static FILE *log_output_file(void)
{
    return output.stream ? output.stream : stderr;
}

static void log_print_line(const struct log_message *m)
{
    FILE *stream = log_output_file();
    fwrite(buf_text(&m->line), 1, m->line.length, stream);
    fflush(stream);
}

static bool log_deliver_now(const struct log_message *m)
{
    if (output.stuck) return true; /* the end of the process; nobody reads */
    enum journal_verdict verdict = JOURNAL_GONE;
    if (m->journal.length)
        verdict = journal_send(&output.journal, output.journal_path, &m->journal,
                               output.stalled ? 0 : JOURNAL_PATIENCE_MS);
    output.stalled = verdict == JOURNAL_FULL;
    if (verdict == JOURNAL_GONE) log_print_line(m);
    if (output.stalled) output.lost++;
    return !output.stalled;
}

/* --- for whoever logs ------------------------------------------------------------------------ */

int log_output_start_queue(size_t max, int patience_ms, struct err *err)
{
    must(!output.queue);
    output.patience_ms = patience_ms;
    output.queue = log_queue_new(max, log_deliver, NULL, err);
    return output.queue ? 0 : -1;
}

bool log_output(struct log_message *message)
{
    message->fd = fileno(log_output_file());
    if (output.queue && message->fd >= 0) {
        log_queue_put(output.queue, message);
        return true;
    }
    bool taken = log_deliver_now(message);
    log_message_free(message);
    return taken;
}

unsigned long log_output_take_lost(void)
{
    if (output.queue) return log_queue_take_lost(output.queue);
    unsigned long lost = output.lost;
    output.lost = 0;
    return lost;
}

void log_output_give_back_lost(unsigned long lost)
{
    output.lost += lost;
}

unsigned long log_output_close(void)
{
    unsigned long lost = 0;
    if (output.queue && log_queue_end(output.queue, output.patience_ms, &lost) != 0)
        output.stuck = output.queue;
    output.queue = NULL;
    /* Not under the thread that is still busy with it. */
    if (!output.stuck) journal_done(&output.journal);
    return lost;
}
