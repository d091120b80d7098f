import { limitRemedy } from '../../descriptor-pressure.ts';
import { destroyRemedy } from '../../destroy-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeDescriptorLeaked } from './rule.ts';

/** The program has lost the descriptor: nobody reads it, nobody watches it. */
export const descriptorLeaked: Cause = {
  id: 'descriptor-leaked',
  severity: 'leak',
  summary: 'The program has forgotten the descriptor: nobody reads from it, so nobody learns of the end.',
  explanation:
    'The program has accepted or made the connection and dropped every reference to it without a close, ' +
    'mostly on a path that is seldom taken: an error, an early return, a cache entry that was replaced. The ' +
    'descriptor stays in the table. The FIN lies unread in the receive queue, with everything that came ' +
    'before it, because no thread reads and no event loop watches. Each pass through that path costs one ' +
    'more descriptor.',
  judge: judgeDescriptorLeaked,
  remedies: (group, close) => [
    ...limitRemedy(group.process),
    ...destroyRemedy(group, close),
    restartRemedy(group.process),
  ],
  codeFix:
    'Give every connection one owner that closes it on every way out: normal end, error, time limit, early ' +
    'return. Set a time limit for a connection on which nothing happens, so that a path that was missed ' +
    'costs minutes and not the process.',
  codeFixes: {
    c:
      'One way out of each function (goto out; close(fd)), or __attribute__((cleanup)); in C++ a handle whose ' +
      'destructor closes. A connection that was put into a table needs a timer.',
    node:
      'socket.setTimeout(ms, () => socket.destroy()), and destroy() on every path that gives up. Read or ' +
      'cancel each response body of fetch: await response.body?.cancel().',
    go:
      'defer conn.Close() right behind Accept or Dial. After each Do or Get without an error: defer ' +
      'resp.Body.Close(), also where the body is not wanted.',
    java:
      'try (Socket s = …) { … }, and try-with-resources around each response; close in a catch where the ' +
      'constructor of a wrapper may throw. One shared HTTP client, not one for each request.',
    python:
      'with socket.create_connection(…) as s, contextlib.closing, with requests.Session(). In asyncio: ' +
      'finally: writer.close(); await writer.wait_closed().',
  },
};
