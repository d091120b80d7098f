/* What the fixture programs share. Each of them ends with the process that started it. */
#ifndef CLOSEWAIT_TEST_SUPPORT_H
#define CLOSEWAIT_TEST_SUPPORT_H

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

/* Prints what was tried with errno's text and ends with status 1. */
__attribute__((noreturn)) void die(const char *what);

/*
 * The kernel kills this thread's process when its parent ends (PR_SET_PDEATHSIG). The setting belongs to the calling
 * thread and is cleared by fork and by a change of user: call it again in a child, after such a change, and in a thread that
 * outlives its leader.
 */
void die_with_parent(pid_t parent);

/* The same for the process that started this program: FIXTURE_PARENT in the environment names it. */
void die_with_starter(void);

/* Raises the soft limit of descriptors to the hard one. */
void raise_descriptor_limit(void);

/* A decimal argument that is not negative. */
long number_argument(const char *text);

struct endpoint {
  struct sockaddr_storage address;
  socklen_t length;
};

enum family { IPV4, IPV6, MAPPED };

/*
 * A listener on a free port, and in `reach` where its clients connect to. IPV4: 127.0.0.`host`; IPV6: ::1; MAPPED: a
 * dual-stack listener on :: that is reached through 127.0.0.`host`, so that what it accepts is IPv4-mapped.
 */
int listen_on(enum family family, int host, int backlog, struct endpoint *reach);

/* Connects, sends `bytes` bytes, and returns the client's descriptor. */
int connect_and_send(const struct endpoint *reach, size_t bytes);

/* Accepts a connection that is there, or comes. */
int accept_one(int listener);

/* Makes one connection, ends the client's side of it and returns the server's, which is then in CLOSE-WAIT. */
int passive_close(int listener, const struct endpoint *reach, size_t bytes);

/* The state of a socket by its number in net/tcp_states.h. */
int tcp_state(int fd);

/* Returns when the peer's FIN has arrived at `fd` and its state is CLOSE-WAIT; ends the program after 10 s. */
void await_close_wait(int fd);

/* Prints the handshake that test/support/program.ts waits for: `ready` and pairs like `count=3`. */
void ready(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Sleeps until a signal ends the process. */
__attribute__((noreturn)) void sleep_until_killed(void);

#endif
