/*
 * Holds connections in CLOSE-WAIT while children that inherit them come and go without a pause: whoever lists /proc
 * meanwhile is told of pids that have ended when it looks at them.
 *
 *   churn COUNT
 *
 * ready closeWait=N
 */
#include "support.h"

#include <poll.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 32

static void fork_short_life(int milliseconds) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child > 0) return;
  die_with_parent(parent);
  poll(NULL, 0, milliseconds);
  _exit(0);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const long connections = number_argument(arguments[1]);
  die_with_starter();
  raise_descriptor_limit();

  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  for (long i = 0; i < connections; i++) await_close_wait(passive_close(listener, &reach, 0));

  for (int i = 0; i < CHILDREN; i++) fork_short_life(i % 8);
  ready("closeWait=%ld", connections);
  for (int i = 0;; i++) {
    if (wait(NULL) < 0) die("wait");
    fork_short_life(i % 8);
  }
}
