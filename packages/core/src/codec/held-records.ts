import type { HeldRequest } from '../facts/index.ts';
import { fromLinuxState, linuxStateMask, type TcpState, toLinuxState } from '../tcp/index.ts';
import { type Decoded, decoded, problem } from './decoded.ts';
import { HELD_AT as AT, HELD_BYTES, HELD_KIND } from './held-layout.ts';
import { HeldSocket } from './held-socket.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import { TIMERS } from './inet-diag-layout.ts';
import { type AddressTexts, createAddressTexts } from './ip-address.ts';

/** What a listed descriptor refers to. */
export type HeldKind = 'socket' | 'epoll' | 'ring' | 'mptcp';

/** Length of a record by its kind's number; 0: no such kind. */
const LENGTH_OF = new Uint8Array(256);
for (const kind of ['ipv4', 'ipv6', 'epoll', 'ring', 'mptcp'] as const) LENGTH_OF[HELD_KIND[kind]] = HELD_BYTES[kind];

const LAST_SOCKET_KIND = HELD_KIND.ipv6;
const MOST_TIMER = TIMERS.length - 1;

/**
 * The answer of `KernelSource.listHeld`: one record for each descriptor, in the order in which the kernel walked, process
 * by process and thread by thread. 100,000 records are checked in 2 ms and nothing is made for any of them before it is
 * asked for.
 */
export class HeldRecords {
  #length = 0;
  /** Of each chunk. */
  readonly #views: DataView[] = [];
  #chunks = new Uint16Array(FIRST_ROOM);
  #offsets = new Uint32Array(FIRST_ROOM);
  readonly #addresses: AddressTexts;

  /** None yet. `addresses` may be shared between looks. */
  constructor(addresses: AddressTexts = createAddressTexts()) {
    this.#addresses = addresses;
  }

  /** All chunks of an answer. */
  static from(chunks: readonly Uint8Array[], addresses?: AddressTexts): Decoded<HeldRecords> {
    const records = new HeldRecords(addresses);
    for (const chunk of chunks) {
      const added = records.add(chunk);
      if (!added.ok) return added;
    }
    return decoded(records);
  }

  get length(): number {
    return this.#length;
  }

  /**
   * Adds the records of a chunk, and answers how many there are now. Checks kinds, lengths, states and timers once;
   * afterwards nothing can go wrong. A record that is cut or unknown is a problem of the whole answer: where the next one
   * begins is then not known.
   */
  add(chunk: Uint8Array): Decoded<number> {
    const number = this.#views.length;
    if (number === MOST_CHUNKS) return problem('held records', 0, `${MOST_CHUNKS} chunks`, 'one more');
    this.#makeRoom(this.#length + Math.floor(chunk.length / HELD_BYTES.epoll));
    let length = this.#length;
    for (let at = 0; at < chunk.length; ) {
      const recordBytes = LENGTH_OF[chunk[at] ?? 0] ?? 0;
      const wrong = checkRecord(chunk, at, recordBytes);
      if (wrong !== undefined) return wrong;
      this.#chunks[length] = number;
      this.#offsets[length] = at;
      length++;
      at += recordBytes;
    }
    this.#views.push(new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#length = length;
    return decoded(length);
  }

  kindAt(index: number): HeldKind {
    const kind = this.#byte(index, AT.kind);
    if (kind <= LAST_SOCKET_KIND) return 'socket';
    if (kind === HELD_KIND.mptcp) return 'mptcp';
    return kind === HELD_KIND.epoll ? 'epoll' : 'ring';
  }

  isSocketAt(index: number): boolean {
    return this.#byte(index, AT.kind) <= LAST_SOCKET_KIND;
  }

  pidAt(index: number): number {
    return this.#word(index, AT.pid);
  }

  tidAt(index: number): number {
    return this.#word(index, AT.tid);
  }

  fdAt(index: number): number {
    return this.#word(index, AT.fd);
  }

  /** Of a TCP socket, or of an MPTCP one, whose subflows have the same; 0 for what is neither. */
  inodeAt(index: number): number {
    return this.#hasInode(index) ? this.#word(index, AT.inode) : 0;
  }

  /** Linux's number of the state, see `toLinuxState`; 0 for what is no socket. */
  stateNumberAt(index: number): number {
    return this.isSocketAt(index) ? this.#byte(index, AT.state) : 0;
  }

  /** Null for what is no socket. */
  stateAt(index: number): TcpState | null {
    return fromLinuxState(this.stateNumberAt(index));
  }

  /** Inode number of the socket's network namespace; 0 for what is no socket. */
  netnsAt(index: number): number {
    return this.#hasInode(index) ? this.#word(index, AT.netns) : 0;
  }

  /**
   * The socket, whose properties are read from the record when they are asked for.
   *
   * @throws RangeError for what is no socket.
   */
  socketAt(index: number): HeldSocket {
    const view = this.#view(index);
    if (!this.isSocketAt(index)) throw new RangeError(`record ${index} is no socket`);
    return new HeldSocket(view, this.#offsets[index] ?? 0, this.#addresses);
  }

  #makeRoom(records: number): void {
    if (records <= this.#offsets.length) return;
    const room = Math.max(records, 2 * this.#offsets.length);
    const [chunks, offsets] = [new Uint16Array(room), new Uint32Array(room)];
    chunks.set(this.#chunks);
    offsets.set(this.#offsets);
    this.#chunks = chunks;
    this.#offsets = offsets;
  }

  #hasInode(index: number): boolean {
    const kind = this.#byte(index, AT.kind);
    return kind <= LAST_SOCKET_KIND || kind === HELD_KIND.mptcp;
  }

  #view(index: number): DataView {
    const view = index < this.#length ? this.#views[this.#chunks[index] ?? -1] : undefined;
    if (view === undefined) throw new RangeError(`no record ${index} of ${this.length}`);
    return view;
  }

  #byte(index: number, offset: number): number {
    return this.#view(index).getUint8((this.#offsets[index] ?? 0) + offset);
  }

  #word(index: number, offset: number): number {
    return this.#view(index).getUint32((this.#offsets[index] ?? 0) + offset, HOST_IS_LITTLE_ENDIAN);
  }
}

const MOST_CHUNKS = 0xffff;
/** Records for which there is room before any has come. */
const FIRST_ROOM = 1024;

function checkRecord(chunk: Uint8Array, at: number, bytes: number): Decoded<never> | undefined {
  const kind = chunk[at] ?? 0;
  if (bytes === 0) return problem('held record', at, 'a kind from 1 to 5', `${kind}`);
  if (at + bytes > chunk.length) return problem('held record', at, `${bytes} bytes`, `${chunk.length - at}`);
  if (kind > LAST_SOCKET_KIND) return undefined;
  const state = chunk[at + AT.state] ?? 0;
  if (fromLinuxState(state) === null) return problem('held record', at + AT.state, 'a state from 1 to 13', `${state}`);
  const timer = chunk[at + AT.timer] ?? 0;
  if (timer > MOST_TIMER) return problem('held record', at + AT.timer, `a timer from 0 to ${MOST_TIMER}`, `${timer}`);
  return undefined;
}

const ESTABLISHED = toLinuxState('ESTABLISHED');
const PERSIST = TIMERS.indexOf('persist');

/** Leaves out what was not asked for, as the kernel would have. Chunks that cannot be read stay: the reader reports it. */
export function narrowHeldRecords(chunks: readonly Uint8Array[], request: HeldRequest): readonly Uint8Array[] {
  const mask = linuxStateMask(request.states);
  return chunks.map((chunk) => {
    if (!HeldRecords.from([chunk]).ok) return chunk;
    const kept: Uint8Array[] = [];
    for (let at = 0, next = 0; at < chunk.length; at = next) {
      next = at + (LENGTH_OF[chunk[at] ?? 0] ?? 0);
      if (isAsked(chunk, at, mask, request)) kept.push(chunk.subarray(at, next));
    }
    return joinBytes(kept);
  });
}

function isAsked(chunk: Uint8Array, at: number, mask: number, { congested, instances }: HeldRequest): boolean {
  const kind = chunk[at] ?? 0;
  // Which states its subflows are in is not known here.
  if (kind === HELD_KIND.mptcp) return true;
  if (kind > LAST_SOCKET_KIND) return instances;
  const state = chunk[at + AT.state] ?? 0;
  if (((mask >>> state) & 1) !== 0) return true;
  return congested && state === ESTABLISHED && chunk[at + AT.timer] === PERSIST;
}

function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/**
 * How many bytes at the beginning of a buffer are whole records. The kernel hands out bytes; what follows belongs to a
 * record that goes on in the next buffer, or to bytes that are no record.
 */
export function wholeHeldRecords(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const next = at + (LENGTH_OF[bytes[at] ?? 0] ?? 0);
    if (next === at || next > bytes.length) break;
    at = next;
  }
  return at;
}
