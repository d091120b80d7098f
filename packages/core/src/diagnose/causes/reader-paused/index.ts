import { limitRemedy } from '../../descriptor-pressure.ts';
import { destroyRemedy } from '../../destroy-remedy.ts';
import { healRemedy } from '../../heal-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeReaderPaused } from './rule.ts';

/** The program does not read for now, by design, and so does not learn of the end. */
export const readerPaused: Cause = {
  id: 'reader-paused',
  severity: 'leak',
  summary: 'The program has paused reading, or never reads here, so the end waits unread.',
  explanation:
    'A connection that is not read is not watched: the program has paused it because what it feeds is slow ' +
    '(backpressure), or it only ever writes to it (server-sent events, long polling). The FIN waits behind ' +
    'the unread data. If the slow side never goes on, or there is nothing to write, that lasts for ever. ' +
    'From outside a paused connection and a forgotten one look the same: in Node, asyncio and Java both are ' +
    'in no epoll instance.',
  judge: judgeReaderPaused,
  remedies: (group, close) => [
    healRemedy({
      does: 'let the slow side go on, or end it: reading is resumed and the end is found',
      risk: 'none in the program',
      peerSees: 'a FIN, once the program has read to the end',
    }),
    ...limitRemedy(group.process),
    ...destroyRemedy(group, close),
    restartRemedy(group.process),
  ],
  codeFix:
    "Limit the time of a pause: resume or destroy. While reading is paused keep watching for the peer's end " +
    '(EPOLLRDHUP), and write a heartbeat to connections that are only written to: its failure ends them.',
  codeFixes: {
    c:
      'While EPOLLIN is off keep EPOLLRDHUP on: it tells of the FIN without a read. Close, or drop the paused ' +
      'data, when a timer has passed.',
    node:
      'socket.setTimeout(ms, () => socket.destroy()) also fires while paused. pauseOnConnect needs a resume() ' +
      'on every path; stream.pipeline ends both sides when one fails.',
    go:
      'A hijacked or write-only connection needs a goroutine that reads: io.Copy(io.Discard, conn), then ' +
      'conn.Close(). In a handler watch r.Context().Done().',
    java:
      'Netty: setAutoRead(true) on every path, IdleStateHandler for the rest. Event streams (SseEmitter, ' +
      'Jersey): send a comment at intervals; its failure ends the stream.',
    python:
      'transport.resume_reading() on every path. A StreamReader pauses by itself above twice its limit: read ' +
      'it to the end, inside of asyncio.timeout(…).',
  },
};
