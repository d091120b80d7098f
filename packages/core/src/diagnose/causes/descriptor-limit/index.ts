import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeDescriptorLimit } from './rule.ts';

/** accept fails with EMFILE, so connections stay in the queue; often the last stage of a leak. */
export const descriptorLimit: Cause = {
  id: 'descriptor-limit',
  severity: 'stall',
  summary: 'No descriptor is left, so accept fails and connections stay in the queue.',
  explanation:
    'A process has as many descriptors as its soft limit allows. When all are taken accept fails with EMFILE ' +
    'and leaves the connection in the queue, where its peer gives up. Opening files, resolving names and ' +
    'connecting to a database fail for the same reason. Usually it is the last stage of a leak: look at what ' +
    'the descriptors are.',
  judge: judgeDescriptorLimit,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'Find what fills the table first: usually descriptors that are never closed. Then keep one in reserve ' +
    'for accept, pause on EMFILE instead of spinning, and set the limit to what the program is built for ' +
    '(LimitNOFILE= in the unit).',
  codeFixes: {
    c:
      'Keep /dev/null open: on EMFILE close it, accept and close the connection, open it again. Then take the ' +
      'listener out of epoll for a moment: level-triggered it wakes without end.',
    node:
      "server.maxConnections below the limit: Node closes what comes beyond it and emits 'drop'. Count handles " +
      'with process.getActiveResourcesInfo().',
    go:
      'netutil.LimitListener (golang.org/x/net) bounds accepted connections. net/http waits up to 1 s after ' +
      'EMFILE and tries again. Since 1.19 Go raises its soft limit to the hard one.',
    java:
      'Tomcat: maxConnections, Jetty: ConnectionLimit, below the limit. The JVM raises its soft limit to the ' +
      'hard one (-XX:+MaxFDLimit).',
    python:
      'resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard)) at the start. asyncio stops accepting for 1 s ' +
      'after EMFILE; own loops must do the same.',
  },
};
