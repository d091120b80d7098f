import type { CauseScenario, Scene } from '../cause-scenario.ts';
import type { LabProgram } from '../program-url.ts';
import { LAB_PORT, SAYS } from '../programs/contract.ts';
import type { Stage } from '../stage.ts';

const CONNECTIONS = 3;
/** http.client reads heads through a buffer of 8 KiB; what is left fits into the first window of a connection. */
const LONG_BODY_BYTES = 32 * 1024;

/** The end that connected keeps what the server has closed. */
export const CLIENTS_SCENARIOS: readonly CauseScenario[] = [
  {
    name: 'idle-pool-http',
    title: 'The server closes connections that a pool keeps alive for later requests (http.client of Python).',
    cause: 'idle-pool',
    start: (stage) => playClient(stage, { client: 'http-client', does: 'pool' }),
  },
  {
    name: 'idle-pool-tls-1-2',
    title: 'The same with TLS 1.2: an alert and the FIN are unread (ssl of Python; needs openssl).',
    cause: 'idle-pool',
    start: (stage) => playClient(stage, { client: 'http-client', does: 'pool', tls: '1.2' }),
  },
  {
    name: 'idle-pool-tls-1-3',
    title: 'The same with TLS 1.3, which encrypts the alert otherwise (ssl of Python; needs openssl).',
    cause: 'idle-pool',
    start: (stage) => playClient(stage, { client: 'http-client', does: 'pool', tls: '1.3' }),
  },
  {
    name: 'descriptor-leaked-heads',
    title: 'A client reads the heads of responses, keeps the objects, and never reads the bodies (Python).',
    cause: 'descriptor-leaked',
    start: (stage) => playClient(stage, { client: 'http-client', does: 'heads', bodyBytes: LONG_BODY_BYTES }),
  },
];

interface ClientPlay {
  readonly client: LabProgram;
  readonly does?: 'pool' | 'heads';
  readonly tls?: '1.2' | '1.3';
  readonly bodyBytes?: number;
}

/** The server closes when all have their answer, and the scene is about the client. */
async function playClient(stage: Stage, { client: program, does, tls, bodyBytes = 3 }: ClientPlay): Promise<Scene> {
  const common = ['--connections', String(CONNECTIONS), ...(tls === undefined ? [] : ['--tls', tls])];
  const server = stage.start('server', 'http-server', ...common, '--body', String(bodyBytes));
  await stage.heard(server, SAYS.ready);
  const client = stage.start('client', program, ...common, ...(does === undefined ? [] : ['--does', does]));
  await stage.heard(client, SAYS.served);
  server.tell();
  await stage.heard(server, SAYS.done, CONNECTIONS);
  return { pids: [client.pid], port: LAB_PORT, end: 'remote', closeWait: CONNECTIONS };
}
