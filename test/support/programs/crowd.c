/*
 * A crowd of processes in a network namespace of their own that together hold connections in CLOSE-WAIT, or descriptors
 * that are no sockets. Namespace and processes end with this program, also when it is killed.
 *
 *   crowd [--sockets N --holders P]      P processes, each with a listener, that have accepted N connections
 *         [--bytes N]                    data in each that nobody reads
 *         [--descriptors M --openers Q]  Q processes with M descriptors: files, pipes, eventfds, epoll instances
 *
 * ready sockets=N descriptors=M     both counted: the states one by one, the descriptors in /proc/self/fd
 */
#include "support.h"

#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SERVICE_PORT 8080
#define FIRST_CLIENT_PORT 10000
#define CONNECTIONS_PER_HOST 100
/* The descriptor by which a process of the crowd tells what it has made. */
#define REPORT 3
/* Standard input, output and error, that one, and the one that reads /proc/self/fd. */
#define OWN_DESCRIPTORS 5

static void write_setting(const char *path, const char *value) {
  const int fd = open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) die(path);
  if (write(fd, value, strlen(value)) < 0) die(path);
  close(fd);
}

/*
 * Peers are on other hosts mostly, so here nothing must stay of them. A side that has closed waits in FIN-WAIT-2 as a
 * TIME-WAIT socket (tcp_time_wait in net/ipv4/tcp_minisocks.c); where no more of those are allowed, it is gone when its
 * FIN is acknowledged.
 */
static void enter_own_network(void) {
  if (unshare(CLONE_NEWNET) < 0) die("unshare CLONE_NEWNET");
  write_setting("/proc/sys/net/ipv4/tcp_max_tw_buckets", "0");
  struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP};
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &loopback) < 0) die("cannot bring lo up");
  close(fd);
}

static struct sockaddr_in loopback_address(unsigned host, unsigned port) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(0x7f000000u + host),
                              .sin_port = htons((uint16_t)port)};
}

static int listen_at(struct sockaddr_in address) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket of a listener");
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) die("bind of a listener");
  if (listen(fd, 16) < 0) die("listen");
  return fd;
}

static int connect_from(struct sockaddr_in source, struct sockaddr_in target) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket of a client");
  if (bind(fd, (struct sockaddr *)&source, sizeof source) < 0) die("bind of a client");
  if (connect(fd, (struct sockaddr *)&target, sizeof target) < 0) die("connect");
  return fd;
}

/*
 * Every client has an address and a port that no other has. Ports that the kernel chooses would come again after their
 * FIN-WAIT-2, and a SYN from the same end is the end of a connection in CLOSE-WAIT: see hold.c.
 */
static long hold_connections(long index, long count, size_t bytes) {
  static const char zeros[65536];
  if (bytes > sizeof zeros) bytes = sizeof zeros;
  const struct sockaddr_in service = loopback_address(0x010000u + (unsigned)index + 1, SERVICE_PORT);
  const int listener = listen_at(service);
  int *held = calloc((size_t)count + 1, sizeof *held);
  if (held == NULL) die("calloc");
  for (long i = 0; i < count; i++) {
    const unsigned host = 0x800000u + (unsigned)(index * 256 + i / CONNECTIONS_PER_HOST);
    const int client = connect_from(loopback_address(host, FIRST_CLIENT_PORT + (unsigned)i), service);
    if (bytes > 0 && send(client, zeros, bytes, MSG_NOSIGNAL) != (ssize_t)bytes) die("send");
    held[i] = accept_one(listener);
    close(client);
  }
  for (long i = 0; i < count; i++) await_close_wait(held[i]);
  free(held);
  return count;
}

/* As a busy server has them: of a hundred 40 files, 15 duplicates, 14 eventfds, an epoll instance and 15 pipes. */
static long open_kind(long which) {
  int ends[2];
  if (which >= 70) {
    if (pipe2(ends, O_CLOEXEC) < 0) die("pipe2");
    return 2;
  }
  const int fd = which < 40   ? open("/proc/self/exe", O_RDONLY | O_CLOEXEC)
                 : which < 55 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                 : which < 69 ? eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)
                              : epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) die("cannot open a descriptor");
  return 1;
}

static long open_descriptors(long count) {
  for (long i = 0; i < count;) i += open_kind(i % 100 >= 70 && i + 2 > count ? 0 : i % 100);
  DIR *table = opendir("/proc/self/fd");
  if (table == NULL) die("opendir /proc/self/fd");
  long open_now = -OWN_DESCRIPTORS;
  for (const struct dirent *entry; (entry = readdir(table)) != NULL;) open_now += entry->d_name[0] != '.';
  closedir(table);
  return open_now;
}

/* Starts a process that does its share, tells how much that was, and stays. Returns where it tells it. */
static int start_one(bool holds, long index, long share, size_t bytes) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) die("pipe2");
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child > 0) {
    close(ends[1]);
    return ends[0];
  }
  die_with_parent(parent);
  if (ends[1] != REPORT && dup3(ends[1], REPORT, O_CLOEXEC) < 0) die("dup3");
  if (close_range(REPORT + 1, ~0u, 0) < 0) die("close_range");
  const long done = holds ? hold_connections(index, share, bytes) : open_descriptors(share);
  if (write(REPORT, &done, sizeof done) != sizeof done) die("write");
  close(REPORT);
  sleep_until_killed();
}

/* Starts `processes` processes that share `count` evenly and at once; returns the sum of what they tell. */
static long start_all(bool holds, long count, long processes, size_t bytes) {
  int *reports = calloc((size_t)processes + 1, sizeof *reports);
  if (reports == NULL) die("calloc");
  for (long i = 0; i < processes; i++) reports[i] = start_one(holds, i, (count + i) / processes, bytes);
  long sum = 0;
  for (long i = 0; i < processes; i++) {
    long done;
    if (read(reports[i], &done, sizeof done) != sizeof done) die("a process of the crowd ended");
    close(reports[i]);
    sum += done;
  }
  free(reports);
  return sum;
}

int main(int count, char **arguments) {
  static const struct option options[] = {
      {"sockets", required_argument, NULL, 's'}, {"holders", required_argument, NULL, 'h'},
      {"bytes", required_argument, NULL, 'b'}, {"descriptors", required_argument, NULL, 'd'},
      {"openers", required_argument, NULL, 'o'}, {NULL, 0, NULL, 0}};
  long sockets = 0, holders = 0, bytes = 0, descriptors = 0, openers = 0;
  for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
    switch (option) {
      case 's': sockets = number_argument(optarg); break;
      case 'h': holders = number_argument(optarg); break;
      case 'b': bytes = number_argument(optarg); break;
      case 'd': descriptors = number_argument(optarg); break;
      case 'o': openers = number_argument(optarg); break;
      default: return 2;
    }
  }
  die_with_starter();
  raise_descriptor_limit();
  enter_own_network();
  const long held = start_all(true, sockets, holders, (size_t)bytes);
  const long opened = start_all(false, descriptors, openers, 0);
  ready("sockets=%ld descriptors=%ld", held, opened);
  sleep_until_killed();
}
