import { destroyRemedy } from '../../destroy-remedy.ts';
import type { Remedy } from '../../finding.ts';
import type { Cause } from '../../rule.ts';
import { judgeIdlePool } from './rule.ts';

/** Kept-alive connections of a client, which the server has closed and the pool has not looked at since. */
export const idlePool: Cause = {
  id: 'idle-pool',
  severity: 'benign',
  summary: 'A client keeps idle connections that the server has closed; it finds out at the next use.',
  explanation:
    'A client keeps connections for later. The server closes one that was idle for too long; the pool looks ' +
    'at it only when it takes it out again, so the FIN (with TLS a close_notify before it) waits unread. The ' +
    'number is bounded by the size of the pool and does not grow. It costs a descriptor each, and one failed ' +
    'request where the client does not try again.',
  judge: judgeIdlePool,
  remedies: (group, close) => [
    LEAVE,
    ...destroyRemedy(group, close, {
      does: 'ends the idle connections; the pool finds out at the next use and connects anew',
      risk: 'the descriptors stay in the pool until it looks at them',
    }),
  ],
  codeFix:
    "Let the client drop idle connections before the server does: an idle limit below the server's " +
    'keep-alive time, with a timer that closes them. Keep one shared pool, and close it when it is not ' +
    'needed any more.',
  codeFixes: {
    c:
      "libcurl: CURLOPT_MAXAGE_CONN below the server's limit (118 s by default); it looks when the next " +
      'transfer starts. curl_easy_cleanup or curl_multi_cleanup closes all.',
    node:
      'new http.Agent({ keepAlive: true, timeout: ms }) closes a socket that was idle for so long; undici: ' +
      'keepAliveTimeout. An agent drops what the server closes; other pools need a limit.',
    go:
      'http.Transport watches its idle connections; set IdleConnTimeout, and MaxIdleConnsPerHost. Other pools ' +
      'do not: SetConnMaxIdleTime of database/sql, ConnMaxIdleTime of go-redis.',
    java:
      'Apache HttpClient: evictExpiredConnections() and evictIdleConnections(time) start the timer that is off ' +
      'by default; HttpURLConnection: http.keepAlive.time.server; HikariCP: maxLifetime.',
    python:
      'requests and urllib3 look only when a connection is taken out: with requests.Session() as s, or ' +
      'session.close(). aiohttp: TCPConnector(keepalive_timeout=…) has a timer.',
  },
};

const LEAVE: Remedy = {
  id: 'leave',
  command: null,
  does: 'nothing is to be done: the next use finds the end, and the pool connects anew',
  frees: { connection: false, descriptor: false, worker: false },
  risk: 'a request that is sent at that moment fails where the client does not repeat it',
  peerSees: 'nothing',
};
