/*
 * A server with an epoll loop.
 *
 *   epoll-workers PORT DOES
 *
 * remove     the loop answers, takes the connection out of epoll (EPOLL_CTL_DEL) and forgets it
 * one-shot   a worker gets each event (EPOLLONESHOT), answers, and does not arm it again
 * shared     two threads wait in one epoll instance; each that gets an event keeps a lock for ever
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>
#include <sys/epoll.h>

static const char *does;
static int epoll;
static int listener;
static int ends[2];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void watch(int fd, unsigned events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

/* The loop hands a descriptor over through a pipe; its worker reads it. */
static void *work(void *unused) {
  (void)unused;
  for (int fd; read(ends[0], &fd, sizeof fd) == sizeof fd;) {
    read_request(fd);
    answer(fd);
    say("connection %d: answered, and not armed again\n", fd);
  }
  return NULL;
}

static void serve(int fd) {
  if (strcmp(does, "one-shot") == 0) {
    if (write(ends[1], &fd, sizeof fd) != sizeof fd) die("write");
    return;
  }
  read_request(fd);
  if (strcmp(does, "shared") == 0) {
    say("connection %d: waits for a lock\n", fd);
    pthread_mutex_lock(&lock);
    return;
  }
  answer(fd);
  if (epoll_ctl(epoll, EPOLL_CTL_DEL, fd, NULL) < 0) die("epoll_ctl");
  say("connection %d: answered, and taken out of epoll\n", fd);
}

__attribute__((noreturn)) static void *run_loop(void *unused) {
  (void)unused;
  for (;;) {
    struct epoll_event event;
    if (epoll_wait(epoll, &event, 1, -1) < 0) die("epoll_wait");
    if (event.data.fd != listener) {
      serve(event.data.fd);
      continue;
    }
    const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    /* Both threads of `shared` are told of one connection. */
    if (fd < 0 && errno != EAGAIN) die("accept4");
    if (fd >= 0) watch(fd, strcmp(does, "remove") == 0 ? EPOLLIN : EPOLLIN | EPOLLONESHOT);
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  does = arguments[2];
  epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) die("epoll_create1");
  pthread_t thread;
  if (strcmp(does, "one-shot") == 0) {
    if (pipe(ends) < 0) die("pipe");
    if (pthread_create(&thread, NULL, work, NULL) != 0) die("pthread_create");
  }
  listener = listen_at(arguments[1]);
  if (fcntl(listener, F_SETFL, O_NONBLOCK) < 0) die("fcntl");
  watch(listener, EPOLLIN);
  if (strcmp(does, "shared") == 0) {
    pthread_mutex_lock(&lock);
    if (pthread_create(&thread, NULL, run_loop, NULL) != 0) die("pthread_create");
  }
  run_loop(NULL);
}
