/*
 * Holds connections and uses each of them in one way, so that it is known who refers to which descriptor.
 *
 *   descriptor-uses WAIT USE…
 *
 * WAIT: what the first thread does afterwards: pause, sleep (nanosleep), futex, epoll; or write, sendmsg, poll, ppoll, select on
 * the first connection, whose peer has ended its half only; its use is not looked at then.
 *
 * leak         nobody refers to it; in CLOSE-WAIT
 * closed       the kernel has closed it
 * reset        closing it sends RST (SO_LINGER of 0 s)
 * linger       closing it waits for the peer (SO_LINGER of 30 s)
 * established  its peer has not closed
 * unconnected  a new socket
 * dup          a second descriptor of this process
 * fork         a child has it
 * flight       it lies in a unix socket
 * ring         it is registered with an io_uring
 * mapped       its receive buffer is mapped
 * epoll        an epoll instance watches it
 * async        a signal is sent for it
 * writer       a thread waits in send; its peer reads nothing
 * poller       a thread waits in poll
 * selector     a thread waits in select
 * thread       as leak, and there is a thread that waits for something else
 * filtered     as leak, and a seccomp filter ends the process where it calls restart_syscall
 * shared       as leak, and another process has the whole table (CLONE_FILES)
 *
 * ready fd0=N fd1=N … bystander=N     the descriptors in the order of their uses, and one that is no socket
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/futex.h>
#include <linux/io_uring.h>
#include <linux/seccomp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define MOST_USES 64

static int listener;
static struct endpoint reach;
static int ring = -1;
static int fixed_files[MOST_USES];
static unsigned fixed_count;

/* Fills both buffers and then waits: the peer reads nothing. */
static void write_for_ever(int fd) {
  static const char zeros[65536];
  for (;;) {
    if (send(fd, zeros, sizeof zeros, MSG_NOSIGNAL) < 0 && errno != EINTR) die("send");
  }
}

static void send_for_ever(int fd) {
  static char zeros[65536];
  struct iovec parts[4];
  for (int i = 0; i < 4; i++) parts[i] = (struct iovec){.iov_base = zeros, .iov_len = sizeof zeros};
  const struct msghdr message = {.msg_iov = parts, .msg_iovlen = 4};
  for (;;) {
    if (sendmsg(fd, &message, MSG_NOSIGNAL) < 0 && errno != EINTR) die("sendmsg");
  }
}

/* Nothing urgent ever comes. */
static void poll_for_ever(int fd) {
  struct pollfd urgent = {.fd = fd, .events = POLLPRI};
  for (;;) {
    if (poll(&urgent, 1, -1) != 0) die("poll");
  }
}

static void ppoll_for_ever(int fd) {
  struct pollfd urgent[2] = {{.fd = -1}, {.fd = fd, .events = POLLPRI}};
  for (;;) {
    if (ppoll(urgent, 2, NULL, NULL) != 0) die("ppoll");
  }
}

static void select_for_ever(int fd) {
  for (;;) {
    fd_set urgent;
    FD_ZERO(&urgent);
    FD_SET(fd, &urgent);
    if (select(fd + 1, NULL, NULL, &urgent, NULL) != 0) die("select");
  }
}

static void futex_for_ever(void) {
  static uint32_t word;
  for (;;) syscall(SYS_futex, &word, FUTEX_WAIT | FUTEX_PRIVATE_FLAG, 0, NULL, NULL, 0);
}

static void *write_in_thread(void *fd) { write_for_ever((int)(intptr_t)fd); return NULL; }
static void *poll_in_thread(void *fd) { poll_for_ever((int)(intptr_t)fd); return NULL; }
static void *select_in_thread(void *fd) { select_for_ever((int)(intptr_t)fd); return NULL; }
static void *wait_in_thread(void *fd) { (void)fd; futex_for_ever(); return NULL; }

static void start(void *(*work)(void *), int fd) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, work, (void *)(intptr_t)fd) != 0) die("pthread_create");
}

/* The peer has ended its half and keeps the other, so that a writer waits instead of being reset. */
static int half_closed(void) {
  const int client = connect_and_send(&reach, 9);
  const int fd = accept_one(listener);
  if (shutdown(client, SHUT_WR) < 0) die("shutdown");
  await_close_wait(fd);
  return fd;
}

static int stuck(void) {
  const int fd = passive_close(listener, &reach, 9);
  await_close_wait(fd);
  return fd;
}

static void set_linger(int fd, int seconds) {
  const struct linger linger = {.l_onoff = 1, .l_linger = seconds};
  if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) < 0) die("setsockopt SO_LINGER");
}

static void end_both_ways(int fd) {
  if (shutdown(fd, SHUT_RDWR) < 0) die("shutdown");
  while (tcp_state(fd) != TCP_CLOSE) poll(NULL, 0, 1);
}

static void share_with_child(int fd) {
  const pid_t parent = getpid();
  atomic_bool *has_closed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (has_closed == MAP_FAILED) die("mmap");
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child > 0) {
    while (!atomic_load(has_closed)) poll(NULL, 0, 1);
    return;
  }
  die_with_parent(parent);
  /* The child has this one alone. */
  if (fd > 3 && close_range(3, (unsigned)fd - 1, 0) < 0) die("close_range");
  if (close_range((unsigned)fd + 1, ~0u, 0) < 0) die("close_range");
  atomic_store(has_closed, true);
  sleep_until_killed();
}

static void send_into_flight(int fd) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends) < 0) die("socketpair");
  union {
    char bytes[CMSG_SPACE(sizeof fd)];
    struct cmsghdr header;
  } control = {.header = {.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(sizeof fd)}};
  memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  struct iovec byte = {.iov_base = (char[]){'x'}, .iov_len = 1};
  const struct msghdr message = {
      .msg_iov = &byte, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
  if (sendmsg(ends[0], &message, 0) < 0) die("sendmsg");
}

static void register_all(void) {
  if (fixed_count == 0) return;
  struct io_uring_params parameters = {0};
  ring = (int)syscall(SYS_io_uring_setup, 4, &parameters);
  if (ring < 0) die("io_uring_setup");
  if (syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, fixed_files, fixed_count) < 0) die("io_uring_register");
}

static void watch(int fd) {
  const int instance = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event urgent = {.events = EPOLLPRI};
  if (instance < 0 || epoll_ctl(instance, EPOLL_CTL_ADD, fd, &urgent) < 0) die("epoll_ctl");
}

static void send_signals_for(int fd) {
  if (signal(SIGIO, SIG_IGN) == SIG_ERR) die("signal");
  if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC) < 0) die("fcntl O_ASYNC");
}

static void forbid_restart(void) {
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_restart_syscall, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {.len = sizeof filter / sizeof *filter, .filter = filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
    die("prctl PR_SET_SECCOMP");
  }
}

static int keep_table(void *parent) {
  die_with_parent((pid_t)(intptr_t)parent);
  sleep_until_killed();
}

static void share_table(void) {
  static char stack[65536];
  if (clone(keep_table, stack + sizeof stack, CLONE_FILES | SIGCHLD, (void *)(intptr_t)getpid()) < 0) die("clone");
}

static int use(const char *how) {
  if (strcmp(how, "established") == 0) {
    connect_and_send(&reach, 9);
    return accept_one(listener);
  }
  if (strcmp(how, "unconnected") == 0) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) die("socket");
    return fd;
  }
  if (strcmp(how, "writer") == 0) {
    const int fd = half_closed();
    start(write_in_thread, fd);
    return fd;
  }
  const int fd = stuck();
  if (strcmp(how, "leak") == 0) return fd;
  if (strcmp(how, "closed") == 0) end_both_ways(fd);
  else if (strcmp(how, "reset") == 0) set_linger(fd, 0);
  else if (strcmp(how, "linger") == 0) set_linger(fd, 30);
  else if (strcmp(how, "dup") == 0 && dup(fd) < 0) die("dup");
  else if (strcmp(how, "fork") == 0) share_with_child(fd);
  else if (strcmp(how, "flight") == 0) send_into_flight(fd);
  else if (strcmp(how, "ring") == 0) fixed_files[fixed_count++] = fd;
  else if (strcmp(how, "mapped") == 0 && mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED) die("mmap");
  else if (strcmp(how, "epoll") == 0) watch(fd);
  else if (strcmp(how, "async") == 0) send_signals_for(fd);
  else if (strcmp(how, "poller") == 0) start(poll_in_thread, fd);
  else if (strcmp(how, "selector") == 0) start(select_in_thread, fd);
  else if (strcmp(how, "filtered") == 0) forbid_restart();
  else if (strcmp(how, "shared") == 0) share_table();
  else if (strcmp(how, "thread") == 0) start(wait_in_thread, fd);
  return fd;
}

static void wait_in(const char *how, int first) {
  if (strcmp(how, "write") == 0) write_for_ever(first);
  if (strcmp(how, "sendmsg") == 0) send_for_ever(first);
  if (strcmp(how, "poll") == 0) poll_for_ever(first);
  if (strcmp(how, "ppoll") == 0) ppoll_for_ever(first);
  if (strcmp(how, "select") == 0) select_for_ever(first);
  if (strcmp(how, "futex") == 0) futex_for_ever();
  if (strcmp(how, "sleep") == 0) {
    for (;;) nanosleep(&(const struct timespec){.tv_sec = 3600}, NULL);
  }
  if (strcmp(how, "epoll") == 0) {
    const int instance = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event;
    for (;;) epoll_wait(instance, &event, 1, -1);
  }
  sleep_until_killed();
}

int main(int count, char **arguments) {
  if (count < 3 || count - 2 > MOST_USES) return 2;
  die_with_starter();
  listener = listen_on(IPV4, 1, 64, &reach);
  const char *wait = arguments[1];
  const bool on_first = strcmp(wait, "write") == 0 || strcmp(wait, "sendmsg") == 0 || strcmp(wait, "poll") == 0 || strcmp(wait, "ppoll") == 0 ||
                        strcmp(wait, "select") == 0;
  const int uses = count - 2;
  int fds[MOST_USES];
  char line[MOST_USES * 16] = "";
  for (int i = 0; i < uses; i++) {
    /* What the first thread waits for has a peer that is there still. */
    fds[i] = i == 0 && on_first ? half_closed() : use(arguments[2 + i]);
    snprintf(line + strlen(line), sizeof line - strlen(line), "fd%d=%d ", i, fds[i]);
  }
  register_all();
  const int bystander = eventfd(0, EFD_CLOEXEC);
  ready("%sbystander=%d", line, bystander);
  wait_in(wait, fds[0]);
}
