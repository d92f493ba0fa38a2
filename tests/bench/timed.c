/* What a program cost: runs one and says as JSON how long it took, how much processor time it used
 * and how large it grew; or says what a process that is still running has used so far. It is no
 * profiler: where the time went is not its business.
 *
 *   timed FILE PROGRAM [ARGUMENT...]   the figures go to FILE, the exit status is the program's
 *   timed --process PID                the figures go to standard output */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long now_us(clockid_t clock)
{
    struct timespec t;
    if (clock_gettime(clock, &t) != 0) return -1;
    return (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static long long span_us(struct timeval t)
{
    return (long long)t.tv_sec * 1000000 + t.tv_usec;
}

/* A line "NAME:   N kB" of /proc/PID/status (proc(5)); -1 where it is not there. */
static long status_kib(pid_t pid, const char *name)
{
    char path[64], line[256];
    long kib = -1;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *in = fopen(path, "re");
    size_t length = strlen(name);
    while (in && kib < 0 && fgets(line, sizeof(line), in)) {
        if (strncmp(line, name, length) != 0 || line[length] != ':') continue;
        char *end;
        kib = strtol(line + length + 1, &end, 10);
        if (strcmp(end, " kB\n") != 0) kib = -1;
    }
    if (in) fclose(in);
    return kib;
}

static int show_process(const char *text)
{
    char *end;
    long pid = strtol(text, &end, 10);
    clockid_t clock;
    if (*end || pid <= 0 || clock_getcpuclockid((pid_t)pid, &clock) != 0) {
        fprintf(stderr, "timed: there is no process %s\n", text);
        return 1;
    }
    printf("{\"cpu_us\": %lld, \"rss_kib\": %ld, \"peak_kib\": %ld}\n", now_us(clock),
           status_kib((pid_t)pid, "VmRSS"), status_kib((pid_t)pid, "VmHWM"));
    return 0;
}

static int run(const char *out, char **argv)
{
    long long begin = now_us(CLOCK_MONOTONIC);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        fprintf(stderr, "timed: %s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid) return 126;
    long long wall = now_us(CLOCK_MONOTONIC) - begin;
    FILE *to = fopen(out, "we");
    if (!to) {
        fprintf(stderr, "timed: %s: %s\n", out, strerror(errno));
        return 126;
    }
    long long user = span_us(used.ru_utime), system_us = span_us(used.ru_stime);
    fprintf(to,
            "{\"wall_us\": %lld, \"user_us\": %lld, \"sys_us\": %lld, \"cpu_us\": %lld, "
            "\"peak_kib\": %ld}\n",
            wall, user, system_us, user + system_us, used.ru_maxrss);
    if (fclose(to) != 0) return 126;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--process") == 0) return show_process(argv[2]);
    if (argc >= 3) return run(argv[1], argv + 2);
    fprintf(stderr, "Usage: timed FILE PROGRAM [ARGUMENT...] | timed --process PID\n");
    return 2;
}
