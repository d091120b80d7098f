/*
 * A process whose first thread has ended while another lives on with the connections: /proc/PID/fd of such a zombie
 * leader cannot be read, /proc/PID/task/TID/fd of the living thread can.
 *
 *   dead-leader COUNT
 *
 * ready tid=N closeWait=N
 */
#include "support.h"

#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static long connections;

static char leader_state(void) {
  char stat[512] = "";
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", getpid());
  FILE *file = fopen(path, "re");
  if (file == NULL || fgets(stat, sizeof stat, file) == NULL) die(path);
  fclose(file);
  const char *name_end = strrchr(stat, ')');
  return name_end == NULL ? '?' : name_end[2];
}

static void *outlive_leader(void *unused) {
  (void)unused;
  die_with_starter();
  while (leader_state() != 'Z') poll(NULL, 0, 1);
  ready("tid=%d closeWait=%ld", gettid(), connections);
  sleep_until_killed();
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  connections = number_argument(arguments[1]);
  die_with_starter();
  raise_descriptor_limit();

  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  for (long i = 0; i < connections; i++) await_close_wait(passive_close(listener, &reach, 0));

  pthread_t thread;
  if (pthread_create(&thread, NULL, outlive_leader, NULL) != 0) die("pthread_create");
  pthread_exit(NULL);
}
