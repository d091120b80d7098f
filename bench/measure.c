/*
 * Runs a command once, with /dev/null for its input and both outputs, and prints what it cost:
 *
 *   measure COMMAND ARGUMENT…
 *   wallUs=N userUs=N systemUs=N maxRssKb=N exitCode=N
 *
 * The times include the start of the process. maxRssKb is the largest of the processes that the command waited for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what) {
  perror(what);
  exit(1);
}

static long long now_us(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) < 0) die("clock_gettime");
  return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static long long microseconds(struct timeval time) { return time.tv_sec * 1000000LL + time.tv_usec; }

int main(int count, char **arguments) {
  if (count < 2) return 2;
  const int null = open("/dev/null", O_RDWR);
  if (null < 0) die("open /dev/null");

  const long long start = now_us();
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    for (int fd = 0; fd <= 2; fd++) {
      if (dup2(null, fd) < 0) _exit(126);
    }
    execvp(arguments[1], arguments + 1);
    _exit(127);
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) die("wait4");
  const long long end = now_us();

  printf("wallUs=%lld userUs=%lld systemUs=%lld maxRssKb=%ld exitCode=%d\n", end - start, microseconds(usage.ru_utime),
         microseconds(usage.ru_stime), usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}
