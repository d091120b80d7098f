/*
 * Answers lines with the same line, a thread for each connection, and forgets a connection upon the line `leak`.
 * Prints its port; ends with its standard input.
 */
#include "../support.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LONGEST 256
#define STACK 65536

static void *serve(void *argument) {
  const int fd = (int)(intptr_t)argument;
  char line[LONGEST];
  size_t length = 0;
  for (;;) {
    const ssize_t got = read(fd, line + length, sizeof line - length);
    if (got <= 0) break;
    length += (size_t)got;
    if (line[length - 1] != '\n') continue;
    if (length == 5 && memcmp(line, "leak\n", 5) == 0) return NULL;
    if (write(fd, line, length) != (ssize_t)length) break;
    length = 0;
  }
  close(fd);
  return NULL;
}

static void *end_with_input(void *unused) {
  (void)unused;
  char byte;
  while (read(STDIN_FILENO, &byte, 1) > 0) continue;
  _exit(0);
}

int main(void) {
  raise_descriptor_limit();
  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 1024, &reach);
  pthread_attr_t small;
  pthread_t thread;
  if (pthread_attr_init(&small) != 0 || pthread_attr_setstacksize(&small, STACK) != 0 ||
      pthread_attr_setdetachstate(&small, PTHREAD_CREATE_DETACHED) != 0 ||
      pthread_create(&thread, &small, end_with_input, NULL) != 0) {
    die("pthread_create");
  }
  printf("%d\n", ntohs(((struct sockaddr_in *)&reach.address)->sin_port));
  fflush(stdout);
  for (;;) {
    const int fd = accept_one(listener);
    if (pthread_create(&thread, &small, serve, (void *)(intptr_t)fd) != 0) die("pthread_create");
  }
}
