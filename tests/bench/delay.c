/* A longer way to a server: forwards TCP connections and delivers every byte so much later, in both
 * directions, whatever else is under way; it slows nothing down but the light. One process, ended
 * by its standard input.
 *
 *   delay HOST PORT MICROSECONDS      prints the port on HOST that leads there, one line */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

enum { PAIRS = 8, ENDS = 2 * PAIRS, CHUNK = 64 * 1024, CHUNKS = 256, WANTED = ENDS + 3 };

struct chunk {
    long long due_us;
    size_t length;
    size_t sent;
    char *bytes;
};

/* What came in at one end of a connection and waits to leave at the other. */
struct way {
    struct chunk chunks[CHUNKS]; /* a ring */
    unsigned first;
    unsigned count;
    bool ended; /* nothing more will come in */
};

static int ends[ENDS]; /* 2n is a client's, 2n + 1 the server's; -1: none */
static struct way ways[ENDS];
static long long delay_us;
static int timer;

static long long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void pair_close(int i)
{
    for (int end = i & ~1; end <= (i | 1); end++) {
        struct way *w = &ways[end];
        while (w->count) {
            free(w->chunks[w->first].bytes);
            w->first = (w->first + 1) % CHUNKS;
            w->count--;
        }
        if (ends[end] >= 0) close(ends[end]);
        ends[end] = -1;
        *w = (struct way){0};
    }
}

static void take_in(int i)
{
    struct way *w = &ways[i];
    char *bytes = xmalloc(CHUNK);
    ssize_t n = recv(ends[i], bytes, CHUNK, MSG_DONTWAIT);
    if (n <= 0) {
        free(bytes);
        w->ended = true;
        return;
    }
    w->chunks[(w->first + w->count++) % CHUNKS] =
        (struct chunk){.due_us = now_us() + delay_us, .length = (size_t)n, .bytes = bytes};
}

/* Everything that is due leaves. False when the connection is over. */
static bool let_out(int i)
{
    struct way *w = &ways[i];
    while (w->count && w->chunks[w->first].due_us <= now_us()) {
        struct chunk *c = &w->chunks[w->first];
        ssize_t n = send(ends[i ^ 1], c->bytes + c->sent, c->length - c->sent, MSG_NOSIGNAL);
        if (n < 0) return false;
        c->sent += (size_t)n;
        if (c->sent < c->length) continue;
        free(c->bytes);
        w->first = (w->first + 1) % CHUNKS;
        w->count--;
    }
    return w->count || !w->ended;
}

/* The first pair that is free; PAIRS where none is. */
static int pair_free(void)
{
    int pair = 0;
    while (pair < PAIRS && ends[2 * pair] >= 0) pair++;
    return pair;
}

static void join(int listener, const struct sockaddr_in *server)
{
    int on = 1, pair = pair_free();
    int client = accept(listener, NULL, NULL);
    int other = socket(AF_INET, SOCK_STREAM, 0);
    if (client >= 0 && other >= 0 && pair < PAIRS &&
        connect(other, (const struct sockaddr *)server, sizeof(*server)) == 0) {
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        setsockopt(other, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        ends[2 * pair] = client;
        ends[2 * pair + 1] = other;
        return;
    }
    if (client >= 0) close(client);
    if (other >= 0) close(other);
}

static void wait_for_any(struct pollfd *wanted, int listener)
{
    long long next = -1, now = now_us();
    for (int i = 0; i < ENDS; i++) {
        const struct way *w = &ways[i];
        bool open = ends[i] >= 0 && !w->ended && w->count < CHUNKS;
        wanted[i] = (struct pollfd){.fd = open ? ends[i] : -1, .events = POLLIN};
        if (!w->count) continue;
        long long left = w->chunks[w->first].due_us - now;
        if (left < 0) left = 0;
        if (next < 0 || left < next) next = left;
    }
    wanted[ENDS] = (struct pollfd){.fd = listener, .events = POLLIN};
    wanted[ENDS + 1] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
    wanted[ENDS + 2] = (struct pollfd){.fd = timer, .events = POLLIN};
    /* Finer than poll()'s milliseconds. All zero stops it. */
    struct itimerspec span = {0};
    if (next >= 0) {
        span.it_value.tv_sec = next / 1000000;
        span.it_value.tv_nsec = next % 1000000 * 1000 + 1;
    }
    timerfd_settime(timer, 0, &span, NULL);
    poll(wanted, WANTED, -1);
}

static void serve(int listener, const struct sockaddr_in *server)
{
    struct pollfd wanted[WANTED];
    for (int i = 0; i < ENDS; i++) ends[i] = -1;
    for (;;) {
        wait_for_any(wanted, listener);
        if (wanted[ENDS + 1].revents) return;
        for (int i = 0; i < ENDS; i++)
            if (wanted[i].revents) take_in(i);
        for (int i = 0; i < ENDS; i++)
            if (ends[i] >= 0 && !let_out(i)) pair_close(i);
        if (wanted[ENDS].revents) join(listener, server);
    }
}

int main(int argc, char **argv)
{
    char *end[2];
    struct sockaddr_in server = {.sin_family = AF_INET};
    if (argc != 4 || inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) {
        fprintf(stderr, "Usage: delay HOST PORT MICROSECONDS\n");
        return 2;
    }
    long port = strtol(argv[2], &end[0], 10);
    delay_us = strtol(argv[3], &end[1], 10);
    if (*end[0] || *end[1] || port < 1 || port > 65535 || delay_us < 0) return 2;
    server.sin_port = htons((uint16_t)port);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr = server.sin_addr};
    socklen_t length = sizeof(here);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    if (timer < 0 || listener < 0 || bind(listener, (struct sockaddr *)&here, sizeof(here)) != 0 ||
        listen(listener, PAIRS) != 0 ||
        getsockname(listener, (struct sockaddr *)&here, &length) != 0) {
        perror("delay");
        return 1;
    }
    printf("%d\n", ntohs(here.sin_port));
    fflush(stdout);
    serve(listener, &server);
    return 0;
}
