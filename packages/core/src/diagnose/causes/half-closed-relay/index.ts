import { formatEndpoint } from '../../../facts/index.ts';
import type { CloseCommand } from '../../close-command.ts';
import { limitRemedy } from '../../descriptor-pressure.ts';
import { DRY_RUN } from '../../destroy-remedy.ts';
import type { Remedy } from '../../finding.ts';
import type { Group } from '../../group.ts';
import { healRemedy } from '../../heal-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeHalfClosedRelay } from './rule.ts';

/** A proxy waits for the end of both directions; one side has ended, the other never does. */
export const halfClosedRelay: Cause = {
  id: 'half-closed-relay',
  severity: 'leak',
  summary: 'A proxy has passed the end of one side on to the other, and waits for that one to end.',
  explanation:
    'A relay copies both directions and closes when both have ended. One side has sent its FIN; the relay ' +
    'has passed it on and waits for the other side to finish. That one does not: it is stuck, or it never ' +
    'reacts to a half-close. FIN-WAIT-2 of a socket that a process holds has no time limit in Linux, so the ' +
    'pair of connections, and what copies between them, stays.',
  judge: judgeHalfClosedRelay,
  remedies: (group, close) => [
    endRemedy(group),
    otherSideRemedy(close),
    ...limitRemedy(group.process),
    restartRemedy(group.process),
  ],
  codeFix:
    'Once one side has ended, give the other a time limit (a minute, or what its protocol needs), and close ' +
    'both when it has passed or when either fails.',
  codeFixes: {
    c:
      'On read == 0: shutdown(other, SHUT_WR), start a timer, close both when it fires. HAProxy: timeout ' +
      'client-fin and server-fin; nginx stream: proxy_timeout.',
    node:
      "Without allowHalfOpen Node ends its own side by itself. With it: a.on('end', () => b.setTimeout(ms, () " +
      '=> b.destroy())), and the same for b; stream.pipeline for errors.',
    go:
      'Two io.Copy: when one returns, CloseWrite on its target and SetReadDeadline(time.Now().Add(d)) on it, ' +
      'which also ends a Read that waits. Close both behind the second.',
    java:
      'setSoTimeout(ms) on both sockets before the copy, as a read that waits does not heed a later one; on -1 ' +
      'shutdownOutput() of the other, on SocketTimeoutException close both.',
    python:
      "After b'' writer.write_eof() on the other side, then await asyncio.wait_for(other_direction, 60), and " +
      'close both in finally.',
  },
};

/** The relay needs no cure: it closes both sides as soon as the other one ends. */
function endRemedy({ legs }: Group): Remedy {
  const others = [...new Set(legs.map(({ socket }) => formatEndpoint(socket.remote)))];
  const [only] = others;
  const where = only === undefined || others.length > 1 ? 'the other side' : `what is at ${only}, the other side`;
  return healRemedy({
    does: `heal or restart ${where} of the relay: the pair ends when that one closes`,
    risk: 'connections that it serves well end too, where it is restarted',
    peerSees: 'a FIN',
  });
}

/** Measured: the relay reads the end there, and closes both. On the connection in CLOSE-WAIT nothing would happen. */
function otherSideRemedy(close: CloseCommand): Remedy {
  return {
    id: 'other-side',
    command: close('shutdown'),
    does: `ends the reading half of the other side, in FIN-WAIT-2: the relay reads the end there and closes both; ${DRY_RUN}`,
    frees: { connection: true, descriptor: true, worker: true },
    risk: 'an answer that was still to come is lost',
    peerSees: 'a FIN',
  };
}
