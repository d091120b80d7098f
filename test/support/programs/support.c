#include "support.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

/* A state that does not come within this time never comes: on loopback a FIN takes microseconds. */
#define STATE_DEADLINE_MS 10000

void die(const char *what) {
  perror(what);
  exit(1);
}

void die_with_parent(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) die("prctl PR_SET_PDEATHSIG");
  /* A parent that ended before the call sends no signal any more: prctl(2). */
  if (getppid() != parent) _exit(1);
}

void die_with_starter(void) {
  const char *parent = getenv("FIXTURE_PARENT");
  if (parent != NULL) die_with_parent((pid_t)number_argument(parent));
}

void raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
}

long number_argument(const char *text) {
  char *end;
  errno = 0;
  const long number = strtol(text, &end, 10);
  if (errno == 0 && end != text && *end == '\0' && number >= 0) return number;
  fprintf(stderr, "not a number: %s\n", text);
  exit(2);
}

int listen_on(enum family family, int host, int backlog, struct endpoint *reach) {
  const int fd = socket(family == IPV4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  struct sockaddr_in loopback4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000000u + (unsigned)host)};
  struct sockaddr_in6 loopback6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_ANY_INIT};

  const int dual_stack_only = 0;
  if (family == MAPPED && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &dual_stack_only, sizeof dual_stack_only) < 0) {
    die("setsockopt IPV6_V6ONLY");
  }
  const struct sockaddr *local = family == IPV4   ? (struct sockaddr *)&loopback4
                                 : family == IPV6 ? (struct sockaddr *)&loopback6
                                                  : (struct sockaddr *)&any6;
  if (bind(fd, local, family == IPV4 ? sizeof loopback4 : sizeof loopback6) < 0) die("bind");
  if (listen(fd, backlog) < 0) die("listen");

  reach->length = sizeof reach->address;
  if (getsockname(fd, (struct sockaddr *)&reach->address, &reach->length) < 0) die("getsockname");
  if (family == MAPPED) {
    loopback4.sin_port = ((struct sockaddr_in6 *)&reach->address)->sin6_port;
    memcpy(&reach->address, &loopback4, sizeof loopback4);
    reach->length = sizeof loopback4;
  }
  return fd;
}

int connect_and_send(const struct endpoint *reach, size_t bytes) {
  const int fd = socket(reach->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket of a client");
  if (connect(fd, (const struct sockaddr *)&reach->address, reach->length) < 0) die("connect");
  static const char zeros[65536];
  for (size_t left = bytes; left > 0;) {
    const ssize_t sent = send(fd, zeros, left < sizeof zeros ? left : sizeof zeros, MSG_NOSIGNAL);
    if (sent < 0) die("send");
    left -= (size_t)sent;
  }
  return fd;
}

int accept_one(int listener) {
  const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) die("accept4");
  return fd;
}

int passive_close(int listener, const struct endpoint *reach, size_t bytes) {
  const int client = connect_and_send(reach, bytes);
  const int server = accept_one(listener);
  if (close(client) < 0) die("close");
  return server;
}

int tcp_state(int fd) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) die("getsockopt TCP_INFO");
  return info.tcpi_state;
}

void await_close_wait(int fd) {
  struct pollfd fin = {.fd = fd, .events = POLLRDHUP};
  const int answer = poll(&fin, 1, STATE_DEADLINE_MS);
  if (answer < 0) die("poll");
  const int state = tcp_state(fd);
  if (answer == 1 && state == TCP_CLOSE_WAIT) return;
  fprintf(stderr, "descriptor %d is in state %d instead of CLOSE-WAIT (%d)\n", fd, state, TCP_CLOSE_WAIT);
  exit(1);
}

void ready(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  printf("ready ");
  vprintf(format, arguments);
  printf("\n");
  va_end(arguments);
  if (fflush(stdout) != 0) die("write to stdout");
}

void sleep_until_killed(void) {
  for (;;) pause();
}
