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
  readonly length: number;
  /** Of each chunk. */
  readonly #views: readonly DataView[];
  readonly #chunks: Uint16Array;
  readonly #offsets: Uint32Array;
  readonly #addresses: AddressTexts;

  private constructor(index: Index, addresses: AddressTexts) {
    this.length = index.length;
    this.#views = index.views;
    this.#chunks = index.chunks;
    this.#offsets = index.offsets;
    this.#addresses = addresses;
  }

  /**
   * Checks kinds, lengths, states and timers once; afterwards nothing can go wrong. A record that is cut or unknown is a
   * problem of the whole answer: where the next one begins is then not known. `addresses` may be shared between looks.
   */
  static from(chunks: readonly Uint8Array[], addresses: AddressTexts = createAddressTexts()): Decoded<HeldRecords> {
    const index = indexOf(chunks);
    return index.ok ? decoded(new HeldRecords(index.value, addresses)) : index;
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

  #hasInode(index: number): boolean {
    const kind = this.#byte(index, AT.kind);
    return kind <= LAST_SOCKET_KIND || kind === HELD_KIND.mptcp;
  }

  #view(index: number): DataView {
    const view = this.#views[this.#chunks[index] ?? -1];
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

interface Index {
  readonly views: readonly DataView[];
  readonly chunks: Uint16Array;
  readonly offsets: Uint32Array;
  readonly length: number;
}

const MOST_CHUNKS = 0xffff;

function indexOf(chunks: readonly Uint8Array[]): Decoded<Index> {
  if (chunks.length > MOST_CHUNKS) return problem('held records', 0, `${MOST_CHUNKS} chunks`, `${chunks.length}`);
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  const most = Math.floor(bytes / HELD_BYTES.epoll);
  const numbers = new Uint16Array(most);
  const offsets = new Uint32Array(most);
  const views: DataView[] = [];
  let length = 0;
  for (const [number, chunk] of chunks.entries()) {
    views.push(new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    for (let at = 0; at < chunk.length; ) {
      const recordBytes = LENGTH_OF[chunk[at] ?? 0] ?? 0;
      const wrong = checkRecord(chunk, at, recordBytes);
      if (wrong !== undefined) return wrong;
      numbers[length] = number;
      offsets[length] = at;
      length++;
      at += recordBytes;
    }
  }
  return decoded({ views, chunks: numbers.subarray(0, length), offsets: offsets.subarray(0, length), length });
}

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
    const index = indexOf([chunk]);
    if (!index.ok) return chunk;
    const kept: Uint8Array[] = [];
    for (const at of index.value.offsets) {
      if (isAsked(chunk, at, mask, request)) kept.push(chunk.subarray(at, at + (LENGTH_OF[chunk[at] ?? 0] ?? 0)));
    }
    return kept.length === index.value.length ? chunk : joinBytes(kept);
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
