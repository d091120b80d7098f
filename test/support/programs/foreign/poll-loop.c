/*
 * A server with a loop around poll(2) or select(2).
 *
 *   poll-loop PORT DOES
 *
 * spin     poll(2); a read of 0 bytes is ignored, so poll returns at once, for ever
 * forget   select(2); a connection is answered and then left out of the set
 */
#include "server.h"

#include <poll.h>
#include <string.h>
#include <sys/select.h>

#define MOST 16

static void spin(int listener) {
  struct pollfd watched[MOST] = {{.fd = listener, .events = POLLIN}};
  nfds_t count = 1;
  for (;;) {
    if (poll(watched, count, -1) < 0) die("poll");
    if ((watched[0].revents & POLLIN) != 0 && count < MOST) {
      watched[count++] = (struct pollfd){.fd = accept_one(listener), .events = POLLIN};
    }
    for (nfds_t i = 1; i < count; i++) {
      if ((watched[i].revents & POLLIN) == 0 || read_request(watched[i].fd) == 0) continue;
      answer(watched[i].fd);
      say("connection %d: answered\n", watched[i].fd);
    }
  }
}

static void forget(int listener) {
  fd_set watched;
  FD_ZERO(&watched);
  FD_SET(listener, &watched);
  for (int highest = listener;;) {
    fd_set ready = watched;
    if (select(highest + 1, &ready, NULL, NULL, NULL) < 0) die("select");
    if (FD_ISSET(listener, &ready)) {
      const int fd = accept_one(listener);
      FD_SET(fd, &watched);
      if (fd > highest) highest = fd;
    }
    for (int fd = 0; fd <= highest; fd++) {
      if (fd == listener || !FD_ISSET(fd, &ready)) continue;
      read_request(fd);
      answer(fd);
      FD_CLR(fd, &watched);
      say("connection %d: answered, and left out of the set\n", fd);
    }
  }
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  const int listener = listen_at(arguments[1]);
  if (strcmp(arguments[2], "spin") == 0) spin(listener);
  forget(listener);
}
