import { limitRemedy } from '../../descriptor-pressure.ts';
import { healRemedy } from '../../heal-remedy.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeNeverAccepted } from './rule.ts';

/** The handshake was done by the kernel; the peer gave up before the program accepted. */
export const neverAccepted: Cause = {
  id: 'never-accepted',
  severity: 'stall',
  summary: 'The peer gave up while its connection still waited in the accept queue of a listener.',
  explanation:
    "The kernel completes the handshake by itself and puts the connection into the listener's queue. The " +
    'program takes it out with accept, and does not come to that: it is busy, stuck or stopped. The client ' +
    'waits, loses patience and closes. The connection has no file yet, so no program can close it; it ends ' +
    'when it is accepted and closed, or when the listener goes.',
  judge: judgeNeverAccepted,
  remedies: ({ process }) => [
    healRemedy({
      does:
        'make the program accept again: free what its acceptor waits for, then it takes out, reads and closes ' +
        'what has queued',
      risk: 'none in the program; it works through a queue of clients that have gone',
      peerSees: 'a FIN',
    }),
    ...limitRemedy(process),
    restartRemedy(process),
  ],
  codeFix:
    'Never block the loop that accepts: hand each connection to a worker and accept again at once, give ' +
    'every wait in a worker a time limit, and on EMFILE back off instead of spinning. Keep the backlog no ' +
    'longer than what can be served while a client still waits; shed load beyond it.',
  codeFixes: {
    c:
      'A thread or loop that does nothing but accept4; listen(fd, backlog) with a backlog that can be served ' +
      'in time; net.core.somaxconn bounds it.',
    node:
      'Keep the event loop free, as it accepts too. server.listen({ port, backlog }) bounds the queue (511 by ' +
      'default); server.maxConnections closes what is too much.',
    go:
      'for { conn, err := listener.Accept(); …; go handle(conn) }: never wait between two calls of Accept. A ' +
      'semaphore in front of it needs holders with a time limit.',
    java:
      'new ServerSocket(port, backlog); no CallerRunsPolicy in the thread that accepts. Tomcat: maxConnections ' +
      'and acceptCount; Jetty: acceptQueueSize and a bounded thread pool.',
    python:
      'socketserver.ThreadingTCPServer instead of TCPServer, which serves in the thread that accepts. ' +
      'gunicorn: more --workers or --threads, a smaller --backlog (2,048 by default).',
  },
};
