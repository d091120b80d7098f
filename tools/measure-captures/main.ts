/**
 * Measures `closewait pcap` on captures of 250,000 to 2,000,000 packets and writes docs/measured/captures.json:
 * `node tools/measure-captures/main.ts`. Needs tshark; the captures are made for it, and removed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeTcpSegment, type OutgoingSegment, type TcpFlag } from '@closewait/core/codec';
import { CHECKOUT, CLOSEWAIT } from '../../test/support/closewait.ts';

/** What one capture took. */
interface Measured {
  readonly packets: number;
  readonly connections: number;
  readonly fileBytes: number;
  readonly seconds: number;
  readonly packetsPerSecond: number;
  /** The most that each process had in memory. */
  readonly commandBytes: number;
  readonly toolBytes: number;
}

const SIZES = [250_000, 1_000_000, 2_000_000];
const LINKTYPE_RAW = 101;
const SERVER = { address: '192.0.2.1', port: 8080 };
/** Connections that are open at the same time. */
const AT_A_TIME = 100;
/** One connection in so many is never closed by the server. */
const OWED_EVERY = 1000;

const folder = mkdtempSync(join(tmpdir(), 'cwt-measure-'));
try {
  const measured: Measured[] = [];
  for (const packets of SIZES) measured.push(await measure(packets));
  const { version } = process;
  const file = join(CHECKOUT, 'docs/measured/captures.json');
  writeFileSync(file, `${JSON.stringify({ node: version, tool: await toolVersion(), captures: measured }, null, 2)}\n`);
  console.log('docs/measured/captures.json');
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(wanted: number): Promise<Measured> {
  const file = join(folder, `${wanted}.pcap`);
  const { packets, connections, owed } = writeCapture(file, wanted);
  const startMs = performance.now();
  const [program = '', ...args] = [...CLOSEWAIT, 'pcap', file, '--json'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const most = { command: 0, tool: 0 };
  const watch = setInterval(() => watchMemory(child.pid ?? 0, most), 50);
  await closed;
  clearInterval(watch);
  const seconds = (performance.now() - startMs) / 1000;
  // A number without a right answer would be worth nothing.
  const counted = /"packets":\{"read":(\d+)/.exec(text)?.[1];
  const halfClosed = /"half-closed":(\d+)/.exec(text)?.[1];
  if (counted !== `${packets}` || halfClosed !== `${owed}`) throw new Error(`wrong answer: ${text.slice(0, 400)}`);
  return {
    packets,
    connections,
    fileBytes: statSync(file).size,
    seconds: Math.round(seconds * 10) / 10,
    packetsPerSecond: Math.round(packets / seconds),
    commandBytes: most.command,
    toolBytes: most.tool,
  };
}

function watchMemory(pid: number, most: { command: number; tool: number }): void {
  most.command = Math.max(most.command, highWaterOf(pid));
  for (const child of readOrNothing(`/proc/${pid}/task/${pid}/children`).trim().split(' ')) {
    if (child !== '') most.tool = Math.max(most.tool, highWaterOf(Number(child)));
  }
}

/** VmHWM of /proc/PID/status (proc_pid_status(5)), in bytes. */
function highWaterOf(pid: number): number {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readOrNothing(`/proc/${pid}/status`)) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Empty for a process that has just ended. */
function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return '';
    throw error;
  }
}

interface Written {
  readonly packets: number;
  readonly connections: number;
  readonly owed: number;
}

/** Whole connections, 11 packets each, many at a time; of some the server never closes its side. */
function writeCapture(file: string, wanted: number): Written {
  const fd = openSync(file, 'w');
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262_144, 16);
  head.writeUInt32LE(LINKTYPE_RAW, 20);
  writeSync(fd, head);
  let packets = 0;
  let connections = 0;
  let owed = 0;
  let atUs = 1_800_000_000_000_000;
  while (packets < wanted) {
    const batch = Array.from({ length: AT_A_TIME }, (_, index) => makeConnection(connections + index));
    connections += AT_A_TIME;
    owed += batch.filter(({ length }) => length < 11).length;
    const parts: Buffer[] = [];
    for (let turn = 0; turn < 11; turn++) {
      for (const segments of batch) {
        const segment = segments[turn];
        if (segment === undefined) continue;
        atUs += 10;
        packets++;
        parts.push(record(encodeTcpSegment(segment), atUs));
      }
    }
    writeSync(fd, Buffer.concat(parts));
  }
  // So that the last owed FIN is old enough to be judged.
  const last = { source: SERVER, destination: { address: '192.0.2.2', port: 1 }, sequence: 1, flags: ['RST'] } as const;
  writeSync(fd, record(encodeTcpSegment(last), atUs + 5_000_000));
  closeSync(fd);
  return { packets: packets + 1, connections: connections + 1, owed };
}

function record(packet: Uint8Array, atUs: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(Math.floor(atUs / 1_000_000));
  header.writeUInt32LE(atUs % 1_000_000, 4);
  header.writeUInt32LE(packet.length, 8);
  header.writeUInt32LE(packet.length, 12);
  return Buffer.concat([header, packet]);
}

function makeConnection(number: number): readonly OutgoingSegment[] {
  const client = {
    address: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    port: 20_000 + (number % 40_000),
  };
  const data = new Uint8Array(100);
  const up = (
    flags: readonly TcpFlag[],
    sequence: number,
    acknowledgment: number,
    payload?: Uint8Array,
  ): OutgoingSegment => ({
    source: client,
    destination: SERVER,
    flags,
    sequence,
    acknowledgment,
    ...(payload === undefined ? {} : { payload }),
  });
  const down = (
    flags: readonly TcpFlag[],
    sequence: number,
    acknowledgment: number,
    payload?: Uint8Array,
  ): OutgoingSegment => ({
    ...up(flags, sequence, acknowledgment, payload),
    source: SERVER,
    destination: client,
  });
  const all = [
    up(['SYN'], 1000, 0),
    down(['SYN', 'ACK'], 5000, 1001),
    up(['ACK'], 1001, 5001),
    up(['PSH', 'ACK'], 1001, 5001, data),
    down(['ACK'], 5001, 1101),
    down(['PSH', 'ACK'], 5001, 1101, data),
    up(['ACK'], 1101, 5101),
    up(['FIN', 'ACK'], 1101, 5101),
    down(['ACK'], 5101, 1102),
    down(['FIN', 'ACK'], 5101, 1102),
    up(['ACK'], 1102, 5102),
  ];
  return number % OWED_EVERY === 0 ? all.slice(0, 9) : all;
}

async function toolVersion(): Promise<string> {
  const child = spawn('tshark', ['--version'], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(child, 'close');
  return /^TShark \(Wireshark\) ([\d.]+)/.exec(text)?.[1] ?? 'unknown';
}
