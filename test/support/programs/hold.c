/*
 * Holds connections in CLOSE-WAIT: the client side is closed, the server side is kept.
 *
 *   hold [--ipv4 N] [--ipv6 N] [--mapped N]   connections of each address family
 *        [--bytes N]      data that the client sends before it closes and nobody reads
 *        [--idle N]       descriptors beside them that are no sockets
 *        [--dup N]        further descriptors of the first connection in this process
 *        [--forks N]      child processes that inherit all of them
 *        [--name TEXT]    what the process calls itself (PR_SET_NAME)
 *        [--uid N]        user and group that it runs as from then on
 *
 * ready closeWait=N firstFd=N dupFd=N childPid=N     (0 where there is none)
 */
#include "support.h"

#include <getopt.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * The clients of one listener are open all at once, so their ports differ. If they were closed one by one, the kernel
 * might give a port again after their FIN-WAIT-2 has ended: the server's socket in CLOSE-WAIT answers such a SYN with an
 * ACK, the client that with RST, and CLOSE-WAIT is over (measured with tcp_fin_timeout 1).
 */
#define CONNECTIONS_PER_LISTENER 500

static int *held;
static long held_count;

static void hold_connections(enum family family, long count, size_t bytes) {
  int clients[CONNECTIONS_PER_LISTENER];
  for (int host = 1; count > 0; host++) {
    struct endpoint reach;
    const int listener = listen_on(family, host, 16, &reach);
    const long batch = count < CONNECTIONS_PER_LISTENER ? count : CONNECTIONS_PER_LISTENER;
    for (long i = 0; i < batch; i++) {
      clients[i] = connect_and_send(&reach, bytes);
      held[held_count++] = accept_one(listener);
    }
    for (long i = 0; i < batch; i++) {
      if (close(clients[i]) < 0) die("close");
    }
    count -= batch;
  }
}

static pid_t fork_holder(void) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child > 0) return child;
  die_with_parent(parent);
  sleep_until_killed();
}

/* As if that user had started the program: a change of user alone leaves /proc/PID to root (PR_SET_DUMPABLE). */
static void become(uid_t user) {
  if (setgroups(0, NULL) < 0 || setresgid(user, user, user) < 0 || setresuid(user, user, user) < 0) die("setresuid");
  if (prctl(PR_SET_DUMPABLE, 1) < 0) die("prctl PR_SET_DUMPABLE");
  die_with_starter();
}

int main(int count, char **arguments) {
  static const struct option options[] = {
      {"ipv4", required_argument, NULL, '4'}, {"ipv6", required_argument, NULL, '6'},
      {"mapped", required_argument, NULL, 'm'}, {"bytes", required_argument, NULL, 'b'},
      {"idle", required_argument, NULL, 'i'}, {"dup", required_argument, NULL, 'd'},
      {"forks", required_argument, NULL, 'f'}, {"name", required_argument, NULL, 'n'},
      {"uid", required_argument, NULL, 'u'}, {NULL, 0, NULL, 0}};
  long ipv4 = 0, ipv6 = 0, mapped = 0, bytes = 0, idle = 0, dups = 0, forks = 0, uid = 0;
  const char *name = NULL;
  for (int option; (option = getopt_long(count, arguments, "", options, NULL)) != -1;) {
    switch (option) {
      case '4': ipv4 = number_argument(optarg); break;
      case '6': ipv6 = number_argument(optarg); break;
      case 'm': mapped = number_argument(optarg); break;
      case 'b': bytes = number_argument(optarg); break;
      case 'i': idle = number_argument(optarg); break;
      case 'd': dups = number_argument(optarg); break;
      case 'f': forks = number_argument(optarg); break;
      case 'n': name = optarg; break;
      case 'u': uid = number_argument(optarg); break;
      default: return 2;
    }
  }
  die_with_starter();
  raise_descriptor_limit();
  if (uid != 0) become((uid_t)uid);
  if (name != NULL && prctl(PR_SET_NAME, name) < 0) die("prctl PR_SET_NAME");

  held = calloc((size_t)(ipv4 + ipv6 + mapped) + 1, sizeof *held);
  if (held == NULL) die("calloc");
  hold_connections(IPV4, ipv4, (size_t)bytes);
  hold_connections(IPV6, ipv6, (size_t)bytes);
  hold_connections(MAPPED, mapped, (size_t)bytes);
  for (long i = 0; i < idle; i++) {
    if (eventfd(0, EFD_CLOEXEC) < 0) die("eventfd");
  }
  for (long i = 0; i < held_count; i++) await_close_wait(held[i]);

  int dup_fd = 0;
  for (long i = 0; i < dups; i++) {
    dup_fd = dup(held[0]);
    if (dup_fd < 0) die("dup");
  }
  pid_t child = 0;
  for (long i = 0; i < forks; i++) child = fork_holder();

  ready("closeWait=%ld firstFd=%d dupFd=%d childPid=%d", held_count, held[0], dup_fd, child);
  sleep_until_killed();
}
