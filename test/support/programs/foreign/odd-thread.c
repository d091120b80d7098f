/*
 * A server whose thread is not where /proc/PID shows it.
 *
 *   odd-thread PORT DOES
 *
 * dead-leader     the first thread has ended, another one forgets connections
 * private-table   a thread with a descriptor table of its own (unshare CLONE_FILES) forgets connections
 * vfork           the thread that serves waits in state D for a child of vfork(2) that sleeps
 */
#include "server.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

static const char *port;
static const char *does;

static void serve(int fd) {
  read_request(fd);
  if (strcmp(does, "vfork") != 0) {
    answer(fd);
    say("connection %d: answered and forgotten\n", fd);
    return;
  }
  say("connection %d: waits for a child of vfork\n", fd);
  if (vfork() == 0) {
    /* A new process, and fork clears the setting: the kernel ends it with its parent. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sleep(86400);
    _exit(0);
  }
}

static void *run(void *unused) {
  (void)unused;
  /* The setting of the first thread does not outlive it. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (strcmp(does, "private-table") == 0 && unshare(CLONE_FILES) < 0) die("unshare CLONE_FILES");
  for (const int listener = listen_at(port);;) serve(accept_one(listener));
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  port = arguments[1];
  does = arguments[2];
  if (strcmp(does, "vfork") == 0) run(NULL);
  pthread_t thread;
  if (pthread_create(&thread, NULL, run, NULL) != 0) die("pthread_create");
  if (strcmp(does, "dead-leader") == 0) pthread_exit(NULL);
  pthread_join(thread, NULL);
}
