import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NetworkNamespace } from './namespace.ts';
import { waitUntil } from './wait-until.ts';

/** A program that runs until it is told to end. `await using` ends it by force. */
export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** Everything that it has printed, on both outputs. */
  readonly output: () => string;
  /** Writes a line to its standard input. */
  readonly tell: (line: string) => void;
  /** Asks it to end, and waits for that. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a command and waits until it has printed `ready`. */
export async function start(command: readonly string[], ready: string): Promise<Running> {
  const [file = '', ...args] = command;
  const child: ChildProcess = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await closed;
  };
  const tell = (line: string): void => void child.stdin?.write(`${line}\n`);
  const running = { pid: child.pid ?? 0, output: () => output, tell, end, [Symbol.asyncDispose]: () => end('SIGKILL') };
  try {
    await waitUntil(`${command.join(' ')} says ${ready}`, () => {
      if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended:\n${output}`);
      return output.includes(ready);
    });
    return running;
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
}

/** A capture in progress. */
export interface Capture extends AsyncDisposable {
  readonly file: string;
  /** Ends it, and throws where it has missed a packet. */
  stop(): Promise<void>;
}

/**
 * Every packet at once in its file. In this mode the kernel keeps a slot of the snapshot length for each packet: with the
 * default of 262,144 octets and 2 MiB seven packets in a burst are lost, so the buffer is larger.
 */
const TCPDUMP = ['tcpdump', '--immediate-mode', '-U', '-n', '-Z', 'root', '-B', '16384'] as const;

/** tcpdump inside of a namespace, whose file is up to date at every moment. */
export async function startTcpdump(
  namespace: NetworkNamespace,
  file: string,
  args: readonly string[],
): Promise<Capture> {
  const command = [...TCPDUMP, '-w', file, ...args];
  const running = await start(namespace.inside(command), 'listening on');
  return {
    file,
    async stop() {
      await untilWritten(namespace.path, file);
      await running.end('SIGINT');
      const [, dropped] = /(\d+) packets dropped by kernel/.exec(running.output()) ?? [];
      if (dropped !== '0') throw new Error(`tcpdump has missed packets:\n${running.output()}`);
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

/** A capture that had begun when the call returned. */
export interface BlockingCapture {
  stop(): Promise<void>;
}

/** tcpdump on `lo` of the namespace at a path. Blocks until it captures: it writes the file's header then. */
export function startTcpdumpAtOnce(path: string, file: string): BlockingCapture {
  const args = [...TCPDUMP, '-i', 'lo', '-s', '200', '-w', file];
  const child = spawn('nsenter', [`--net=${path}`, '--', ...args], { stdio: 'ignore' });
  const closed = once(child, 'close');
  const deadlineMs = performance.now() + 10_000;
  while ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < PCAP_HEADER_BYTES) {
    if (performance.now() > deadlineMs) throw new Error('tcpdump does not capture');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
  return {
    async stop() {
      await untilWritten(path, file);
      child.kill('SIGINT');
      await closed;
    },
  };
}

const PCAP_HEADER_BYTES = 24;

let marks = 0;

/**
 * A capturing program that is interrupted leaves behind what it has not read yet. So one more packet is sent, and when that
 * one is in the file, everything before it is too.
 */
async function untilWritten(path: string, file: string): Promise<void> {
  marks += 1;
  const mark = `mark ${process.pid} ${marks}.`;
  execFileSync('nsenter', [`--net=${path}`, '--', 'bash', '-c', 'printf "$1" > /dev/udp/127.0.0.1/9', 'bash', mark]);
  await waitUntil(`${file} holds what was sent`, () => readFileSync(file).includes(mark));
}

/** dumpcap inside of a namespace: pcapng, with statistics at its end. */
export async function startDumpcap(
  namespace: NetworkNamespace,
  file: string,
  args: readonly string[],
): Promise<Capture> {
  const running = await start(namespace.inside(['dumpcap', '-w', file, ...args]), 'File: ');
  return {
    file,
    async stop() {
      await untilWritten(namespace.path, file);
      await running.end('SIGINT');
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

const HALF_CLOSER = fileURLToPath(new URL('programs/half-closer.ts', import.meta.url));

/** One end of the traffic whose verdicts are known: one connection closed both ways, one reset, one owed, for each address. */
export function startHalfCloser(
  namespace: NetworkNamespace,
  args: readonly ['serve', number] | readonly ['connect', number, ...string[]],
): Promise<Running> {
  return start(namespace.inside([process.execPath, HALF_CLOSER, ...args.map(String)]), 'ready');
}

const TEXT_CLIENTS = fileURLToPath(new URL('programs/text-clients.ts', import.meta.url));

/** Clients with connections to a server, each of which has got an answer. */
export function startTextClients(
  namespace: NetworkNamespace,
  port: number,
  count: number,
  request: string,
): Promise<Running> {
  return start(namespace.inside([process.execPath, TEXT_CLIENTS, `${port}`, `${count}`, request]), 'ready');
}

/** Numbers of link layers in pcap (draft-ietf-opsawg-pcaplinktype). */
const LINKTYPE = { loopback: 0, raw: 101, tagged: 1, 'double-tagged': 1 } as const;
const ETHERNET_BYTES = 14;
const ADDRESSES_BYTES = 12;
/** AF_INET6 of FreeBSD; AF_INET is 2 everywhere. */
const AF_INET6 = 28;
/** Tag protocol, then the VLAN's number: IEEE 802.1Q, and 802.1ad around it. */
const TAG = Buffer.from('81000007', 'hex');
const SERVICE_TAG = Buffer.from('88a80008', 'hex');

/**
 * Writes an Ethernet capture of tcpdump anew with another link layer: BSD loopback is of no interface of Linux, raw IP only of
 * tunnels, and not every kernel has VLANs.
 */
export function rewriteLink(from: string, to: string, link: keyof typeof LINKTYPE): void {
  const bytes = readFileSync(from);
  const head = Buffer.from(bytes.subarray(0, 24));
  head.writeUInt32LE(LINKTYPE[link], 20);
  const parts: Buffer[] = [head];
  for (let at = 24; at < bytes.length; ) {
    const captured = bytes.readUInt32LE(at + 8);
    const frame = Buffer.from(bytes.subarray(at + 16, at + 16 + captured));
    const packet = reframe(frame, link);
    const header = Buffer.from(bytes.subarray(at, at + 16));
    header.writeUInt32LE(packet.length, 8);
    header.writeUInt32LE(bytes.readUInt32LE(at + 12) - captured + packet.length, 12);
    parts.push(header, packet);
    at += 16 + captured;
  }
  writeFileSync(to, Buffer.concat(parts));
}

function reframe(frame: Buffer, link: keyof typeof LINKTYPE): Buffer {
  const packet = frame.subarray(ETHERNET_BYTES);
  if (link === 'raw') return packet;
  if (link === 'loopback') {
    const family = Buffer.alloc(4);
    family.writeUInt32LE((packet[0] ?? 0) >> 4 === 6 ? AF_INET6 : 2);
    return Buffer.concat([family, packet]);
  }
  const tags = link === 'tagged' ? [TAG] : [SERVICE_TAG, TAG];
  return Buffer.concat([frame.subarray(0, ADDRESSES_BYTES), ...tags, frame.subarray(ADDRESSES_BYTES)]);
}
