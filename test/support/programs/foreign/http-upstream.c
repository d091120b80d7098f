/*
 * An HTTP server for clients that leave something undone. It serves COUNT connections.
 *
 *   http-upstream PORT DOES COUNT
 *
 * keep-alive   answers, keeps the connections, and closes them when a line comes on its input
 * long-body    answers with a body of 64 KiB and closes
 */
#include "server.h"

#include <string.h>

#define BODY_BYTES 65536
#define MOST 16

static void write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    const ssize_t written = write(fd, bytes, length);
    if (written < 0) die("write");
    bytes += written;
    length -= (size_t)written;
  }
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  const int connections = atoi(arguments[3]);
  const int keep = strcmp(arguments[2], "keep-alive") == 0;
  int kept[MOST];
  if (connections > MOST) return 2;
  const int listener = listen_at(arguments[1]);
  for (int i = 0; i < connections; i++) {
    kept[i] = accept_one(listener);
    read_request(kept[i]);
    if (keep) {
      const char *answer = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nKeep-Alive: timeout=3600\r\n\r\nok\n";
      write_all(kept[i], answer, strlen(answer));
      continue;
    }
    static char body[BODY_BYTES];
    dprintf(kept[i], "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n", BODY_BYTES);
    write_all(kept[i], body, sizeof body);
    if (close(kept[i]) < 0) die("close");
    say("connection %d: answered and closed\n", kept[i]);
  }
  if (keep) {
    char line;
    if (read(0, &line, 1) != 1) die("read");
    for (int i = 0; i < connections; i++) {
      if (close(kept[i]) < 0) die("close");
      say("connection %d: closed\n", kept[i]);
    }
  }
  for (;;) pause();
}
