/*
 * Runs a command that the kernel refuses one system call, as a kernel without it, Yama or a sandbox does: a seccomp filter
 * answers with an error. With a length the call is refused only where its third argument is that.
 *
 *   refuse-call pidfd_getfd|sendto|socket ERRNO-NUMBER LENGTH|any COMMAND ARGUMENT…
 */
#include "support.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

int main(int count, char **arguments) {
  if (count < 5) return 2;
  const char *name = arguments[1];
  const long call = strcmp(name, "pidfd_getfd") == 0 ? SYS_pidfd_getfd : strcmp(name, "sendto") == 0 ? SYS_sendto : SYS_socket;
  const unsigned error = (unsigned)atoi(arguments[2]);
  const int any = strcmp(arguments[3], "any") == 0;
  const unsigned length = (unsigned)atoi(arguments[3]);
  /* The low half of the third argument, on a little-endian machine: x86-64 and arm64 are. */
  struct sock_filter rules[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
      BPF_JUMP(BPF_JMP | (any ? BPF_JGE : BPF_JEQ) | BPF_K, any ? 0 : length, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (error & SECCOMP_RET_DATA)),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog filter = {.len = sizeof rules / sizeof rules[0], .filter = rules};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("prctl PR_SET_NO_NEW_PRIVS");
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0) die("prctl PR_SET_SECCOMP");
  execvp(arguments[4], arguments + 4);
  die(arguments[4]);
}
