/*
 * A listener that never accepts: connections that the kernel made, and whose peers have gone, stay in its queue.
 * They have no file, so inode 0 and no holder.
 *
 *   unaccepted SILENT TALKING     connections that sent nothing, and that sent 100 bytes, before the close
 *
 * ready port=N queued=N fd=N
 */
#include "support.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

/* What the listener itself tells of its queue: tcpi_unacked of a listening socket (tcp_get_info, net/ipv4/tcp.c). */
static unsigned queue_length(int listener) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  if (getsockopt(listener, IPPROTO_TCP, TCP_INFO, &info, &length) < 0) die("getsockopt TCP_INFO");
  return info.tcpi_unacked;
}

/* A FIN is acknowledged by the queued socket, after which the client's side is in FIN-WAIT-2. */
static void close_and_await_acknowledgement(int client) {
  if (shutdown(client, SHUT_WR) < 0) die("shutdown");
  while (tcp_state(client) == TCP_FIN_WAIT1) poll(NULL, 0, 1);
  if (close(client) < 0) die("close");
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  const long silent = number_argument(arguments[1]);
  const long talking = number_argument(arguments[2]);
  die_with_starter();

  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, (int)(silent + talking), &reach);
  for (long i = 0; i < silent + talking; i++) {
    close_and_await_acknowledgement(connect_and_send(&reach, i < silent ? 0 : 100));
  }
  ready("port=%d queued=%u fd=%d", ntohs(((struct sockaddr_in *)&reach.address)->sin_port), queue_length(listener),
        listener);
  sleep_until_killed();
}
