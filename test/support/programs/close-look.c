/*
 * Connections in CLOSE-WAIT with unread data, each watched in another way by an epoll instance, and threads that each
 * wait for something else.
 *
 *   close-look THREADS      further threads that do nothing
 *
 * ready epoll=FD eventfd=FD level=FD fired=FD edge=FD none=FD plain=FD pipe=FD lock=TID read=TID spin=TID vfork=TID
 *
 * level IN; fired IN|ONESHOT that has reported; edge IN|ET; none a mask of 0; plain not watched. The main thread is in
 * epoll_wait on another instance. lock waits for a mutex, read on the pipe, spin computes, vfork waits for its child (state D).
 */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];
static atomic_int tids[4];
static volatile unsigned long counted;

static void *lock(void *unused) {
  tids[0] = gettid();
  pthread_mutex_lock(&mutex);
  return unused;
}

static void *read_pipe(void *unused) {
  char byte;
  tids[1] = gettid();
  if (read(ends[0], &byte, 1) < 0) die("read");
  return unused;
}

static void *spin(void *unused) {
  tids[2] = gettid();
  for (;;) counted++;
  return unused;
}

static void *wait_for_vfork(void *unused) {
  const pid_t parent = getpid();
  tids[3] = gettid();
  /* The child borrows this thread's stack and memory until it ends, and only sleeps. */
  const pid_t child = vfork();
  if (child < 0) die("vfork");
  if (child == 0) {
    die_with_parent(parent);
    sleep_until_killed();
  }
  return unused;
}

static void *idle(void *unused) {
  sleep_until_killed();
  return unused;
}

static void start(void *(*routine)(void *)) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 65536);
  if (pthread_create(&thread, &attributes, routine, NULL) != 0) die("pthread_create");
}

static void watch(int epoll, int fd, unsigned int events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0) die("epoll_ctl");
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const long threads = number_argument(arguments[1]);
  die_with_starter();
  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  int fds[5];
  for (int i = 0; i < 5; i++) {
    fds[i] = passive_close(listener, &reach, 18);
    await_close_wait(fds[i]);
  }
  const int epoll = epoll_create1(EPOLL_CLOEXEC), other = epoll_create1(EPOLL_CLOEXEC);
  const int event_fd = eventfd(0, EFD_CLOEXEC);
  if (epoll < 0 || other < 0 || event_fd < 0) die("epoll_create1");
  struct epoll_event event;
  watch(epoll, fds[1], EPOLLIN | EPOLLONESHOT);
  if (epoll_wait(epoll, &event, 1, -1) != 1) die("epoll_wait");
  watch(epoll, event_fd, EPOLLIN);
  watch(epoll, fds[0], EPOLLIN);
  watch(epoll, fds[2], EPOLLIN | EPOLLET);
  watch(epoll, fds[3], 0);
  if (pipe(ends) < 0) die("pipe");
  pthread_mutex_lock(&mutex);
  start(lock);
  start(read_pipe);
  start(spin);
  start(wait_for_vfork);
  for (long i = 0; i < threads; i++) start(idle);
  for (int i = 0; i < 4; i++) {
    while (tids[i] == 0) usleep(1000);
  }
  ready("epoll=%d eventfd=%d level=%d fired=%d edge=%d none=%d plain=%d pipe=%d lock=%d read=%d spin=%d vfork=%d", epoll,
        event_fd, fds[0], fds[1], fds[2], fds[3], fds[4], ends[0], tids[0], tids[1], tids[2], tids[3]);
  epoll_wait(other, &event, 1, -1);
  sleep_until_killed();
}
