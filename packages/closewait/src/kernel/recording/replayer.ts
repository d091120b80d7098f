import {
  isSocketMessage,
  narrowHeldRecords,
  peekInetDiagPort,
  peekInetDiagState,
  splitNetlinkMessages,
} from '@closewait/core/codec';
import {
  ClosewaitError,
  type DescriptorTable,
  type DumpRequest,
  type HeldRequest,
  type Holder,
  type KernelSource,
  known,
  type LookTime,
  type NamespaceRef,
  type NetworkFile,
  type Reading,
  type TableRef,
  type Timed,
  type Unknown,
  unknown,
} from '@closewait/core/facts';
import { fromLinuxState, type TcpState } from '@closewait/core/tcp';
import { ANSWERS, type AnswerCodec, type RecordedDump, type RecordedHeld } from './answers.ts';
import { decodeRecording, entryKey, lookKey } from './format.ts';

/** The kernel as a recording remembers it. What was not recorded is `not-asked`, never absent. */
export class Replayer implements KernelSource {
  readonly origin: string;
  readonly #answers: ReadonlyMap<string, unknown>;
  #look = 0;

  /** @throws ClosewaitError `usage`, see decodeRecording. */
  constructor(bytes: Uint8Array, fileName: string) {
    this.origin = fileName;
    this.#answers = decodeRecording(bytes, fileName);
  }

  beginLook(): LookTime {
    const found = this.#findIn(this.#look + 1, entryKey('beginLook'), ANSWERS.time);
    // Whoever asks for more looks than there are gets no answers from the ones before.
    this.#look++;
    return found ?? { epochMs: 0, bootMs: 0 };
  }

  pause(): Promise<void> {
    return Promise.resolve();
  }

  dumpSockets(namespace: NamespaceRef, request: DumpRequest): Reading<readonly Uint8Array[]> {
    const question = entryKey('dumpSockets', namespace.inode, request.family);
    const prefix = `${lookKey(this.#look, question)} `;
    let refused: Unknown | undefined;
    for (const key of this.#answers.keys()) {
      if (!key.startsWith(prefix)) continue;
      const dump = this.#decode(key, ANSWERS.dump);
      if (dump === undefined) continue;
      if (!dump.known) {
        refused ??= dump;
      } else if (holdsAll(dump.value, request)) {
        const datagrams = narrow(dump.value, request);
        // Where there is no such socket, nothing can be missing of it.
        if (hasExtensions(dump.value, request) || !holdsSockets(datagrams)) return known(datagrams);
      }
    }
    return refused ?? this.#notRecorded(question);
  }

  readFile(path: string): Reading<Uint8Array> {
    return this.#reading(entryKey('readFile', path), ANSWERS.bytes);
  }

  readDirectory(path: string): Reading<readonly string[]> {
    return this.#reading(entryKey('readDirectory', path), ANSWERS.names);
  }

  readLink(path: string): Reading<string> {
    return this.#reading(entryKey('readLink', path), ANSWERS.text);
  }

  readInode(path: string): Reading<number> {
    return this.#reading(entryKey('readInode', path), ANSWERS.number);
  }

  readNetworkFile({ inode }: NamespaceRef, name: NetworkFile): Reading<Uint8Array> {
    return this.#reading(entryKey('readNetworkFile', inode, name), ANSWERS.bytes);
  }

  async readDescriptors(tables: readonly TableRef[]): Promise<readonly Reading<DescriptorTable>[]> {
    return tables.map(({ pid, tid }) => this.#reading(entryKey('readDescriptors', pid, tid), ANSWERS.table));
  }

  async listHeld(request: HeldRequest, onChunk?: (chunk: Uint8Array) => void): Promise<Reading<readonly Uint8Array[]>> {
    const prefix = `${lookKey(this.#look, 'listHeld')} `;
    let refused: Unknown | undefined;
    for (const key of this.#answers.keys()) {
      if (!key.startsWith(prefix)) continue;
      const held = this.#decode(key, ANSWERS.held);
      if (held === undefined) continue;
      if (!held.known) refused ??= held;
      if (!held.known || !answersHeld(held.value, request)) continue;
      const chunks = narrowHeldRecords(held.value.chunks, request);
      if (onChunk !== undefined) for (const chunk of chunks) onChunk(chunk);
      return known(chunks);
    }
    return refused ?? this.#notRecorded('listHeld');
  }

  async listSocketUses({ inode }: NamespaceRef, states: readonly TcpState[]): Promise<Reading<readonly Uint8Array[]>> {
    return this.#reading(entryKey('listSocketUses', inode, states.join(',')), ANSWERS.chunks);
  }

  shareDescriptors(tidA: number, tidB: number): Reading<boolean> {
    return this.#reading(entryKey('shareDescriptors', tidA, tidB), ANSWERS.flag);
  }

  countDescriptors(pid: number): Reading<number> {
    return this.#reading(entryKey('countDescriptors', pid), ANSWERS.number);
  }

  readSchedulerClock(cpu: number): Reading<number> {
    return this.#reading(entryKey('readSchedulerClock', cpu), ANSWERS.number);
  }

  readSocketProtocol({ pid, tid, fd }: Holder): Reading<string> {
    return this.#reading(entryKey('readSocketProtocol', pid, tid, fd), ANSWERS.text);
  }

  readTcpInfo({ pid, tid, fd }: Holder, inode: number): Reading<Uint8Array> {
    return this.#reading(entryKey('readTcpInfo', pid, tid, fd, inode), ANSWERS.bytes);
  }

  timed<T>(name: string, work: () => T): Timed<T> {
    return { value: work(), ms: this.#timeOf(name) };
  }

  async timedAsync<T>(name: string, work: () => Promise<T>): Promise<Timed<T>> {
    return { value: await work(), ms: this.#timeOf(name) };
  }

  close(): void {
    // The recording is in memory.
  }

  #timeOf(name: string): number {
    return this.#find(entryKey('timed', name), ANSWERS.ms) ?? 0;
  }

  #find<T>(question: string, codec: AnswerCodec<T>): T | undefined {
    // With --quick the close look ends a look earlier than when it was recorded: what it asks was asked in the next one.
    const found = this.#findIn(this.#look, question, codec);
    return found === undefined && this.#look > 1 ? this.#findIn(this.#look + 1, question, codec) : found;
  }

  #findIn<T>(look: number, question: string, codec: AnswerCodec<T>): T | undefined {
    return this.#decode(lookKey(look, question), codec);
  }

  #decode<T>(key: string, codec: AnswerCodec<T>): T | undefined {
    const json = this.#answers.get(key);
    if (json === undefined) return undefined;
    const answer = codec.decode(json);
    if (answer !== undefined) return answer;
    throw new ClosewaitError('usage', `${this.origin}: the answer to '${key}' is not one that a kernel gives`, {
      hint: 'the file was changed by hand, or written by another program; record anew',
    });
  }

  #reading<T>(key: string, codec: AnswerCodec<Reading<T>>): Reading<T> {
    return this.#find(key, codec) ?? this.#notRecorded(key);
  }

  #notRecorded(key: string): Unknown {
    return unknown('not-asked', `${key}: not in ${this.origin}`);
  }
}

function holdsAll(dump: RecordedDump, { states, localPort }: DumpRequest): boolean {
  const hasPort = dump.localPort === undefined || dump.localPort === localPort;
  return hasPort && states.every((state) => dump.states.includes(state));
}

function hasExtensions(dump: RecordedDump, { extensions }: DumpRequest): boolean {
  return extensions.every((extension) => dump.extensions.includes(extension));
}

/** Whether everything that is asked for was listed. */
function answersHeld(held: RecordedHeld, { states, congested, instances }: HeldRequest): boolean {
  return (
    states.every((state) => held.states.includes(state)) &&
    (!congested || held.congested || held.states.includes('ESTABLISHED')) &&
    (!instances || held.instances)
  );
}

function holdsSockets(datagrams: readonly Uint8Array[]): boolean {
  return datagrams.some((datagram) => {
    const split = splitNetlinkMessages(datagram);
    return !split.ok || split.value.some(({ type }) => isSocketMessage(type));
  });
}

/** Leaves the sockets of other states and ports out, as the kernel would have. */
function narrow(dump: RecordedDump, { states, localPort }: DumpRequest): readonly Uint8Array[] {
  if (states.length === dump.states.length && localPort === undefined) return dump.datagrams;
  return dump.datagrams.map((datagram) => {
    const split = splitNetlinkMessages(datagram);
    // A datagram that cannot be split is the reader's to report.
    if (!split.ok) return datagram;
    const kept = split.value.filter(({ type, payload }) => {
      if (!isSocketMessage(type)) return true;
      if (localPort !== undefined && peekInetDiagPort(payload) !== localPort) return false;
      const state = fromLinuxState(peekInetDiagState(payload));
      // One that has no name stays: the reader reports it.
      return state === null || states.includes(state);
    });
    return joinMessages(kept.map(({ payload }) => wholeMessage(datagram, payload)));
  });
}

const HEADER_BYTES = 16;

/** The message with its header and padding, from the view of its payload. */
function wholeMessage(datagram: Uint8Array, payload: Uint8Array): Uint8Array {
  const start = payload.byteOffset - datagram.byteOffset - HEADER_BYTES;
  const length = (HEADER_BYTES + payload.length + 3) & ~3;
  return datagram.subarray(start, start + length);
}

function joinMessages(messages: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(messages));
}
