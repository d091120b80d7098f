/*
 * A server with two workers, fed by a queue with a mutex and a condition variable.
 *
 *   thread-pool PORT DOES
 *
 * deadlock   each of the two workers holds the lock that the other one waits for
 * result     each waits on a condition variable for a result that nobody delivers
 * forget     each answers and forgets the connection; the pool is idle
 * busy       each computes for ever
 */
#include "server.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

#define WORKERS 2

static const char *does;
static pthread_mutex_t queue_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t queue_filled = PTHREAD_COND_INITIALIZER;
static int queue[64];
static int queued;

static pthread_mutex_t locks[WORKERS] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_barrier_t both_hold;

static pthread_mutex_t result_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t result_there = PTHREAD_COND_INITIALIZER;
static bool has_result;

static int take(void) {
  pthread_mutex_lock(&queue_lock);
  while (queued == 0) pthread_cond_wait(&queue_filled, &queue_lock);
  const int fd = queue[0];
  memmove(queue, queue + 1, (size_t)--queued * sizeof *queue);
  pthread_mutex_unlock(&queue_lock);
  return fd;
}

static void put(int fd) {
  pthread_mutex_lock(&queue_lock);
  queue[queued++] = fd;
  pthread_cond_signal(&queue_filled);
  pthread_mutex_unlock(&queue_lock);
}

static void handle(long worker, int fd) {
  read_request(fd);
  if (strcmp(does, "deadlock") == 0) {
    pthread_mutex_lock(&locks[worker]);
    pthread_barrier_wait(&both_hold);
    say("connection %d: waits for the lock of the other worker\n", fd);
    pthread_mutex_lock(&locks[1 - worker]);
  } else if (strcmp(does, "result") == 0) {
    say("connection %d: waits for a result\n", fd);
    pthread_mutex_lock(&result_lock);
    while (!has_result) pthread_cond_wait(&result_there, &result_lock);
  } else if (strcmp(does, "busy") == 0) {
    say("connection %d: computes\n", fd);
    for (volatile unsigned long rounds = 0;; rounds++) continue;
  } else {
    answer(fd);
    say("connection %d: answered and forgotten\n", fd);
  }
}

__attribute__((noreturn)) static void *work(void *worker) {
  for (;;) handle((long)worker, take());
}

int main(int count, char **arguments) {
  if (count != 3) return 2;
  does = arguments[2];
  pthread_barrier_init(&both_hold, NULL, WORKERS);
  for (long worker = 0; worker < WORKERS; worker++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, (void *)worker) != 0) die("pthread_create");
  }
  const int listener = listen_at(arguments[1]);
  for (;;) put(accept_one(listener));
}
