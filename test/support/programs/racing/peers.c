/*
 * The peers of the server beside this file, each of which verifies how its own connection ends: with its token and a FIN.
 *
 *   peers PORT RATE
 *
 * RATE times a second it opens a connection as a bystander and ends its side; it waits for theirs, 512 at a time. Commands:
 *
 * victims N   opens victims 0 to N-1 and ends its side of each; answers `made`. Where one ends as it has to, another connection
 *             takes its place from the same end: its successor
 * settle      makes no more successors; answers `settled N`, how many it has made
 * tell        when all have ended: two lines, a letter for each victim and for each successor (-: there was none).
 *             o: token and FIN; c: FIN without token; r: RST; w: another token; n: it did not end
 * count       answers `ended=N wrong=N`: bystanders, and those among them that did not end as they have to
 */
#include "racing.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define AT_ONCE 512
/* Connections between two looks at the clock. */
#define BURST 16
/* Seconds. */
#define MOST_LATE 0.1
/* On loopback an end that comes takes microseconds, and a busy machine seconds. */
#define END_DEADLINE_MS 20000
#define COMMANDS UINT64_MAX

struct connection {
  int fd;
  token token;
  char view;
};

static struct endpoint server;
static double rate;
static atomic_ulong made;
static atomic_long ended, wrong;
static struct connection victims[MOST_VICTIMS], successors[MOST_VICTIMS];
static long victim_count, successor_count, awaited;
static bool follows;
static int events;

static const struct connection NONE = {.fd = -1, .view = '-'};

/* Connects, from an end of its own where one is given, sends its token and ends its side. */
static struct connection open_connection(const struct sockaddr_in *from) {
  struct connection new = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .token = atomic_fetch_add(&made, 1), .view = 'n'};
  if (new.fd < 0) die("socket");
  if (from != NULL && bind(new.fd, (const struct sockaddr *)from, sizeof *from) < 0) die("bind");
  if (connect(new.fd, (const struct sockaddr *)&server.address, server.length) < 0) die("connect");
  if (send(new.fd, &new.token, sizeof new.token, MSG_NOSIGNAL) != sizeof new.token) new.view = 'r';
  if (shutdown(new.fd, SHUT_WR) < 0) new.view = 'r';
  return new;
}

/* Reads on. 'n': it has not ended yet. */
static char view_of(struct connection *connection, int flags) {
  if (connection->view != 'n') return connection->view;
  token got;
  char end;
  const ssize_t first = recv(connection->fd, &got, sizeof got, flags | MSG_PEEK | MSG_WAITALL);
  if (first == 0) return 'c';
  if (first < 0) return errno == EAGAIN ? 'n' : 'r';
  if (first != sizeof got || got != connection->token) return first < (ssize_t)sizeof got ? 'n' : 'w';
  recv(connection->fd, &got, sizeof got, 0);
  const ssize_t second = recv(connection->fd, &end, 1, 0);
  return second == 0 ? 'o' : second < 0 ? 'r' : 'w';
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* What comes late is made up for, but no more than MOST_LATE of it: a burst is no rate. */
static void keep_pace(double *next) {
  const double now = seconds();
  *next = (*next < now - MOST_LATE ? now - MOST_LATE : *next) + BURST / rate;
  if (*next > now) usleep((useconds_t)((*next - now) * 1e6));
}

static void replace_bystander(struct connection *oldest) {
  if (view_of(oldest, 0) != 'o') atomic_fetch_add(&wrong, 1);
  close(oldest->fd);
  atomic_fetch_add(&ended, 1);
  *oldest = open_connection(NULL);
}

static void *be_bystanders(void *unused) {
  (void)unused;
  static struct connection open[AT_ONCE];
  for (int i = 0; i < AT_ONCE; i++) open[i] = open_connection(NULL);
  double next = seconds();
  for (unsigned i = 0;; i++) {
    replace_bystander(&open[i % AT_ONCE]);
    if (i % BURST == 0) keep_pace(&next);
  }
  return NULL;
}

static void await_end(struct connection *connection, uint64_t name) {
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.u64 = name};
  if (epoll_ctl(events, EPOLL_CTL_ADD, connection->fd, &event) < 0) die("epoll_ctl");
  awaited++;
}

static void make_victims(long count) {
  if (count > MOST_VICTIMS) die("too many victims");
  victim_count = count;
  successor_count = 0;
  follows = true;
  for (long i = 0; i < count; i++) {
    const struct sockaddr_in end = victim_end(i);
    victims[i] = open_connection(&end);
    successors[i] = NONE;
    await_end(&victims[i], (uint64_t)i);
  }
  printf("made\n");
}

/* Names of successors are counted from MOST_VICTIMS on. */
static void see_end(uint64_t name) {
  const bool is_victim = name < MOST_VICTIMS;
  const long index = (long)(name % MOST_VICTIMS);
  struct connection *connection = is_victim ? &victims[index] : &successors[index];
  connection->view = view_of(connection, MSG_DONTWAIT);
  if (connection->view == 'n') return;
  close(connection->fd);
  awaited--;
  if (!is_victim || !follows || connection->view != 'o') return;
  const struct sockaddr_in end = victim_end(index);
  successors[index] = open_connection(&end);
  successor_count++;
  await_end(&successors[index], (uint64_t)index + MOST_VICTIMS);
}

/* Takes note of what has ended; false where nothing came in time. */
static bool see_ends(bool *has_command, int timeout_ms) {
  struct epoll_event some[256];
  const int count = epoll_wait(events, some, sizeof some / sizeof some[0], timeout_ms);
  for (int i = 0; i < count; i++) {
    if (some[i].data.u64 == COMMANDS) {
      *has_command = true;
    } else {
      see_end(some[i].data.u64);
    }
  }
  return count > 0;
}

static void tell(void) {
  bool ignored;
  while (awaited > 0 && see_ends(&ignored, END_DEADLINE_MS)) continue;
  static char views[MOST_VICTIMS + 1], of_successors[MOST_VICTIMS + 1];
  for (long i = 0; i < victim_count; i++) {
    views[i] = victims[i].view;
    of_successors[i] = successors[i].view;
  }
  views[victim_count] = of_successors[victim_count] = '\0';
  printf("%s\n%s\n", views, of_successors);
}

static void follow_command(char *line) {
  char command[16];
  long number;
  if (sscanf(line, "%15s %ld", command, &number) < 1) exit(2);
  if (strcmp(command, "victims") == 0) {
    make_victims(number);
  } else if (strcmp(command, "settle") == 0) {
    follows = false;
    printf("settled %ld\n", successor_count);
  } else if (strcmp(command, "tell") == 0) {
    tell();
  } else if (strcmp(command, "count") == 0) {
    printf("ended=%ld wrong=%ld\n", atomic_load(&ended), atomic_load(&wrong));
  } else {
    exit(2);
  }
  fflush(stdout);
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  rate = (double)number_argument(arguments[2]);
  die_with_starter();
  go_first();
  raise_descriptor_limit();
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                .sin_port = htons((uint16_t)number_argument(arguments[1]))};
  memcpy(&server.address, &address, sizeof address);
  server.length = sizeof address;
  events = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event commands = {.events = EPOLLIN, .data.u64 = COMMANDS};
  if (events < 0 || epoll_ctl(events, EPOLL_CTL_ADD, STDIN_FILENO, &commands) < 0) die("epoll");
  pthread_t thread;
  if (pthread_create(&thread, NULL, be_bystanders, NULL) != 0) die("pthread_create");
  for (;;) {
    bool has_command = false;
    see_ends(&has_command, -1);
    if (!has_command) continue;
    /* One line at a time: each is answered before the next one is sent. */
    char line[64];
    if (fgets(line, sizeof line, stdin) == NULL) return 0;
    follow_command(line);
  }
}
