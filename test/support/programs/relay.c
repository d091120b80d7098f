/*
 * A relay that waits for both directions to end: it has passed the end of each client on, and the server behind it, a
 * child process, reads and never closes.
 *
 *   relay COUNT
 *
 * ready closeWait=N serverPid=N
 */
#include "support.h"

#include <unistd.h>

#define BYTES 18

/* Accepts, reads to the end and keeps the connection. */
static pid_t serve(int listener, long count) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child > 0) return child;
  die_with_parent(parent);
  char bytes[BYTES];
  for (long i = 0; i < count; i++) {
    const int connection = accept_one(listener);
    while (read(connection, bytes, sizeof bytes) > 0) continue;
  }
  sleep_until_killed();
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const long connections = number_argument(arguments[1]);
  die_with_starter();
  struct endpoint server_reach, reach;
  const int server_listener = listen_on(IPV4, 2, 16, &server_reach);
  const pid_t server = serve(server_listener, connections);
  if (close(server_listener) < 0) die("close");
  const int listener = listen_on(IPV4, 1, 16, &reach);
  for (long i = 0; i < connections; i++) {
    const int client_leg = passive_close(listener, &reach, BYTES);
    await_close_wait(client_leg);
    const int server_leg = connect_and_send(&server_reach, 0);
    char bytes[BYTES];
    ssize_t length;
    while ((length = read(client_leg, bytes, sizeof bytes)) > 0) {
      if (write(server_leg, bytes, (size_t)length) != length) die("write");
    }
    if (shutdown(server_leg, SHUT_WR) < 0) die("shutdown");
  }
  ready("closeWait=%ld serverPid=%d", connections, (int)server);
  sleep_until_killed();
}
