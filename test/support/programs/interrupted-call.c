/*
 * Waits in one system call with two leaked connections beside it, and says what the call answered.
 *
 *   interrupted-call CALL
 *
 * A call with a time limit waits LIMIT_MS. The others end by what a child does when it reads a word from standard input.
 *
 * ready fd0=N fd1=N      the leaked descriptors
 * answered N errno N early N     after the call; early: it came back before its limit
 */
#include "support.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define LIMIT_MS 2000

static const struct timespec limit = {.tv_sec = LIMIT_MS / 1000};
static int pair[2];
static int waiting;
static struct endpoint reach_waiting;
static _Atomic uint32_t *word;
static pid_t owner;
static bool is_limited;

static void on_signal(int number) { (void)number; }

static long now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long call(const char *name) {
  char byte;
  is_limited = true;
  if (strcmp(name, "nanosleep") == 0) return nanosleep(&limit, NULL);
  if (strcmp(name, "clock_nanosleep") == 0) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += limit.tv_sec;
    errno = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    return errno == 0 ? 0 : -1;
  }
  if (strcmp(name, "futex-limited") == 0) return syscall(SYS_futex, word, FUTEX_WAIT, 0, &limit, NULL, 0);
  if (strcmp(name, "poll-limited") == 0) return poll(&(struct pollfd){.fd = pair[0], .events = POLLIN}, 1, LIMIT_MS);
  if (strcmp(name, "ppoll-limited") == 0) {
    return ppoll(&(struct pollfd){.fd = pair[0], .events = POLLIN}, 1, &limit, NULL);
  }
  if (strcmp(name, "select-limited") == 0) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    return select(pair[0] + 1, &set, NULL, NULL, &(struct timeval){.tv_sec = LIMIT_MS / 1000});
  }
  if (strcmp(name, "epoll-limited") == 0) {
    struct epoll_event event;
    return epoll_wait(epoll_create1(0), &event, 1, LIMIT_MS);
  }
  if (strcmp(name, "recv-limited") == 0) {
    const struct timeval most = {.tv_sec = LIMIT_MS / 1000};
    if (setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most) < 0) die("setsockopt SO_RCVTIMEO");
    return recv(pair[0], &byte, 1, 0);
  }
  is_limited = false;
  if (strcmp(name, "futex") == 0) return syscall(SYS_futex, word, FUTEX_WAIT, 0, NULL, NULL, 0);
  if (strcmp(name, "poll") == 0) return poll(&(struct pollfd){.fd = pair[0], .events = POLLIN}, 1, -1);
  if (strcmp(name, "select") == 0) {
    fd_set set;
    FD_ZERO(&set);
    FD_SET(pair[0], &set);
    return select(pair[0] + 1, &set, NULL, NULL, NULL);
  }
  if (strcmp(name, "epoll") == 0) {
    const int instance = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN};
    if (epoll_ctl(instance, EPOLL_CTL_ADD, pair[0], &event) < 0) die("epoll_ctl");
    return epoll_wait(instance, &event, 1, -1);
  }
  if (strcmp(name, "recv") == 0) return recv(pair[0], &byte, 1, 0);
  if (strcmp(name, "read") == 0) return read(pair[0], &byte, 1);
  if (strcmp(name, "accept") == 0) return accept(waiting, NULL, NULL) < 0 ? -1 : 0;
  if (strcmp(name, "flock") == 0) return flock(waiting, LOCK_EX);
  if (strcmp(name, "waitpid") == 0) return waitpid(-1, NULL, 0) < 0 ? -1 : 0;
  if (strcmp(name, "pause") == 0) return pause();
  if (strcmp(name, "sigtimedwait") == 0) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    return sigtimedwait(&set, NULL, &(struct timespec){.tv_sec = 60});
  }
  fprintf(stderr, "no call %s\n", name);
  _exit(2);
}

/* Whatever the call waits for; the other things harm nobody. */
static void trigger(const char *name) {
  char byte;
  if (read(STDIN_FILENO, &byte, 1) != 1) _exit(1);
  if (strcmp(name, "accept") == 0) connect_and_send(&reach_waiting, 1);
  if (strcmp(name, "pause") == 0 || strcmp(name, "sigtimedwait") == 0) kill(owner, SIGUSR1);
  atomic_store(word, 1);
  syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
  if (write(pair[1], "x", 1) != 1) die("write");
  /* With the child goes its lock. */
  _exit(0);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const char *name = arguments[1];
  die_with_starter();
  if (signal(SIGUSR1, on_signal) == SIG_ERR) die("signal");
  if (strcmp(name, "sigtimedwait") == 0) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0) die("sigprocmask");
  }
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0) die("socketpair");
  word = mmap(NULL, sizeof *word, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (word == MAP_FAILED) die("mmap");
  if (strcmp(name, "flock") == 0) {
    FILE *file = tmpfile();
    if (file == NULL) die("tmpfile");
    waiting = fileno(file);
  } else {
    waiting = listen_on(IPV4, 2, 16, &reach_waiting);
  }
  owner = getpid();
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    die_with_parent(owner);
    if (strcmp(name, "flock") == 0) {
      char path[32];
      snprintf(path, sizeof path, "/proc/self/fd/%d", waiting);
      /* A lock belongs to one opening of the file. */
      FILE *mine = fopen(path, "r+e");
      if (mine == NULL || flock(fileno(mine), LOCK_EX) < 0) die("flock");
    }
    if (write(pair[1], "r", 1) != 1) die("write");
    trigger(name);
  }
  char byte;
  if (read(pair[0], &byte, 1) != 1) die("read");

  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  int leaked[2];
  for (int i = 0; i < 2; i++) {
    leaked[i] = passive_close(listener, &reach, 9);
    await_close_wait(leaked[i]);
  }
  ready("fd0=%d fd1=%d", leaked[0], leaked[1]);
  const long before = now_ms();
  errno = 0;
  const long result = call(name);
  const int error = result < 0 ? errno : 0;
  const bool is_early = is_limited && now_ms() - before < LIMIT_MS - 1;
  printf("answered %ld errno %d early %d\n", result, error, is_early);
  return fflush(stdout) == 0 ? 0 : 1;
}
