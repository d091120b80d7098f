/*
 * Connections in CLOSE-WAIT that no descriptor table has: sent over a unix socket (SCM_RIGHTS), closed by the sender
 * and not received.
 *
 *   in-flight COUNT
 *
 * ready closeWait=N
 */
#include "support.h"

#include <string.h>
#include <unistd.h>

static void send_descriptor(int unix_socket, int descriptor) {
  char byte = 0;
  struct iovec data = {.iov_base = &byte, .iov_len = 1};
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof descriptor)];
  } control;
  memset(&control, 0, sizeof control);
  struct msghdr message = {
      .msg_iov = &data, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room};
  struct cmsghdr *header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof descriptor);
  memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  if (sendmsg(unix_socket, &message, 0) != 1) die("sendmsg SCM_RIGHTS");
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const long connections = number_argument(arguments[1]);
  die_with_starter();
  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0) die("socketpair");
  for (long i = 0; i < connections; i++) {
    const int server = passive_close(listener, &reach, 18);
    await_close_wait(server);
    send_descriptor(ends[0], server);
    if (close(server) < 0) die("close");
  }
  ready("closeWait=%ld", connections);
  sleep_until_killed();
}
