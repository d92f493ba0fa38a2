/* Whoever logs never waits: not for a pipe that nobody reads, nor for a journal that does not. What
 * is lost is counted, what is kept stays in order. (A call that waits hangs the test.) */
#define _GNU_SOURCE /* the size of a pipe */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/log.h"
#include "base/log_queue.h"
#include "base/mem.h"
#include "base/message_id.h"

/* Room for less than a hundred records, and for all; how long the end may wait. */
enum { SMALL = 16 * 1024, LARGE = 4 * 1024 * 1024, SENT = 1000, SOON_MS = 50, LONG_MS = 60 * 1000 };

struct fixture {
    char directory[64];
    char path[80];
    int ends[2]; /* the pipe that records go into */
    FILE *stream;
    FILE *reader;
    int journal;
    unsigned next;      /* the number that a record should have that is not lost */
    unsigned long lost; /* as reported */
    unsigned reports;
};

static int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof(*f));
    const char *base = getenv("TMPDIR");
    snprintf(f->directory, sizeof(f->directory), "%s/queue-XXXXXX",
             base && strlen(base) < 40 ? base : "/tmp");
    if (!mkdtemp(f->directory) || pipe(f->ends) != 0) return -1;
    snprintf(f->path, sizeof(f->path), "%s/socket", f->directory);
    fcntl(f->ends[1], F_SETPIPE_SZ, 4096);
    f->stream = fdopen(f->ends[1], "w");
    f->reader = fdopen(f->ends[0], "r");
    f->journal = -1;
    unsetenv("JOURNAL_STREAM");
    *state = f;
    return f->stream && f->reader ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    log_journal_path(NULL);
    log_setup(LOG_FORMAT_TEXT, LOG_LEVEL_INFO, NULL, "pgdriftd");
    if (f->stream) fclose(f->stream);
    if (f->reader) fclose(f->reader);
    if (f->journal >= 0) close(f->journal);
    unlink(f->path);
    rmdir(f->directory);
    free(f);
    return 0;
}

static void start(struct fixture *f, enum log_format format, size_t max)
{
    log_setup(format, LOG_LEVEL_INFO, f->stream, "x");
    assert_int_equal(log_start_queue(max, LONG_MS, NULL), 0);
}

static void log_numbers(unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) log_record(LOG_LEVEL_INFO, NULL, NULL, "number %u", i);
}

/* Takes the next record in: the one expected, or a report of how many are missing. */
static void take(struct fixture *f, const char *line)
{
    json_t *record = json_loads(line, 0, NULL);
    assert_non_null(record);
    const char *message = json_string_value(json_object_get(record, "message"));
    const char *id = json_string_value(json_object_get(record, "message_id"));
    char expected[64];
    if (id) {
        assert_string_equal(id, MESSAGE_RECORDS_LOST);
        assert_string_equal(json_string_value(json_object_get(record, "level")), "warning");
        char *end = NULL;
        unsigned long lost = strtoul(json_string_value(json_object_get(record, "lost")), &end, 10);
        assert_int_equal(*end, '\0');
        assert_true(lost > 0);
        f->lost += lost;
        f->next += (unsigned)lost;
        f->reports++;
    } else {
        snprintf(expected, sizeof(expected), "number %u", f->next);
        assert_string_equal(message, expected);
        f->next++;
    }
    json_decref(record);
}

static bool take_line(struct fixture *f)
{
    char line[512];
    if (!fgets(line, sizeof(line), f->reader)) return false;
    take(f, line);
    return true;
}

static void test_all_arrive_in_order(void **state)
{
    struct fixture *f = *state;
    start(f, LOG_FORMAT_JSON, LARGE);
    for (unsigned i = 0; i < SENT; i++) {
        log_numbers(i, i + 1);
        assert_true(take_line(f));
    }
    log_close();
    assert_int_equal(f->next, SENT);
    assert_int_equal(f->reports, 0);
}

static void test_what_is_queued_is_written_at_the_end(void **state)
{
    struct fixture *f = *state;
    start(f, LOG_FORMAT_JSON, LARGE);
    log_numbers(0, 20);
    log_close();
    fclose(f->stream);
    f->stream = NULL;
    while (take_line(f)) {
    }
    assert_int_equal(f->next, 20);
}

/* Reads to the end once there is a byte in 'go'. Answers 0 where every record is there or told as
 * lost, in order. */
static int read_all(struct fixture *f, int go)
{
    char byte;
    fclose(f->stream);
    if (read(go, &byte, 1) != 1) return 2;
    while (take_line(f)) {
    }
    return f->next == SENT && f->reports > 0 && f->lost > SENT / 2 ? 0 : 3;
}

/* Nobody reads for a while. */
static void test_a_pipe_that_is_full(void **state)
{
    struct fixture *f = *state;
    int go[2];
    assert_return_code(pipe(go), errno);
    pid_t reader = fork();
    assert_return_code(reader, errno);
    if (reader == 0) _exit(read_all(f, go[0]));
    start(f, LOG_FORMAT_JSON, SMALL);
    log_numbers(0, SENT);
    assert_int_equal(write(go[1], "x", 1), 1);
    log_close();
    fclose(f->stream);
    f->stream = NULL;
    close(go[0]);
    close(go[1]);
    int status = -1;
    assert_int_equal(waitpid(reader, &status, 0), reader);
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void test_whose_reader_is_gone(void **state)
{
    struct fixture *f = *state;
    signal(SIGPIPE, SIG_IGN);
    fclose(f->reader);
    f->reader = NULL;
    start(f, LOG_FORMAT_JSON, LARGE);
    log_numbers(0, SENT);
    log_close();
}

/* Somebody else who has the pipe made it non-blocking: nothing is lost for that. */
static void test_a_pipe_that_others_made_non_blocking(void **state)
{
    struct fixture *f = *state;
    assert_return_code(fcntl(f->ends[1], F_SETFL, O_NONBLOCK), errno);
    start(f, LOG_FORMAT_JSON, LARGE);
    log_numbers(0, 500); /* more than the pipe holds, less than the queue */
    while (f->next < 500) assert_true(take_line(f));
    log_close();
    assert_int_equal(f->reports, 0);
}

static void open_journal(struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", f->path);
    f->journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_return_code(f->journal, errno);
    assert_return_code(bind(f->journal, (struct sockaddr *)&address, sizeof(address)), errno);
    log_journal_path(f->path);
}

/* Its queue of datagrams is short (net.unix.max_dgram_qlen): the sender's thread waits. */
static void test_a_journal_that_does_not_read(void **state)
{
    struct fixture *f = *state;
    char record[1024];
    char expected[64];
    open_journal(f);
    start(f, LOG_FORMAT_JOURNAL, LARGE);
    log_numbers(0, 60);
    for (unsigned i = 0; i < 60; i++) {
        ssize_t n = recv(f->journal, record, sizeof(record) - 1, 0);
        assert_true(n > 0);
        record[n] = '\0';
        snprintf(expected, sizeof(expected), "\nMESSAGE=number %u\n", i);
        assert_non_null(strstr(record, expected));
    }
    log_close();
}

static void test_a_journal_that_goes_away(void **state)
{
    struct fixture *f = *state;
    char line[512];
    open_journal(f);
    start(f, LOG_FORMAT_JOURNAL, LARGE);
    log_numbers(0, 60);
    close(f->journal);
    f->journal = -1;
    unlink(f->path);
    /* What it had not taken is said on the stream, with its priority. */
    assert_non_null(fgets(line, sizeof(line), f->reader));
    assert_non_null(strstr(line, "<6>number "));
    while (!strstr(line, "number 59")) assert_non_null(fgets(line, sizeof(line), f->reader));
    log_close();
}

static void test_a_second_queue_after_the_first(void **state)
{
    struct fixture *f = *state;
    start(f, LOG_FORMAT_JSON, LARGE);
    log_numbers(0, 1);
    log_close();
    start(f, LOG_FORMAT_JSON, LARGE);
    log_numbers(1, 2);
    log_close();
    log_numbers(2, 3); /* and without any */
    while (f->next < 3) assert_true(take_line(f));
}

/* The queue alone: its thread hangs in each delivery until the test lets it go on. */
struct gate {
    int go[2];
    int begun[2]; /* a byte for each delivery that has begun */
};

static void gate_init(struct gate *g)
{
    assert_return_code(pipe(g->go), errno);
    assert_return_code(pipe(g->begun), errno);
}

static void gate_done(struct gate *g)
{
    for (int i = 0; i < 2; i++) {
        if (g->go[i] >= 0) close(g->go[i]);
        close(g->begun[i]);
    }
}

static void gate_await_begun(const struct gate *g)
{
    char byte;
    assert_int_equal(read(g->begun[0], &byte, 1), 1);
}

static void gate_let_through(const struct gate *g)
{
    assert_int_equal(write(g->go[1], "x", 1), 1);
}

static bool deliver_gated(void *ctx, const struct log_message *message)
{
    const struct gate *g = ctx;
    char byte;
    (void)message;
    if (write(g->begun[1], "x", 1) != 1) return false;
    return read(g->go[0], &byte, 1) == 1;
}

static struct log_message *new_message(void)
{
    struct log_message *m = xcalloc(1, sizeof(*m));
    buf_init(&m->journal, 1024);
    buf_init(&m->line, 1024);
    for (int i = 0; i < 1000; i++) buf_char(&m->line, 'x');
    return m;
}

/* Six fit into the room, the one being delivered among them. */
static void test_one_gap(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g);
    size_t size = sizeof(struct log_message) + 1000;
    unsigned long lost = 0;
    struct log_queue *q = log_queue_new(6 * size, deliver_gated, &g, NULL);
    assert_non_null(q);
    for (int i = 0; i < 10; i++) log_queue_put(q, new_message());
    gate_await_begun(&g);
    assert_int_equal(log_queue_take_lost(q), 0); /* not yet: there is no room to say so */
    gate_let_through(&g);
    gate_await_begun(&g);
    /* There would be room for one more, but the gap is not over. */
    log_queue_put(q, new_message());
    assert_int_equal(log_queue_take_lost(q), 0);
    for (int i = 0; i < 2; i++) {
        gate_let_through(&g);
        gate_await_begun(&g);
    }
    assert_int_equal(log_queue_take_lost(q), 5);
    assert_int_equal(log_queue_take_lost(q), 0);
    for (int i = 0; i < 3; i++) log_queue_put(q, new_message());
    for (int i = 0; i < 6; i++) gate_let_through(&g);
    assert_int_equal(log_queue_end(q, LONG_MS, &lost), 0);
    assert_int_equal(lost, 0);
    gate_done(&g);
}

/* A message that is larger than all of the room is taken when nothing else waits. */
static void test_a_message_larger_than_the_room(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g);
    unsigned long lost = 0;
    struct log_queue *q = log_queue_new(100, deliver_gated, &g, NULL);
    assert_non_null(q);
    log_queue_put(q, new_message());
    log_queue_put(q, new_message());
    gate_let_through(&g);
    assert_int_equal(log_queue_end(q, LONG_MS, &lost), 0);
    assert_int_equal(lost, 1);
    gate_done(&g);
}

static void test_the_end_does_not_wait_for_ever(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g);
    unsigned long lost = 0;
    struct log_queue *q = log_queue_new(SMALL, deliver_gated, &g, NULL);
    assert_non_null(q);
    log_queue_put(q, new_message());
    assert_int_equal(log_queue_end(q, SOON_MS, &lost), -1);
    /* The thread goes on with what it has: let it come to its end. */
    gate_let_through(&g);
    assert_int_equal(log_queue_end(q, LONG_MS, &lost), 0);
    assert_int_equal(lost, 0);
    gate_done(&g);
}

static void test_a_delivery_that_fails_is_a_loss(void **state)
{
    (void)state;
    struct gate g;
    gate_init(&g);
    unsigned long lost = 0;
    close(g.go[1]);
    g.go[1] = -1;
    struct log_queue *q = log_queue_new(SMALL, deliver_gated, &g, NULL);
    assert_non_null(q);
    log_queue_put(q, new_message());
    assert_int_equal(log_queue_end(q, LONG_MS, &lost), 0);
    assert_int_equal(lost, 1);
    gate_done(&g);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_all_arrive_in_order),
        CASE(test_what_is_queued_is_written_at_the_end),
        CASE(test_a_pipe_that_is_full),
        CASE(test_whose_reader_is_gone),
        CASE(test_a_pipe_that_others_made_non_blocking),
        CASE(test_a_journal_that_does_not_read),
        CASE(test_a_journal_that_goes_away),
        CASE(test_a_second_queue_after_the_first),
        CASE(test_one_gap),
        CASE(test_a_message_larger_than_the_room),
        CASE(test_the_end_does_not_wait_for_ever),
        CASE(test_a_delivery_that_fails_is_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
