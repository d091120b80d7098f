import type { StuckConnection } from '../diagnose/index.ts';
import type { CloseLook, Holder } from '../facts/index.ts';
import { buildAge, findCloseOnExec, toJsonInteger } from './build-connection.ts';
import { describeInterest } from './describe-interest.ts';
import { type FieldValue, RowTemplate } from './row-template.ts';

/** A buffer of this size is handed on when it is full: a write each would cost more than the row. */
const CHUNK_BYTES = 256 * 1024;

const BEFORE_OWNERS = [
  '{"local":"',
  ':',
  '","remote":"',
  ':',
  '","state":"',
  '","family":"',
  '","netns":',
  ',"uid":',
  ',"inode":',
  ',"cookie":',
  ',"rxQueueBytes":',
  ',"txQueueBytes":',
  ',"bytesReceived":',
  ',"bytesSent":',
  ',"ageMs":',
  ',"ageIs":',
] as const;
const ONE_OWNER = [',"owners":[{"pid":', ',"tid":', ',"fd":', ',"cloexec":'] as const;
const OWNERS = [',"owners":['] as const;
const TIMER = [',"timer":{"kind":"', '","expiresMs":', ',"retransmits":', '},"interest":'] as const;

/**
 * Writes connections as JSON.stringify writes what `buildConnection` builds of them (a property test proves it), byte by
 * byte: a host has 95,000. No text in it needs escaping: addresses are digits, letters, colons and dots, the rest is
 * numbers and words of closed lists; what a process wrote is in `tail`.
 */
export class ConnectionWriter {
  readonly #closeLook: CloseLook | null;
  readonly #write: (chunk: Uint8Array) => boolean;
  readonly #one: RowTemplate;
  readonly #any: RowTemplate;
  readonly #values: FieldValue[] = [];
  #chunk = new Uint8Array(CHUNK_BYTES);
  #used = 0;

  /** @param write false: nobody reads any more. The chunk is its own from then on. */
  constructor(closeLook: CloseLook | null, write: (chunk: Uint8Array) => boolean) {
    this.#closeLook = closeLook;
    this.#write = write;
    const [timer, ...rest] = TIMER;
    this.#one = new RowTemplate([...BEFORE_OWNERS, ...ONE_OWNER, `}]${timer}`, ...rest, '', '']);
    this.#any = new RowTemplate([...BEFORE_OWNERS, ...OWNERS, `]${timer}`, ...rest, '', '']);
  }

  /** Writes one connection, and `tail` in place of its closing brace. False once nobody reads any more. */
  add(connection: StuckConnection, tail: Uint8Array): boolean {
    const { holders } = connection;
    const [holder] = holders;
    const isOne = holder !== undefined && holders.length === 1;
    this.#values.length = 0;
    this.#addSocket(connection);
    if (isOne) this.#values.push(holder.pid, holder.tid, holder.fd, this.#closeOnExec(holder));
    else this.#values.push(this.#ownersJson(holders));
    this.#addEnd(connection, holders);
    this.#values.push(tail);
    const template = isOne ? this.#one : this.#any;
    template.fill(this.#values);
    if (!this.#makeRoom(template.length)) return false;
    template.copyTo(this.#chunk, this.#used);
    this.#used += template.length;
    return true;
  }

  /** Writes what stands between connections. */
  addBytes(bytes: Uint8Array): boolean {
    if (!this.#makeRoom(bytes.length)) return false;
    this.#chunk.set(bytes, this.#used);
    this.#used += bytes.length;
    return true;
  }

  /** Hands on what is left. */
  flush(): boolean {
    if (this.#used === 0) return true;
    const chunk = this.#chunk.subarray(0, this.#used);
    this.#chunk = new Uint8Array(CHUNK_BYTES);
    this.#used = 0;
    return this.#write(chunk);
  }

  #makeRoom(bytes: number): boolean {
    if (this.#used + bytes <= this.#chunk.length) return true;
    const more = this.flush();
    if (bytes > this.#chunk.length) this.#chunk = new Uint8Array(bytes);
    return more;
  }

  #addSocket(connection: StuckConnection): void {
    const { socket } = connection;
    const { local, remote, info } = socket;
    const { ageMs, ageIs } = buildAge(connection);
    this.#values.push(
      hostOf(local.address),
      local.port,
      hostOf(remote.address),
      remote.port,
      socket.state,
      socket.family,
      socket.netns,
      socket.uid,
      socket.inode,
      integerField(socket.cookie),
      socket.rxQueueBytes,
      socket.txQueueBytes,
      info.known ? integerField(info.value.bytesReceived) : 'null',
      info.known ? integerField(info.value.bytesSent) : 'null',
      Number.isSafeInteger(ageMs) && ageMs !== null ? ageMs : String(ageMs),
      ageIs === null ? 'null' : `"${ageIs}"`,
    );
  }

  #addEnd({ socket }: StuckConnection, holders: readonly Holder[]): void {
    const { kind, expiresMs, retransmits } = socket.timer;
    const interest = describeInterest(socket, holders, this.#closeLook);
    this.#values.push(kind, expiresMs, retransmits, interest === null ? 'null' : `"${interest}"`);
  }

  #ownersJson(holders: readonly Holder[]): string {
    return holders
      .map((holder) => {
        const { pid, tid, fd } = holder;
        return `{"pid":${pid},"tid":${tid},"fd":${fd},"cloexec":${this.#closeOnExec(holder)}}`;
      })
      .join(',');
  }

  #closeOnExec(holder: Holder): string {
    return String(findCloseOnExec(holder, this.#closeLook));
  }
}

function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** As a number where JSON can have it as one, see toJsonInteger. */
function integerField(value: bigint | number): FieldValue {
  const integer = toJsonInteger(value);
  return typeof integer === 'number' ? integer : `"${integer}"`;
}
