import { spawn } from 'node:child_process';
import type { SynFinStep } from '@closewait/core/experiment';
import { expect, it } from 'vitest';
import { readLabSockets } from '../../packages/closewait/src/cli/read-lab-sockets.ts';
import { TraceSession } from '../../packages/closewait/src/kernel/trace/index.ts';
import { Bench, CLIENT, SERVER } from '../../packages/closewait/src/lab/syn-fin/bench.ts';
import { Observer } from '../../packages/closewait/src/lab/syn-fin/observer.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { outputOf } from '../support/run.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

/** The bench's namespace, as another process finds it. */
function pathOf(bench: Bench): string {
  return bench.networkPath.replace('/proc/self/', `/proc/${process.pid}/`);
}

/** Everything that tcpdump says of the namespace's `lo` while `work` runs, checksums verified. */
async function watchedByTcpdump(bench: Bench, work: () => Promise<void>, lines: number): Promise<readonly string[]> {
  const command = [`--net=${pathOf(bench)}`, 'tcpdump', '-i', 'lo', '-Q', 'in', '-nn', '-l', '-v', '-S', 'tcp'];
  const tcpdump = spawn('nsenter', command, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let complained = '';
  tcpdump.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  tcpdump.stderr.setEncoding('utf8').on('data', (text: string) => {
    complained += text;
  });
  const ended = new Promise<void>((resolve) => {
    tcpdump.once('close', () => resolve());
  });
  const segments = (): readonly string[] => said.split('\n').filter((line) => line.includes('Flags ['));
  try {
    await waitUntil('tcpdump listens', () => complained.includes('listening on'));
    await work();
    await waitUntil('tcpdump has told every segment', () => segments().length >= lines);
  } finally {
    tcpdump.kill('SIGINT');
    await ended;
  }
  return segments().map((line) => line.trim());
}

it('is seen by tcpdump as it is told: SYN+FIN with a correct checksum, no answer, and a RST to the ACK', async () => {
  const steps: SynFinStep[] = [];
  using bench = new Bench('cookies-1', readLabSockets);
  const observer = new Observer(bench, new AbortController().signal, steps);
  const told = await watchedByTcpdump(
    bench,
    async () => {
      await observer.observe({ flags: ['SYN', 'FIN'], sequence: 1000, payload: new Uint8Array(5) });
      await observer.observe({ flags: ['ACK'], sequence: 1001, acknowledgment: 7000 });
    },
    7,
  );
  const client = `${CLIENT.address}.${CLIENT.port}`;
  const server = `${SERVER.address}.${SERVER.port}`;
  const own = told.filter((line) => line.includes(client));
  expect(own).toHaveLength(3);
  expect(own[0]).toMatch(
    new RegExp(`^${client} > ${server}: Flags \\[FS\\], cksum 0x[0-9a-f]{4} \\(correct\\), seq 1000:1005,`),
  );
  expect(own[1]).toMatch(new RegExp(`^${client} > ${server}: Flags \\[\\.\\], cksum 0x[0-9a-f]{4} \\(correct\\)`));
  expect(own[2]).toMatch(new RegExp(`^${server} > ${client}: Flags \\[R\\],`));
  // After each segment the witness: an ACK to a closed port, and its RST.
  expect(told.filter((line) => !line.includes(client)).map((line) => /Flags \[(.+?)\]/.exec(line)?.[1])).toEqual([
    '.',
    'R',
    '.',
    'R',
  ]);
  expect(steps.map(({ flags, sight, answers }) => [flags, sight, answers.map((answer) => answer.flags)])).toEqual([
    ['SYN+FIN', 'seen', []],
    ['ACK', 'seen', ['RST']],
  ]);
});

it('is counted among the drops of the listener, where ss shows it', async () => {
  const steps: SynFinStep[] = [];
  using bench = new Bench('cookies-1', readLabSockets);
  const ss = ['nsenter', `--net=${pathOf(bench)}`, 'ss', '-Hltmn'];
  const drops = async (): Promise<string | undefined> => /skmem:\(.*,(d\d+)\)/.exec(await outputOf(ss))?.[1];
  expect(await drops()).toBe('d0');
  await new Observer(bench, new AbortController().signal, steps).observe({ flags: ['SYN', 'FIN'], sequence: 1000 });
  expect(await drops()).toBe('d1');
  expect(steps).toMatchObject([{ listenerDrops: 1 }]);
});

/** The names of skb:kfree_skb's drop reasons on this kernel, by their numbers. */
async function readReasons(): Promise<ReadonlyMap<number, string>> {
  const read = 'mount -t tracefs tracefs /mnt && cat /mnt/events/skb/kfree_skb/format';
  const format = await outputOf(['unshare', '--mount', '--', 'sh', '-c', read]);
  return new Map([...format.matchAll(/\{ (\d+), "(\w+)" \}/g)].map(([, number, name = '']) => [Number(number), name]));
}

it('is dropped for its flags, as the kernel itself says where it is traced', async () => {
  const reasons = await readReasons();
  // Freed with a receiving socket: the listener's, not what `lo` brings back to an address without a stack.
  const freed = { system: 'skb', name: 'kfree_skb', filter: 'rx_sk != 0' };
  const opened = TraceSession.open({ events: [freed], threads: [process.pid] });
  if (!opened.known) throw new Error(`${opened.why}: ${opened.detail}`);
  using trace = opened.value;
  const field = trace.formats.get('skb:kfree_skb')?.fields.get('reason');
  using bench = new Bench('cookies-1', readLabSockets);
  const told: (string | undefined)[] = [];
  const sendings = [['SYN', 'FIN'], ['SYN', 'RST'], ['FIN'], []] as const;
  for (const [index, flags] of sendings.entries()) {
    // A raw socket's segment is received in the system call that sends it.
    bench.send({ source: CLIENT, destination: SERVER, sequence: 1000, flags });
    await waitUntil('the drop is told', () => {
      for (const { bytes } of trace.poll().events) {
        const reason = new DataView(bytes.buffer, bytes.byteOffset).getUint32(field?.offset ?? bytes.length, true);
        told.push(reasons.get(reason));
      }
      return told.length > index;
    });
  }
  expect(told).toEqual(['TCP_FLAGS', 'TCP_RESET', 'TCP_FLAGS', 'TCP_FLAGS']);
});

/** IPv4 header, then the sixth word of the TCP header. */
const AT_FLAGS = 33;
const AT_CHECKSUM = 36;
const FIN = 1;

/** A bench that spoils the checksum of every segment with FIN. */
class SpoilingBench extends Bench {
  override sendPacket(packet: Uint8Array): void {
    const spoilt = ((packet[AT_FLAGS] ?? 0) & FIN) !== 0;
    super.sendPacket(spoilt ? packet.with(AT_CHECKSUM, (packet[AT_CHECKSUM] ?? 0) ^ 0xff) : packet);
  }
}

/** A bench whose packet socket does not tell of any segment from the listener. */
class DeafBench extends Bench {
  override receive(): ReturnType<Bench['receive']> {
    return super.receive().filter(({ segment }) => segment.source.port !== SERVER.port);
  }
}

it('is not taken for dropped where its checksum is wrong', async () => {
  const steps: SynFinStep[] = [];
  using bench = new SpoilingBench('cookies-1', readLabSockets);
  await new Observer(bench, new AbortController().signal, steps).observe({ flags: ['SYN', 'FIN'], sequence: 1000 });
  expect(steps).toMatchObject([{ sight: 'not-delivered', counters: { 'Tcp:InCsumErrors': 1 } }]);
});

it('is not taken for unanswered where the answer was counted and not seen', async () => {
  const steps: SynFinStep[] = [];
  using bench = new DeafBench('cookies-1', readLabSockets);
  await new Observer(bench, new AbortController().signal, steps).observe({ flags: ['SYN'], sequence: 1000 });
  expect(steps).toMatchObject([{ sight: 'disturbed', answers: [] }]);
});
