/*
 * Runs a command once, with /dev/null for its input and both outputs, and prints what it cost:
 *
 *   measure LIMIT_MS COMMAND ARGUMENT…
 *   wallUs=N userUs=N systemUs=N maxRssKb=N exitCode=N
 *
 * The times include the start of the process; user and system time are those of all its threads and of the processes
 * that it waited for, maxRssKb is the largest of these. exitCode is -1 where a signal ended it: after LIMIT_MS it is
 * SIGKILL.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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
  if (count < 3) return 2;
  const int limit_ms = atoi(arguments[1]);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) die("open /dev/null");
  /* A benchmark that is killed leaves nothing running. */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) die("prctl PR_SET_PDEATHSIG");

  const long long start = now_us();
  const pid_t child = fork();
  if (child < 0) die("fork");
  if (child == 0) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) _exit(126);
    for (int fd = 0; fd <= 2; fd++) {
      if (dup2(null, fd) < 0) _exit(126);
    }
    execvp(arguments[2], arguments + 2);
    _exit(127);
  }
  struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, child, 0), .events = POLLIN};
  if (ended.fd < 0) die("pidfd_open");
  const int answer = poll(&ended, 1, limit_ms);
  if (answer < 0) die("poll");
  if (answer == 0 && kill(child, SIGKILL) < 0) die("kill");
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) < 0) die("wait4");
  const long long end = now_us();

  printf("wallUs=%lld userUs=%lld systemUs=%lld maxRssKb=%ld exitCode=%d\n", end - start, microseconds(usage.ru_utime),
         microseconds(usage.ru_stime), usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}
