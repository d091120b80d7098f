import { spawn } from 'node:child_process';
import type { Observation, ObservedSegment } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import { readConnections } from '../../packages/closewait/src/cli/read-connections.ts';
import { inNetworkNamespace, PrivateNetwork } from '../../packages/closewait/src/ffi/index.ts';
import { NamespaceObserver } from '../../packages/closewait/src/kernel/trace/index.ts';
import { runFlawedServer } from '../../packages/closewait/src/lab/index.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

/** tcpdump in a namespace, from when it listens. */
class Tcpdump {
  #said = '';
  #complaint = '';
  readonly #stop: () => Promise<void>;

  constructor(networkPath: string) {
    const started = inNetworkNamespace(networkPath, () => ({
      ok: true,
      // Absolute sequence numbers, nanoseconds, no names, each line at once.
      value: spawn('tcpdump', ['-i', 'lo', '-nn', '-S', '-tt', '--nano', '-l', '--immediate-mode', 'tcp']),
    }));
    if (!started.ok) throw new Error(started.errno);
    const { value: child } = started;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint += text;
    });
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    this.#stop = () => {
      child.kill('SIGINT');
      return ended;
    };
  }

  listens(): boolean {
    return this.#complaint.includes('listening on lo');
  }

  /** What it saw, a line a packet: time, ports, flags, data. */
  async stop(): Promise<readonly Line[]> {
    await this.#stop();
    const pattern =
      /^(?<at>[\d.]+) IP 127\.0\.0\.1\.(?<from>\d+) > 127\.0\.0\.1\.(?<to>\d+): Flags \[(?<flags>[^\]]+)\],.* length (?<bytes>\d+)/gm;
    return [...this.#said.matchAll(pattern)].map(({ groups = {} }) => ({
      atMs: Number(groups['at']) * 1000,
      packet: `${groups['from']} > ${groups['to']} [${groups['flags']}] ${groups['bytes']}`,
    }));
  }
}

interface Line {
  readonly atMs: number;
  readonly packet: string;
}

/** As tcpdump spells them, in its order. */
const LETTERS = { FIN: 'F', SYN: 'S', RST: 'R', PSH: 'P', ACK: '.' } as const;

function asTcpdump({ source, destination, flags, payloadBytes }: ObservedSegment): string {
  const letters = Object.entries(LETTERS).flatMap(([flag, letter]) => (flags.includes(flag) ? [letter] : []));
  return `${source.port} > ${destination.port} [${letters.join('')}] ${payloadBytes}`;
}

describe('NamespaceObserver', () => {
  it('sees the segments that tcpdump sees, when tcpdump sees them', async () => {
    const made = PrivateNetwork.create();
    if (!made.ok) throw new Error(made.errno);
    using network = made.value;
    const tcpdump = new Tcpdump(network.path);
    await waitUntil('tcpdump listens', () => tcpdump.listens());
    using observer = new NamespaceObserver(network.path);
    const seen = Promise.withResolvers<Observation>();
    await runFlawedServer({
      port: 0,
      fixed: true,
      networkPath: network.path,
      readStates: (port) =>
        readConnections(network.path).flatMap(({ localPort, state }) => (localPort === port ? [state] : [])),
      onLine: () => undefined,
      onProgram: (role, pid) => observer.addProgram(role, pid),
      onStuck: () => undefined,
      onClosed: () => seen.resolve(observer.finish()),
    });
    const { segments, startedAt, losses, changes } = await seen.promise;
    const lines = await tcpdump.stop();
    if (!segments.known || !changes.known) throw new Error('nothing seen');
    expect(losses).toMatchObject({ packets: { value: 0 }, stateChanges: 0, callEvents: 0, more: false });
    expect(segments.value.map(asTcpdump)).toEqual(lines.map(({ packet }) => packet));
    expect(segments.value.filter(({ flags }) => flags.includes('FIN'))).toHaveLength(2);
    // Both stamp a packet once, on its arrival; the beginning of the observation is known to the millisecond.
    const [firstLine, firstSegment] = [lines[0]?.atMs ?? 0, segments.value[0]?.atMs ?? 0];
    expect(Math.abs(firstLine - firstSegment - Date.parse(startedAt))).toBeLessThan(50);
    const apart = segments.value.map(({ atMs }, index) =>
      Math.abs(atMs - firstSegment - ((lines[index]?.atMs ?? 0) - firstLine)),
    );
    expect(Math.max(...apart)).toBeLessThan(0.05);
  });
});
