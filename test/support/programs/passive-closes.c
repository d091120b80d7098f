/*
 * Opens and closes connections as fast as asked, both ends on loopback: the client sends its FIN first, the server's end
 * reads it and closes, so each connection is one passive close. Prints what it really reached. Set
 * net.ipv4.tcp_max_tw_buckets to 0 in its namespace first: the clients' remainders would use up the ports.
 *
 *   passive-closes RATE MILLISECONDS THREADS
 *
 * RATE connections a second in all, 0: as many as the machine can make.
 * closes=N us=N cpuUs=N
 */
#include "support.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST_THREADS 64
#define NS 1000000000LL

struct work {
  pthread_t thread;
  int host;
  double rate;
  int64_t end_ns;
  long closes;
};

static int64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * NS + time.tv_nsec;
}

static void close_passively(int listener, const struct endpoint *reach) {
  char byte;
  const int client = socket(reach->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (client < 0) die("socket");
  if (connect(client, (const struct sockaddr *)&reach->address, reach->length) != 0) die("connect");
  const int server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
  if (server < 0) die("accept");
  close(client);
  if (read(server, &byte, 1) != 0) die("read");
  close(server);
}

static void *run(void *argument) {
  struct work *work = argument;
  struct endpoint reach;
  const int listener = listen_on(IPV4, work->host, 16, &reach);
  const int64_t begin = now_ns();
  for (;;) {
    const int64_t now = now_ns();
    if (now >= work->end_ns) return NULL;
    if (work->rate > 0) {
      const double owed = (double)(now - begin) / NS * work->rate - (double)work->closes;
      if (owed < 1) {
        const struct timespec pause = {0, 200000};
        nanosleep(&pause, NULL);
        continue;
      }
    }
    close_passively(listener, &reach);
    work->closes++;
  }
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const double rate = (double)number_argument(arguments[1]);
  const long milliseconds = number_argument(arguments[2]);
  const long threads = number_argument(arguments[3]);
  if (threads < 1 || threads > MOST_THREADS) return 2;
  die_with_starter();
  raise_descriptor_limit();
  static struct work works[MOST_THREADS];
  const int64_t begin = now_ns();
  for (long i = 0; i < threads; i++) {
    works[i] = (struct work){.host = (int)i + 1, .rate = rate / (double)threads, .end_ns = begin + milliseconds * 1000000};
    if (pthread_create(&works[i].thread, NULL, run, &works[i]) != 0) die("pthread_create");
  }
  long closes = 0;
  for (long i = 0; i < threads; i++) {
    pthread_join(works[i].thread, NULL);
    closes += works[i].closes;
  }
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  printf("closes=%ld us=%lld cpuUs=%lld\n", closes, (long long)((now_ns() - begin) / 1000),
         (long long)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 + usage.ru_utime.tv_usec +
             usage.ru_stime.tv_usec);
}
