/*
 * Holds connections in every state that the kernel lists, for as long as it is left alone: some 100 s, as the FINs that
 * nobody acknowledges are repeated, and TIME-WAIT ends after 60 s. What a side must not see is dropped by a socket filter.
 *
 *   all-states SCALE     a state has SCALE times its own number of sockets
 *
 * ready listen=N synSent=N synReceived=N established=N finWait1=N finWait2=N closeWait=N closing=N lastAck=N timeWait=N
 *       orphans=N       (of finWait2)
 */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOKS 5000

struct pair {
  int client, server;
};

static int listener;
static struct endpoint reach;

static struct pair connect_pair(void) {
  const int client = connect_and_send(&reach, 0);
  return (struct pair){client, accept_one(listener)};
}

/* From now on every segment that comes in for this socket is dropped: sk_filter(), net/ipv4/tcp_ipv4.c. */
static void drop_all(int fd) {
  static struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
  const struct sock_fprog program = {1, code};
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0) die("SO_ATTACH_FILTER");
}

static void drop_nothing(int fd) {
  if (setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &(int){0}, sizeof(int)) < 0) die("SO_DETACH_FILTER");
}

static void await_state(int fd, int state) {
  for (int look = 0; tcp_state(fd) != state; look++) {
    if (look == LOOKS) {
      fprintf(stderr, "descriptor %d is in state %d instead of %d\n", fd, tcp_state(fd), state);
      exit(1);
    }
    poll(NULL, 0, 2);
  }
}

static void finish(int fd) {
  if (shutdown(fd, SHUT_WR) < 0) die("shutdown");
}

static void let_go(int fd) {
  if (close(fd) < 0) die("close");
}

/* A connect whose SYN is answered by nobody, or whose answer is dropped here. */
static void half_connect(const struct endpoint *to, int drops_answers) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  if (drops_answers) drop_all(fd);
  if (connect(fd, (const struct sockaddr *)&to->address, to->length) == 0 || errno != EINPROGRESS) die("connect");
  await_state(fd, TCP_SYN_SENT);
}

static void make_fin_wait_1(void) {
  const struct pair pair = connect_pair();
  drop_all(pair.server);
  finish(pair.client);
  await_state(pair.client, TCP_FIN_WAIT1);
}

static void make_last_ack(void) {
  const struct pair pair = connect_pair();
  finish(pair.client);
  await_close_wait(pair.server);
  await_state(pair.client, TCP_FIN_WAIT2);
  drop_all(pair.client);
  finish(pair.server);
  await_state(pair.server, TCP_LAST_ACK);
}

/* Both FINs are lost; then the client's is repeated and seen, and the ACK of it is lost. */
static void make_closing(void) {
  const struct pair pair = connect_pair();
  drop_all(pair.client);
  drop_all(pair.server);
  finish(pair.client);
  finish(pair.server);
  await_state(pair.client, TCP_FIN_WAIT1);
  drop_nothing(pair.server);
  await_state(pair.server, TCP_CLOSING);
}

static void make_time_wait(void) {
  const struct pair pair = connect_pair();
  finish(pair.client);
  await_close_wait(pair.server);
  let_go(pair.client);
  let_go(pair.server);
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const long scale = number_argument(arguments[1]);
  die_with_starter();
  raise_descriptor_limit();
  struct endpoint deaf_reach;
  const int deaf = listen_on(IPV4, 2, 16, &deaf_reach);
  drop_all(deaf);
  listener = listen_on(IPV4, 1, 128, &reach);

  for (long i = 0; i < scale; i++) {
    for (int n = 0; n < 2; n++) connect_pair();                /* 4 ESTABLISHED */
    make_fin_wait_1();                                         /* FIN-WAIT-1, and its peer in ESTABLISHED */
    make_last_ack();                                           /* LAST-ACK, and its peer in FIN-WAIT-2 */
    make_closing();                                            /* CLOSING, and its peer in FIN-WAIT-1 */
    for (int n = 0; n < 2; n++) make_time_wait();
    for (int n = 0; n < 3; n++) {                              /* CLOSE-WAIT, and orphans in FIN-WAIT-2 */
      const struct pair pair = connect_pair();
      finish(pair.client);
      await_close_wait(pair.server);
      await_state(pair.client, TCP_FIN_WAIT2);
      let_go(pair.client);
    }
    half_connect(&deaf_reach, 0);                              /* SYN-SENT */
    half_connect(&reach, 1);                                   /* SYN-SENT, and a request socket in SYN-RECEIVED */
  }
  ready("listen=2 synSent=%ld synReceived=%ld established=%ld finWait1=%ld finWait2=%ld closeWait=%ld closing=%ld "
        "lastAck=%ld timeWait=%ld orphans=%ld",
        2 * scale, scale, 5 * scale, 2 * scale, 4 * scale, 3 * scale, scale, scale, 2 * scale, 3 * scale);
  sleep_until_killed();
}
