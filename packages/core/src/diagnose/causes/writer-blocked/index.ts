import type { CloseCommand } from '../../close-command.ts';
import { type DestroyTexts, DRY_RUN, destroyRemedy } from '../../destroy-remedy.ts';
import type { Remedy } from '../../finding.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeWriterBlocked } from './rule.ts';

/** The peer is half-closed, alive and does not read: whoever writes to it waits for ever. */
export const writerBlocked: Cause = {
  id: 'writer-blocked',
  severity: 'stall',
  summary: 'The peer has finished sending and does not read either; whoever writes to it waits.',
  explanation:
    'The peer has closed its half and neither reads nor closes the rest: its window is 0 and the send buffer ' +
    'here is full. A blocking write does not return, a loop waits for room to send. TCP asks the peer again ' +
    'and again whether it has room, and as long as it answers that never ends: keepalive does not help, as ' +
    'the peer is alive.',
  judge: judgeWriterBlocked,
  remedies: (group, close) => [
    giveUpRemedy(close),
    ...destroyRemedy(group, close, WRITER),
    restartRemedy(group.process),
  ],
  codeFix:
    'Give every write a time limit: SO_SNDTIMEO or poll in blocking code, TCP_USER_TIMEOUT on the ' +
    'connection. Close on the error that follows. Keepalive does not help: the peer answers its probes.',
  codeFixes: {
    c:
      'setsockopt TCP_USER_TIMEOUT (milliseconds) on each connection; SO_SNDTIMEO for blocking writes, set ' +
      'before the write. Then close on EAGAIN or ETIMEDOUT.',
    node:
      'socket.setTimeout(ms, () => socket.destroy()) fires when a write makes no progress. Stop when write() ' +
      "returns false and go on at 'drain'; stream.pipeline does so.",
    go:
      'conn.SetWriteDeadline(time.Now().Add(d)) before each Write; http.Server.WriteTimeout, or ' +
      'http.ResponseController.SetWriteDeadline for streams.',
    java:
      'setSoTimeout limits reads only. Use the limit of the server (Jetty idleTimeout, Netty ' +
      'WriteTimeoutHandler), or a selector with a deadline for each write.',
    python:
      'sock.settimeout(s) bounds sendall as a whole. asyncio: await asyncio.wait_for(writer.drain(), s), and ' +
      'on the time limit writer.transport.abort().',
  },
};

/** Measured: a thread in write and a loop that waits for EPOLLOUT both woke and closed. */
const WRITER: DestroyTexts = {
  does: 'ends the connection in the kernel: the writer wakes with ECONNABORTED and closes',
  risk: 'the rest of the answer is lost; a program that does not close on that error keeps the descriptor',
  wakes: true,
};

/** Measured: the persist timer gives up, the write fails, and the program closes. A peer that reads again in time loses nothing. */
function giveUpRemedy(close: CloseCommand): Remedy {
  return {
    id: 'timeout',
    command: close('timeout'),
    does: `gives the peer up where it takes nothing for 10 s (TCP_USER_TIMEOUT): the writer wakes with ETIMEDOUT and closes; ${DRY_RUN}`,
    frees: { connection: true, descriptor: true, worker: true },
    risk: 'the rest of the answer is lost; a program that does not close on that error keeps the descriptor',
    peerSees: 'nothing, and a reset when it sends again',
  };
}
