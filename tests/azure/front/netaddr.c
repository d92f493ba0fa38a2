/* Free loopback addresses: see netaddr.h. */
#include "front/netaddr.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "front/clock.h"

enum { ATTEMPTS = 64, BACKLOG = 512 };

static void netaddr_draw(char address[NETADDR_TEXT])
{
    snprintf(address, NETADDR_TEXT, "127.%u.%u.%u", 16 + random_below(200), random_below(256),
             1 + random_below(254));
}

static int netaddr_bind(const char *address, int port)
{
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (inet_pton(AF_INET, address, &sin.sin_addr) == 1 &&
        bind(fd, (struct sockaddr *)&sin, sizeof(sin)) == 0)
        return fd;
    close(fd);
    return -1;
}

bool netaddr_free(const char *address, int port)
{
    int fd = netaddr_bind(address, port);
    if (fd < 0) return false;
    bool free_now = listen(fd, 1) == 0;
    close(fd);
    return free_now;
}

int netaddr_find(char address[NETADDR_TEXT], int port, struct err *err)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        netaddr_draw(address);
        if (netaddr_free(address, port)) return 0;
    }
    return err_set(err, ERR_TRANSIENT, "no free loopback address for port %d", port);
}

int netaddr_listen(char address[NETADDR_TEXT], int *port, struct err *err)
{
    for (int i = 0; i < ATTEMPTS; i++) {
        netaddr_draw(address);
        int fd = netaddr_bind(address, 0);
        if (fd < 0) continue;
        struct sockaddr_in sin = {.sin_family = AF_INET};
        socklen_t size = sizeof(sin);
        if (listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)&sin, &size) == 0) {
            *port = ntohs(sin.sin_port);
            return fd;
        }
        close(fd);
    }
    return err_set(err, ERR_TRANSIENT, "no loopback address to listen on");
}
