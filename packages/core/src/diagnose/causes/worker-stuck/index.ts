import { limitRemedy } from '../../descriptor-pressure.ts';
import { healRemedy } from '../../heal-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeWorkerStuck } from './rule.ts';

/** The thread that should read and close waits for something else; behind it connections queue that nobody has touched. */
export const workerStuck: Cause = {
  id: 'worker-stuck',
  severity: 'stall',
  summary: 'The worker that should close waits for something else: a lock, a database, an upstream, a disk.',
  explanation:
    'The program has the connection, and the thread or process that serves it is inside of another wait that ' +
    'has no time limit. It does not look at the connection, so it does not see that the client has gone. ' +
    'When all workers wait like that, new connections are accepted or queued and nobody reads them: a few ' +
    "connections in service are the root, the many behind them are victims. Ending the client's connection " +
    'does not wake the worker: it waits for something else.',
  judge: judgeWorkerStuck,
  remedies: ({ process }) => [
    healRemedy({
      does: 'bring back what the workers wait for: they go on, find the end of their connections and close',
      risk: 'none in the program; what it waits for may need a restart of its own',
      peerSees: 'an answer that comes too late, or a FIN',
    }),
    ...limitRemedy(process),
    restartRemedy(process),
  ],
  codeFix:
    'Give every wait inside of a handler a time limit: connect, read, write, lock, pool, name lookup. Bound ' +
    'the queue in front of the workers and refuse what does not fit. During long work look from time to time ' +
    'whether the client is still there.',
  codeFixes: {
    c:
      'SO_RCVTIMEO and SO_SNDTIMEO on every upstream socket, connect without blocking and poll with a limit, ' +
      'pthread_mutex_timedlock; during long work poll the client for POLLRDHUP.',
    go:
      'Hand r.Context() to every call (QueryContext, NewRequestWithContext): it ends when the client leaves. ' +
      'Bound it with context.WithTimeout, and set Client.Timeout and Dialer.Timeout.',
    java:
      'connect(address, ms) and setSoTimeout(ms) on sockets, tryLock(time, unit), Future.get(time, unit), ' +
      'HikariCP connectionTimeout; a ThreadPoolExecutor with a bounded queue.',
    python:
      'requests.get(url, timeout=(3, 10)), socket.create_connection(address, timeout), ' +
      'lock.acquire(timeout=…), asyncio.timeout(…); with gunicorn gthread workers and --timeout.',
  },
};
