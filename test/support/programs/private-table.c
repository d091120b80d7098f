/*
 * A thread with a descriptor table of its own (unshare CLONE_FILES) accepts connections that its process' first
 * thread does not have.
 *
 *   private-table COUNT
 *
 * ready tid=N closeWait=N
 */
#include "support.h"

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

static long connections;

static void *hold_privately(void *unused) {
  (void)unused;
  if (unshare(CLONE_FILES) < 0) die("unshare CLONE_FILES");
  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  for (long i = 0; i < connections; i++) await_close_wait(passive_close(listener, &reach, 0));
  ready("tid=%d closeWait=%ld", gettid(), connections);
  sleep_until_killed();
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  connections = number_argument(arguments[1]);
  die_with_starter();
  raise_descriptor_limit();

  pthread_t thread;
  if (pthread_create(&thread, NULL, hold_privately, NULL) != 0) die("pthread_create");
  sleep_until_killed();
}
