/*
 * A server whose descriptor numbers are used again at once. It accepts without a pause, keeps each connection in CLOSE-WAIT until
 * 256 others have come, sends its token back and closes. Connections from the ends of victims are kept until they are released;
 * some of them it closes itself while it is raced with, and what comes from the same end then is kept in their place.
 *
 *   server
 *
 * Says its port, and answers commands on standard input:
 *
 * stuck N      when victims 0 to N-1 are in CLOSE-WAIT: `stuck`
 * race         closes a random third of them in random order; answers `racing`
 * settle       stops that; answers `settled N`, how many it has closed
 * release N    when N successors have come: looks at every victim, sends its token, closes it. Three lines, a letter for each:
 *              how it was closed   -: on release; c: close; s: its number was given to a bystander by dup2; k: to its successor
 *              what was seen then  o: nothing; t: TCP_USER_TIMEOUT; e: ETIMEDOUT; a: ECONNABORTED; p: EPIPE;
 *                                  f: its number leads elsewhere; x: another error
 *              who had its number  -: nobody; b: a bystander; s: its successor, from the same end
 * count        answers `ended=N touched=N`: bystanders and successors, and those among them that were not as they had to be
 */
#include "racing.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bystanders in CLOSE-WAIT at a time. */
#define KEPT 256
#define BACKLOG 65535
#define MOST_DESCRIPTORS 65536
#define RANDOM_SEED 20
#define SLOWNESS 6

struct connection {
  int fd;
  token token;
};

struct victim {
  struct connection own;
  ino_t inode;
  struct connection successor;
  char way, saw, number;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t arrived = PTHREAD_COND_INITIALIZER;
static struct victim victims[MOST_VICTIMS];
static long accepted, successors;
/* Whose number was freed last, as index + 1. */
static int freed_by[MOST_DESCRIPTORS];
static struct connection kept[KEPT];
static long kept_count, ended, touched;
/* Victims that close themselves, in their order. */
static long order[MOST_VICTIMS], self_count, self_closed;
/* Connections since the race has begun, and with which of them the next victim is closed. */
static long raced, due;
static bool races;
static int listener, placeholder;

static const struct connection NONE = {.fd = -1};

static int option_of(int fd, int level, int name) {
  int value = -1;
  socklen_t length = sizeof value;
  return getsockopt(fd, level, name, &value, &length) < 0 ? -1 : value;
}

static bool send_token(const struct connection *connection) {
  return send(connection->fd, &connection->token, sizeof connection->token, MSG_NOSIGNAL) == sizeof connection->token;
}

/* A bystander is read to its end, was shut down by nobody, and has the options that it was made with. */
static void end_bystander(struct connection connection) {
  char end;
  const bool has_ended = recv(connection.fd, &end, 1, 0) == 0;
  const bool is_untouched = option_of(connection.fd, SOL_SOCKET, SO_KEEPALIVE) == 0 &&
                            option_of(connection.fd, IPPROTO_TCP, TCP_USER_TIMEOUT) == 0;
  const bool was_sent = send_token(&connection);
  const bool was_closed = close(connection.fd) == 0;
  ended++;
  if (!has_ended || !is_untouched || !was_sent || !was_closed) touched++;
}

static void keep_bystander(struct connection connection) {
  struct connection *place = &kept[kept_count++ % KEPT];
  if (kept_count > KEPT) end_bystander(*place);
  *place = connection;
}

static bool leads_to(int fd, ino_t inode) {
  struct stat file;
  return fd >= 0 && fstat(fd, &file) == 0 && file.st_ino == inode;
}

/* What became of a victim. Its token is sent where that is still possible. */
static char look_at(const struct victim *victim) {
  if (!leads_to(victim->own.fd, victim->inode)) return 'f';
  const bool has_timeout = option_of(victim->own.fd, IPPROTO_TCP, TCP_USER_TIMEOUT) > 0;
  errno = 0;
  if (send_token(&victim->own)) return has_timeout ? 't' : 'o';
  switch (errno) {
    case ECONNABORTED: return 'a';
    case EPIPE: return 'p';
    case ETIMEDOUT: return 'e';
    case EBADF: return 'f';
    default: return 'x';
  }
}

/*
 * Closes the next victim. Its number is freed, or leads to somebody else in the same moment. One by one at first and then ever more
 * slowly, as many while time trebles: however long the orders take, some are closed before, some meanwhile and some not.
 */
static void close_next(void) {
  const long index = order[self_closed++];
  due = raced + 1 + SLOWNESS * raced / self_count;
  struct victim *victim = &victims[index];
  victim->saw = look_at(victim);
  const bool is_its_own = victim->saw == 'o' || victim->saw == 't';
  const int fd = victim->own.fd;
  victim->way = "csk"[is_its_own ? index % 3 : 0];
  if (victim->way == 's' && kept_count >= KEPT) {
    struct connection *other = &kept[kept_count % KEPT];
    if (dup2(other->fd, fd) != fd) die("dup2");
    close(other->fd);
    other->fd = fd;
    victim->number = 'b';
  } else if (victim->way == 'k') {
    if (dup2(placeholder, fd) != fd) die("dup2");
  } else if (victim->saw != 'f') {
    close(fd);
    freed_by[fd] = (int)index + 1;
  }
}

static void take_victim(long index, struct connection connection) {
  struct stat file;
  if (fstat(connection.fd, &file) < 0) die("fstat");
  victims[index] = (struct victim){
      .own = connection, .inode = file.st_ino, .successor = NONE, .way = '-', .saw = '-', .number = '-'};
  accepted++;
}

static void take_successor(long index, struct connection connection) {
  struct victim *victim = &victims[index];
  if (victim->way == 'k') {
    if (dup2(connection.fd, victim->own.fd) != victim->own.fd) die("dup2");
    close(connection.fd);
    connection.fd = victim->own.fd;
    victim->number = 's';
  }
  victim->successor = connection;
  successors++;
}

static void note_number(int fd, long index) {
  const int freed = freed_by[fd];
  if (freed == 0) return;
  freed_by[fd] = 0;
  victims[freed - 1].number = index == freed - 1 ? 's' : 'b';
}

static void *accept_for_ever(void *unused) {
  (void)unused;
  for (;;) {
    struct sockaddr_in end;
    socklen_t length = sizeof end;
    struct connection connection = {.fd = accept4(listener, (struct sockaddr *)&end, &length, SOCK_CLOEXEC)};
    if (connection.fd < 0 || connection.fd >= MOST_DESCRIPTORS) die("accept4");
    const bool has_token = recv(connection.fd, &connection.token, sizeof(token), MSG_WAITALL) == sizeof(token);
    pthread_mutex_lock(&lock);
    const long index = victim_index(&end);
    note_number(connection.fd, index);
    if (!has_token) {
      touched++;
      close(connection.fd);
    } else if (index < 0) {
      keep_bystander(connection);
    } else if (victims[index].own.fd < 0) {
      take_victim(index, connection);
    } else {
      take_successor(index, connection);
    }
    if (index >= 0) pthread_cond_signal(&arrived);
    if (races && ++raced >= due && self_closed < self_count) close_next();
    pthread_mutex_unlock(&lock);
  }
}

static void await_stuck(long count) {
  while (accepted < count) pthread_cond_wait(&arrived, &lock);
  for (long i = 0; i < count; i++) await_close_wait(victims[i].own.fd);
  printf("stuck\n");
}

static void begin_race(void) {
  self_count = 0;
  self_closed = 0;
  for (long i = 0; i < accepted; i++) {
    if (rand() % 3 == 0) order[self_count++] = i;
  }
  for (long i = self_count - 1; i > 0; i--) {
    const long other = rand() % (i + 1);
    const long index = order[i];
    order[i] = order[other];
    order[other] = index;
  }
  raced = 0;
  due = 0;
  races = true;
  printf("racing\n");
}

static void release_victim(struct victim *victim) {
  if (victim->way == '-') {
    victim->saw = look_at(victim);
    if (victim->saw != 'f') close(victim->own.fd);
  } else if (victim->way == 'k' && victim->successor.fd < 0) {
    close(victim->own.fd);
  }
  if (victim->successor.fd >= 0) end_bystander(victim->successor);
}

static void release(long count) {
  while (successors < count) pthread_cond_wait(&arrived, &lock);
  static char ways[MOST_VICTIMS + 1], saw[MOST_VICTIMS + 1], numbers[MOST_VICTIMS + 1];
  for (long i = 0; i < accepted; i++) {
    release_victim(&victims[i]);
    ways[i] = victims[i].way;
    saw[i] = victims[i].saw;
    numbers[i] = victims[i].number;
    victims[i].own = NONE;
  }
  ways[accepted] = saw[accepted] = numbers[accepted] = '\0';
  printf("%s\n%s\n%s\n", ways, saw, numbers);
  accepted = 0;
  successors = 0;
  memset(freed_by, 0, sizeof freed_by);
}

int main(void) {
  die_with_starter();
  go_first();
  raise_descriptor_limit();
  srand(RANDOM_SEED);
  struct endpoint reach;
  listener = listen_on(IPV4, 1, BACKLOG, &reach);
  placeholder = eventfd(0, EFD_CLOEXEC);
  for (long i = 0; i < MOST_VICTIMS; i++) victims[i].own = NONE;
  pthread_t thread;
  if (placeholder < 0 || pthread_create(&thread, NULL, accept_for_ever, NULL) != 0) die("cannot begin");
  printf("%d\n", ntohs(((struct sockaddr_in *)&reach.address)->sin_port));
  fflush(stdout);

  char command[16];
  long number;
  for (char line[64]; fgets(line, sizeof line, stdin) != NULL;) {
    if (sscanf(line, "%15s %ld", command, &number) < 1) return 2;
    pthread_mutex_lock(&lock);
    if (strcmp(command, "stuck") == 0) {
      await_stuck(number);
    } else if (strcmp(command, "race") == 0) {
      begin_race();
    } else if (strcmp(command, "settle") == 0) {
      races = false;
      printf("settled %ld\n", self_closed);
    } else if (strcmp(command, "release") == 0) {
      release(number);
    } else if (strcmp(command, "count") == 0) {
      printf("ended=%ld touched=%ld\n", ended, touched);
    } else {
      return 2;
    }
    pthread_mutex_unlock(&lock);
    fflush(stdout);
  }
}
