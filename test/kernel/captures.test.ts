import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { CaptureDocument, CapturedConnectionDocument } from '@closewait/core/capture';
import { captureSchema } from '@closewait/core/capture/schema';
import type { TcpState } from '@closewait/core/tcp';
import { afterAll, describe, expect, it } from 'vitest';
import { CAUSE_SCENARIOS, runScenario } from '../../packages/closewait/src/lab/index.ts';
import {
  type BlockingCapture,
  type Running,
  start,
  startHalfCloser,
  startTcpdump,
  startTcpdumpAtOnce,
  startTextClients,
} from '../support/captures.ts';
import { CHECKOUT, CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeCaptures } from '../support/make-captures.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { run } from '../support/run.ts';
import { readTcpRows } from '../support/tcp-rows.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

const folder = mkdtempSync(join(tmpdir(), 'cwt-captures-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What `closewait pcap` says, checked against the published schema. */
async function analyse(file: string, ...options: readonly string[]): Promise<CaptureDocument> {
  const { stdout, stderr } = await run([...CLOSEWAIT, 'pcap', file, '--json', ...options]);
  expect(stderr).toBe('');
  return captureSchema.parse(JSON.parse(stdout));
}

function connectionsOf({ owing, connections }: CaptureDocument): readonly CapturedConnectionDocument[] {
  return [...owing.flatMap((each) => each.connections), ...connections];
}

describe('a capture of known traffic', () => {
  it('is read the same from every container and link layer', async () => {
    for (const { file, link, addresses } of await makeCaptures(folder)) {
      const document = await analyse(file);
      expect({ file: basename(file), link: document.links, verdicts: document.verdicts }).toEqual({
        file: basename(file),
        link: [{ name: link, packets: document.packets.read }],
        verdicts: {
          closed: addresses,
          reset: addresses,
          'half-closed': addresses,
          'half-close-in-use': 0,
          open: 0,
          unanswered: 0,
          'cannot-say': 0,
        },
      });
      expect(document.owing.map(({ endpoint, byConfidence }) => [endpoint, byConfidence.certain])).toEqual([
        ['127.0.0.1:8080', 1],
        ['[::1]:8080', 1],
      ]);
      for (const { ends } of connectionsOf(document)) {
        expect(ends.map(({ state }) => state)).toEqual(['FIN-WAIT-2', 'CLOSE-WAIT']);
      }
      const isTagged = file.includes('tagged');
      expect(document.packets.tagged).toBe(isTagged ? document.packets.read : 0);
      // Only dumpcap writes statistics: then the drops and the end of the capture are known.
      const hasStatistics = file.endsWith('.pcapng');
      expect([document.dropped, document.endIs]).toEqual(
        hasStatistics ? [0, 'capture-stopped'] : [null, 'last-packet'],
      );
    }
  });

  it('is told as it was when it was recorded', async () => {
    const file = join(CHECKOUT, 'fixtures/captures/ethernet.pcap');
    const golden = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as CaptureDocument;
    expect({ ...(await analyse(file, '--all')), file: golden.file, tool: golden.tool }).toEqual(golden);
  });

  it('comes through a pipe, and by selector', async () => {
    const file = join(CHECKOUT, 'fixtures/captures/ethernet.pcapng');
    const piped = ['sh', '-c', 'cat "$1" | exec "$2" "$3" pcap - 127.0.0.1:8080', 'sh', file, ...CLOSEWAIT];
    const { exitCode, stdout } = await run(piped);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^127\.0\.0\.1:8080 owes its FIN on 1 connection/m);
    expect(stdout).not.toContain('[::1]');
    // A pipe is read from its beginning alone.
    expect(stdout).toContain('does not say whether packets were dropped');
  });
});

describe('a capture that is still going on', () => {
  it('is told about when Ctrl-C ends it', async () => {
    using namespace = makeNamespace();
    await using _server = await startHalfCloser(namespace, ['serve', 8080]);
    // A process group as a shell makes one for a pipeline: Ctrl-C goes to all of it.
    const pipeline =
      'tcpdump --immediate-mode -U -Z root -B 16384 -s 120 -i lo -w - tcp 2>&2 | "$@" pcap - --min-age 0';
    const [file = '', ...args] = namespace.inside(['sh', '-c', pipeline, 'sh', ...CLOSEWAIT]);
    const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    await waitUntil('tcpdump captures', () => complaint.includes('listening on'));
    await waitUntil('tshark reads', () => hasReader(child.pid ?? 0));
    await using _client = await startHalfCloser(namespace, ['connect', 8080, '127.0.0.1']);
    const isStuck = (): boolean => [...kernelStates(namespace.path).values()].includes('FIN-WAIT-2');
    await waitUntil('the FIN is acknowledged', isStuck);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    await closed;
    expect(output).toMatch(/^127\.0\.0\.1:8080 owes its FIN on 1 connection/m);
    expect(output).not.toContain('could not be read to its end');
  });
});

/** Whether a descendant of a process is tshark. */
function hasReader(pid: number): boolean {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number);
  return children.some((child) => readFileSync(`/proc/${child}/comm`, 'utf8') === 'tshark\n' || hasReader(child));
}

/** Every connection of the namespace that the kernel has, by both its ports: `8080>40000`. */
function kernelStates(path: string): ReadonlyMap<string, TcpState> {
  return new Map(readTcpRows(path).map(({ localPort, remotePort, state }) => [`${localPort}>${remotePort}`, state]));
}

/** Every end that has not ended as the capture tells it. TIME-WAIT is none of the sockets that are compared. */
function capturedStates(document: CaptureDocument): ReadonlyMap<string, TcpState> {
  return new Map(
    connectionsOf(document).flatMap(({ ends }) =>
      ends.flatMap(({ endpoint, state }, index): readonly (readonly [string, TcpState])[] => {
        const other = ends[index === 0 ? 1 : 0].endpoint;
        const ports = [endpoint, other].map((text) => text.slice(text.lastIndexOf(':') + 1));
        return state === null || state === 'CLOSED' || state === 'TIME-WAIT' ? [] : [[ports.join('>'), state]];
      }),
    ),
  );
}

describe('what a capture says of both ends, against the kernel', () => {
  it.each(['close-missing', 'never-accepted', 'half-close-in-use'])('agrees in the scenario %s', async (name) => {
    const scenario = CAUSE_SCENARIOS.find((each) => each.name === name);
    if (scenario === undefined) throw new Error(`no scenario ${name}`);
    const file = join(folder, `${name}.pcap`);
    const played: { path: string; capture: BlockingCapture | null; document: CaptureDocument | null } = {
      path: '',
      capture: null,
      document: null,
    };
    let states: ReadonlyMap<string, TcpState> = new Map();
    await runScenario(scenario, {
      watch: {
        onNetwork: (path) => {
          played.path = path;
          // The handshakes of the scenario come right after this.
          played.capture = startTcpdumpAtOnce(path.replace('/self/', `/${process.pid}/`), file);
        },
        onProgram: () => undefined,
      },
      readConnections: readTcpRows,
      onLine: () => undefined,
      onScene: async () => {
        states = kernelStates(played.path);
        await played.capture?.stop();
        played.document = await analyse(file, '--min-age', '0');
      },
    });
    const { document } = played;
    if (document === null) throw new Error('no scene');
    expect(capturedStates(document)).toEqual(states);
  });

  it('agrees for nginx and redis, stopped while clients close', async () => {
    using namespace = makeNamespace();
    const file = join(folder, 'servers.pcap');
    await using capture = await startTcpdump(namespace, file, ['-i', 'lo', '-s', '200']);
    await using nginx = await startNginx(namespace);
    await using redis = await start(
      namespace.inside(['redis-server', '--port', '6379', '--save', '', '--dir', folder, '--daemonize', 'no']),
      'Ready to accept connections',
    );
    await using http = await startTextClients(namespace, 8000, 4, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await using resp = await startTextClients(namespace, 6379, 4, 'PING\r\n');
    // In order first: both servers close as soon as their clients do.
    for (const clients of [http, resp]) clients.tell('1');
    await waitUntil('the first connection of each is gone', () => kernelStates(namespace.path).size === 12);
    for (const { pid } of [nginx, redis]) process.kill(pid, 'SIGSTOP');
    for (const clients of [http, resp]) clients.tell('2');
    const count = (wanted: TcpState): number =>
      [...kernelStates(namespace.path).values()].filter((state) => state === wanted).length;
    await waitUntil('two of each are stuck', () => count('CLOSE-WAIT') === 4 && count('FIN-WAIT-2') === 4);
    const states = kernelStates(namespace.path);
    await capture.stop();

    const document = await analyse(file, '--min-age', '0');
    expect(capturedStates(document)).toEqual(states);
    expect(new Map(document.owing.map(({ endpoint, count: owed }) => [endpoint, owed]))).toEqual(
      new Map([
        ['127.0.0.1:6379', 2],
        ['127.0.0.1:8000', 2],
      ]),
    );
    expect(document.verdicts).toMatchObject({ closed: 2, open: 2, 'cannot-say': 0 });
    for (const { pid } of [nginx, redis]) process.kill(pid, 'SIGCONT');
  });
});

/** A single process, so that there is one to stop. */
function startNginx(namespace: NetworkNamespace): Promise<Running> {
  const configuration = join(folder, 'nginx.conf');
  writeFileSync(
    configuration,
    `daemon off; master_process off; pid ${folder}/nginx.pid; error_log stderr notice;
     events {} http { access_log off; server { listen 8000; location / { return 200 "hello"; } } }`,
  );
  return start(namespace.inside(['nginx', '-e', 'stderr', '-c', configuration, '-p', folder]), 'getrlimit');
}
