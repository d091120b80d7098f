/** One cold run of a part for core.ts: prints how long each step took as JSON. */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import {
  createAddressTexts,
  describeProblem,
  HeldRecords,
  InetDiagDecoder,
  messageProblem,
  messagesOf,
  nextMessage,
  SOCK_DIAG_BY_FAMILY,
} from '@closewait/core/codec';
import { chooseSuspects, diagnose } from '@closewait/core/diagnose';
import type { Facts, SocketFacts } from '@closewait/core/facts';
import { writeReport } from '@closewait/core/report';
import { CompactHolders } from '../packages/closewait/src/kernel/readers/compact-holders.ts';
import { writeRows } from './core-rows.ts';

/** What one step cost. */
export interface StepCost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What the file holds. */
export interface Scene {
  /** Records as the BPF iterator writes them. */
  readonly held: readonly Uint8Array[];
  /** The same sockets as sock_diag tells them. */
  readonly dumps: readonly { readonly netns: number; readonly datagrams: readonly Uint8Array[] }[];
  readonly rest: Omit<Facts, 'sockets' | 'listeners'>;
  readonly listeners: readonly SocketFacts[];
}

const [kind, origin, path = ''] = process.argv.slice(2);
const scene: unknown = deserialize(readFileSync(path));
if (!isScene(scene)) throw new Error(`${path} is no scene of core.ts`);
const { held, dumps, rest, listeners } = scene;
// As the live kernel gives them: each in a buffer of its own.
const chunks = held.map((chunk) => chunk.slice());
const copies = dumps.map(({ netns, datagrams }) => ({
  netns,
  datagrams: datagrams.map((datagram) => datagram.slice()),
}));

const costs: Record<string, StepCost> = {};
const facts: Facts = { ...rest, listeners, ...step('decode', origin === 'held' ? joinHeld : decodeAll) };
if (kind === 'report') reportAll();
else step('rows', () => writeRows(facts));
process.stdout.write(JSON.stringify(costs));

function isScene(value: unknown): value is Scene {
  return typeof value === 'object' && value !== null && 'held' in value && 'dumps' in value && 'rest' in value;
}

function reportAll(): void {
  step('choose suspects', () => chooseSuspects(facts, { minAgeMs: 0 }));
  const diagnosis = step('diagnose', () => diagnose(facts, { minAgeMs: 0 }));
  step('write report', () => writeReport(facts, diagnosis, { showArguments: false }, () => true));
}

/** Processor time of this thread too: on a machine where others work it says more than the clock. */
function step<T>(name: string, work: () => T): T {
  const before = process.threadCpuUsage();
  const from = performance.now();
  const result = work();
  const wallMs = performance.now() - from;
  const { user, system } = process.threadCpuUsage(before);
  costs[name] = { wallMs, cpuMs: (user + system) / 1000 };
  return result;
}

function joinHeld(): Pick<Facts, 'sockets' | 'holders'> {
  const records = HeldRecords.from(chunks);
  if (!records.ok) throw new Error(describeProblem(records.problem));
  const holders = new CompactHolders(records.value);
  const sockets: SocketFacts[] = [];
  for (let index = 0; index < records.value.length; index++) {
    if (holders.add(index, records.value.inodeAt(index))) sockets.push(records.value.socketAt(index));
  }
  return { sockets, holders };
}

function decodeAll(): Pick<Facts, 'sockets'> {
  const sockets: SocketFacts[] = [];
  const addresses = createAddressTexts();
  for (const { netns, datagrams } of copies) {
    const decoder = new InetDiagDecoder({ netns, extensions: ['info'], addresses });
    for (const datagram of datagrams) {
      const cursor = messagesOf(datagram);
      for (let next = nextMessage(cursor); next !== 'end'; next = nextMessage(cursor)) {
        if (next === 'cut') throw new Error(JSON.stringify(messageProblem(cursor, datagram)));
        if (cursor.type !== SOCK_DIAG_BY_FAMILY) continue;
        const socket = decoder.decode(cursor.view, cursor.payloadStart, cursor.payloadEnd);
        if (!socket.ok) throw new Error(describeProblem(socket.problem));
        sockets.push(socket.value);
      }
    }
  }
  return { sockets };
}
