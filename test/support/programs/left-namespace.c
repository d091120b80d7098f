/*
 * Connections in CLOSE-WAIT in a network namespace that nobody is in any more: made there, and kept after the program has
 * gone back to where it came from. No path leads to the namespace.
 *
 *   left-namespace COUNT
 *
 * ready closeWait=N
 */
#include "support.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void bring_loopback_up(void) {
  struct ifreq loopback = {.ifr_flags = IFF_UP};
  strcpy(loopback.ifr_name, "lo");
  const int control = socket(AF_INET, SOCK_DGRAM, 0);
  if (control < 0 || ioctl(control, SIOCSIFFLAGS, &loopback) < 0) die("cannot bring lo up");
  close(control);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const long connections = number_argument(arguments[1]);
  die_with_starter();
  const int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (home < 0 || unshare(CLONE_NEWNET) < 0) die("cannot make a network namespace");
  bring_loopback_up();
  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  for (long i = 0; i < connections; i++) await_close_wait(passive_close(listener, &reach, 18));
  if (setns(home, CLONE_NEWNET) < 0) die("cannot go back");
  ready("closeWait=%ld", connections);
  sleep_until_killed();
}
