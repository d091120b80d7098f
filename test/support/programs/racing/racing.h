/* What the server and the peers of a race agree on: where victims come from, and what every connection carries. */
#ifndef CLOSEWAIT_TEST_RACING_H
#define CLOSEWAIT_TEST_RACING_H

#include "../support.h"

#include <stdint.h>
#include <sys/resource.h>

#define MOST_VICTIMS 16384

/* Victim `index` always comes from the same end, so that whatever follows it has the same two ends. */
#define VICTIM_NETWORK 0x7f800000u
#define VICTIM_PORT 20000

/* Tells a connection from all others; the server sends it back before it closes. */
typedef uint64_t token;

static inline struct sockaddr_in victim_end(long index) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(VICTIM_NETWORK + (uint32_t)index + 1),
                              .sin_port = htons(VICTIM_PORT)};
}

/* -1: the end of a bystander. */
static inline long victim_index(const struct sockaddr_in *end) {
  const uint32_t address = ntohl(end->sin_addr.s_addr);
  return address > VICTIM_NETWORK && address <= VICTIM_NETWORK + MOST_VICTIMS ? (long)(address - VICTIM_NETWORK - 1) : -1;
}

/* The load is the same whatever else the machine does. Needs CAP_SYS_NICE. */
static inline void go_first(void) {
  if (setpriority(PRIO_PROCESS, 0, -20) < 0) die("setpriority");
}

#endif
