/*
 * Connections that were in CLOSE-WAIT and that the peer then reset: the kernel has closed them and sock_diag shows
 * them no more, and the process still has their descriptors.
 *
 *   closed-but-held COUNT
 *
 * ready closed=N firstFd=N
 */
#include "support.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* A close with a linger time of 0 in FIN-WAIT-2 sends RST: tcp_disconnect, net/ipv4/tcp.c. */
static void reset(int client) {
  const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  if (setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) < 0) die("setsockopt SO_LINGER");
  if (close(client) < 0) die("close");
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const long connections = number_argument(arguments[1]);
  die_with_starter();
  raise_descriptor_limit();

  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  int first = 0;
  for (long i = 0; i < connections; i++) {
    const int client = connect_and_send(&reach, 0);
    const int server = accept_one(listener);
    if (shutdown(client, SHUT_WR) < 0) die("shutdown");
    await_close_wait(server);
    reset(client);
    while (tcp_state(server) != TCP_CLOSE) poll(NULL, 0, 1);
    if (i == 0) first = server;
  }
  ready("closed=%ld firstFd=%d", connections, first);
  sleep_until_killed();
}
