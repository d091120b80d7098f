import { limitRemedy } from '../../descriptor-pressure.ts';
import { destroyRemedy } from '../../destroy-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeCloseMissing } from './rule.ts';

/** The program, or its runtime, has taken the FIN from the queue and does not close. */
export const closeMissing: Cause = {
  id: 'close-missing',
  severity: 'leak',
  summary: 'The end was read, and nobody closes: the program treats it as the end of reading only.',
  explanation:
    'The FIN has left the receive queue: the program, or the runtime below it, has read to the end. What ' +
    'should follow is a close, and it does not come: the handler logs the end and returns, a runtime in ' +
    'half-open mode waits for the program to end its own side, or an upgraded connection has lost the ' +
    'listeners that used to close it. Often nobody ever saw a read of 0: a FIN that arrives behind unread ' +
    'data is consumed by the read that takes the last byte.',
  judge: judgeCloseMissing,
  remedies: (group, close) => [
    ...limitRemedy(group.process),
    ...destroyRemedy(group, close),
    restartRemedy(group.process),
  ],
  codeFix:
    'Close when read returns 0. After the last message of a protocol close too, or read once more: a FIN ' +
    'behind data leaves no trace of its own. Whoever takes a connection over (upgrade, CONNECT, hijack) ' +
    'takes over its end as well.',
  codeFixes: {
    c:
      'if (n == 0) close(fd). After a short read read again until 0 or EAGAIN; ask epoll for EPOLLRDHUP, which ' +
      'tells of a FIN that came with data.',
    node:
      "With allowHalfOpen: true call socket.end() on 'end'. In 'upgrade' and 'connect' handlers the socket is " +
      "yours: socket.on('end', () => socket.end()), and destroy() on 'error'.",
    go:
      'After Hijack the connection is yours: defer conn.Close() first. io.EOF ends the loop, and the loop ends ' +
      'in that Close.',
    java:
      'read() == -1: close the socket. With NIO close the channel: key.cancel() alone takes it out of the ' +
      'selector and leaves the descriptor open.',
    python:
      "Leave the loop on b'' and close: writer.close() after reader.read() is empty. Protocol.eof_received() " +
      'that returns true keeps the transport half-open: call transport.close().',
  },
};
