/*
 * Asks a server that answers each line with the same line, and counts every answer that is not so.
 *
 *   load PORT THREADS PAUSE_US
 *
 * Each thread keeps one connection and makes others, for ever, with a pause before each. Commands on standard input:
 *
 * leak N     opens N connections, says `leak` on each, closes them; answers `leaked N`
 * fill N     opens N connections at once, asks on each, asks on each again, closes them; answers `filled N`
 * count      answers `requests=N failures=N`
 */
#include "../support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 500
#define LONGEST 200

static struct endpoint server;
static atomic_long requests;
static atomic_long failures;
static useconds_t pause_us;

static void fail(const char *what) {
  atomic_fetch_add(&failures, 1);
  perror(what);
}

static int open_connection(void) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  if (connect(fd, (const struct sockaddr *)&server.address, server.length) == 0) return fd;
  fail("connect");
  close(fd);
  return -1;
}

/* A line that no other request has. */
static bool ask(int fd) {
  const long number = atomic_fetch_add(&requests, 1);
  char line[LONGEST + 1];
  const int length = snprintf(line, sizeof line, "%ld %0*ld\n", number, (int)(number % 150), number);
  if (send(fd, line, (size_t)length, MSG_NOSIGNAL) != length) {
    fail("send");
    return false;
  }
  char answer[LONGEST];
  int got = 0;
  while (got < length) {
    const ssize_t more = recv(fd, answer + got, sizeof answer - (size_t)got, 0);
    if (more <= 0) {
      fail("recv");
      return false;
    }
    got += (int)more;
  }
  if (got == length && memcmp(line, answer, (size_t)length) == 0) return true;
  errno = 0;
  fail("another answer");
  return false;
}

static void *ask_for_ever(void *unused) {
  (void)unused;
  int kept = open_connection();
  for (;;) {
    const int fd = open_connection();
    if (fd < 0) return NULL;
    for (int i = 0; i < 3; i++) {
      if (!ask(fd) || !ask(kept)) return NULL;
    }
    close(fd);
    usleep(pause_us);
  }
}

static void leak(long count) {
  int fds[AT_ONCE];
  for (long left = count; left > 0;) {
    const long batch = left < AT_ONCE ? left : AT_ONCE;
    for (long i = 0; i < batch; i++) {
      fds[i] = open_connection();
      if (send(fds[i], "leak\n", 5, MSG_NOSIGNAL) != 5) fail("send leak");
    }
    for (long i = 0; i < batch; i++) close(fds[i]);
    left -= batch;
  }
  printf("leaked %ld\n", count);
}

static void fill(long count) {
  int *fds = calloc((size_t)count, sizeof *fds);
  if (fds == NULL) die("calloc");
  for (long i = 0; i < count; i++) fds[i] = open_connection();
  for (int times = 0; times < 2; times++) {
    for (long i = 0; i < count; i++) ask(fds[i]);
  }
  for (long i = 0; i < count; i++) close(fds[i]);
  free(fds);
  printf("filled %ld\n", count);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  die_with_starter();
  raise_descriptor_limit();
  struct sockaddr_in *address = (struct sockaddr_in *)&server.address;
  address->sin_family = AF_INET;
  address->sin_port = htons((uint16_t)number_argument(arguments[1]));
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  server.length = sizeof *address;
  pause_us = (useconds_t)number_argument(arguments[3]);
  for (long threads = number_argument(arguments[2]); threads > 0; threads--) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, ask_for_ever, NULL) != 0) die("pthread_create");
  }
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long number;
    if (sscanf(line, "leak %ld", &number) == 1) leak(number);
    else if (sscanf(line, "fill %ld", &number) == 1) fill(number);
    else printf("requests=%ld failures=%ld\n", atomic_load(&requests), atomic_load(&failures));
    fflush(stdout);
  }
  return 0;
}
