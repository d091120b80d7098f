/* What the servers of test/support/foreign-scenarios.ts share: they follow the laboratory's lines. */
#ifndef CLOSEWAIT_FOREIGN_SERVER_H
#define CLOSEWAIT_FOREIGN_SERVER_H

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noreturn)) static inline void die(const char *what) {
  perror(what);
  exit(1);
}

/* Prints a line at once. */
__attribute__((format(printf, 1, 2))) static inline void say(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vdprintf(1, format, arguments);
  va_end(arguments);
}

/* A listener on 127.0.0.1:port. */
static inline int listen_at(const char *port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0) die("socket");
  struct sockaddr_in local = {
      .sin_family = AF_INET, .sin_port = htons((in_port_t)atoi(port)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr *)&local, sizeof local) < 0) die("bind");
  if (listen(listener, 64) < 0) die("listen");
  say("accepts connections on 127.0.0.1:%s\n", port);
  return listener;
}

static inline int accept_one(int listener) {
  const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd < 0) die("accept4");
  return fd;
}

/* Reads a request, which comes in one part; answers how many bytes. */
static inline ssize_t read_request(int fd) {
  char bytes[4096];
  const ssize_t length = read(fd, bytes, sizeof bytes);
  if (length < 0) die("read");
  return length;
}

static inline void answer(int fd) {
  if (write(fd, "ok\n", 3) != 3) die("write");
}

#endif
