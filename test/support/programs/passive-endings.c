/*
 * Makes one connection in CLOSE-WAIT and, when SIGUSR1 comes, ends it in one way:
 *
 *   passive-endings ENDING
 *
 * close, shutdown, exit; thread: a thread that ends at once closes; child: a forked process does; unread, linger: close
 * that resets; listener: it is in an accept queue when the listener is closed; reset: by the peer; timeout: the peer is
 * not there any more (takes `lo` down); destroy: SOCK_DESTROY by ss.
 *
 * ready port=N
 */
#include "support.h"

#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int port_of(int fd) {
  struct sockaddr_in name;
  socklen_t length = sizeof name;
  if (getsockname(fd, (struct sockaddr *)&name, &length) != 0) die("getsockname");
  return ntohs(name.sin_port);
}

static void linger_zero(int fd) {
  const struct linger none = {.l_onoff = 1, .l_linger = 0};
  if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) != 0) die("SO_LINGER");
}

static void *close_in_thread(void *fd) {
  close(*(int *)fd);
  return NULL;
}

static void take_down_loopback(void) {
  const int control = socket(AF_INET, SOCK_DGRAM, 0);
  struct ifreq request = {.ifr_flags = 0};
  strcpy(request.ifr_name, "lo");
  if (control < 0 || ioctl(control, SIOCSIFFLAGS, &request) != 0) die("lo down");
}

static void await_closed(int fd) {
  while (tcp_state(fd) != 7) poll(NULL, 0, 10);
}

static void destroy_by_ss(int port) {
  char filter[32];
  snprintf(filter, sizeof filter, ":%d", port);
  const pid_t child = fork();
  if (child == 0) {
    fclose(stdout);
    execlp("ss", "ss", "-KtnH", "state", "close-wait", "sport", "=", filter, NULL);
    _exit(127);
  }
  int status;
  if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0) die("ss");
}

int main(int count, char **arguments) {
  if (count != 2) return 2;
  const char *ending = arguments[1];
  die_with_starter();
  sigset_t go;
  sigemptyset(&go);
  sigaddset(&go, SIGUSR1);
  sigprocmask(SIG_BLOCK, &go, NULL);
  struct endpoint reach;
  const int listener = listen_on(IPV4, 1, 16, &reach);
  const int is_unread = strcmp(ending, "unread") == 0;
  const int client = connect_and_send(&reach, is_unread ? 10 : 0);
  const int port = port_of(listener);
  const int is_queued = strcmp(ending, "listener") == 0;
  const int server = is_queued ? -1 : accept_one(listener);
  shutdown(client, SHUT_WR);
  if (!is_queued) await_close_wait(server);
  ready("port=%d", port);
  int signal;
  sigwait(&go, &signal);

  if (strcmp(ending, "close") == 0 || is_unread) {
    close(server);
  } else if (strcmp(ending, "shutdown") == 0) {
    shutdown(server, SHUT_WR);
  } else if (strcmp(ending, "exit") == 0) {
    _exit(0);
  } else if (strcmp(ending, "thread") == 0) {
    pthread_t thread;
    int fd = server;
    if (pthread_create(&thread, NULL, close_in_thread, &fd) != 0) die("pthread_create");
    pthread_join(thread, NULL);
  } else if (strcmp(ending, "child") == 0) {
    const pid_t child = fork();
    if (child == 0) {
      poll(NULL, 0, 20);
      close(server);
      _exit(0);
    }
    close(server);
    waitpid(child, NULL, 0);
  } else if (strcmp(ending, "linger") == 0) {
    linger_zero(server);
    close(server);
  } else if (is_queued) {
    close(listener);
  } else if (strcmp(ending, "reset") == 0) {
    linger_zero(client);
    close(client);
    await_closed(server);
  } else if (strcmp(ending, "timeout") == 0) {
    const int milliseconds = 400;
    if (setsockopt(server, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds) != 0) die("timeout");
    take_down_loopback();
    if (send(server, "x", 1, MSG_NOSIGNAL) != 1) die("send");
    await_closed(server);
  } else if (strcmp(ending, "destroy") == 0) {
    destroy_by_ss(port);
  } else {
    return 2;
  }
  return 0;
}
