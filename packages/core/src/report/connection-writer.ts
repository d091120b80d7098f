import type { StuckConnection } from '../diagnose/index.ts';
import type { CloseLook, Holder } from '../facts/index.ts';
import { buildAge, findCloseOnExec, toJsonInteger } from './build-connection.ts';
import { describeInterest } from './describe-interest.ts';
import { RowTemplate } from './row-template.ts';

/** A buffer of this size is handed on when it is full: a write each would cost more than the row. */
const CHUNK_BYTES = 256 * 1024;

/** The text before each field that every connection has. */
const SOCKET_PARTS = [
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
const FIRST_OF_OWNERS = SOCKET_PARTS.length;
/** Most connections have one: its numbers are fields. The owners of others are one text. */
const ONE_OWNER_PARTS = [',"owners":[{"pid":', ',"tid":', ',"fd":', ',"cloexec":'] as const;
const OWNERS_PARTS = [',"owners":['] as const;
const END_PARTS = ['","expiresMs":', ',"retransmits":', '},"interest":', '', ''] as const;

/**
 * Writes connections as JSON.stringify writes what `buildConnection` builds of them (a property test proves it), byte by
 * byte: a host has 95,000. No text in it needs escaping: addresses are digits, letters, colons and dots, the rest is
 * numbers and words of closed lists; what a process wrote is in `tail`.
 */
export class ConnectionWriter {
  readonly #closeLook: CloseLook | null;
  readonly #write: (chunk: Uint8Array) => boolean;
  readonly #one = new RowTemplate([...SOCKET_PARTS, ...ONE_OWNER_PARTS, '}],"timer":{"kind":"', ...END_PARTS]);
  readonly #any = new RowTemplate([...SOCKET_PARTS, ...OWNERS_PARTS, '],"timer":{"kind":"', ...END_PARTS]);
  #chunk: Uint8Array = new Uint8Array(CHUNK_BYTES);
  #used = 0;

  /** @param write false: nobody reads any more. The bytes are others when it has returned. */
  constructor(closeLook: CloseLook | null, write: (chunk: Uint8Array) => boolean) {
    this.#closeLook = closeLook;
    this.#write = write;
  }

  /** Writes one connection, and `tail` in place of its closing brace. False once nobody reads any more. */
  add(connection: StuckConnection, tail: Uint8Array): boolean {
    const { holders } = connection;
    const [holder] = holders;
    const isOne = holder !== undefined && holders.length === 1;
    const row = isOne ? this.#one : this.#any;
    setSocket(row, connection);
    let field = FIRST_OF_OWNERS;
    if (isOne) {
      row.setNumber(field++, holder.pid);
      row.setNumber(field++, holder.tid);
      row.setNumber(field++, holder.fd);
      row.setText(field++, this.#closeOnExec(holder));
    } else {
      row.setText(field++, this.#ownersJson(holders));
    }
    const { timer } = connection.socket;
    row.setText(field++, timer.kind);
    row.setNumber(field++, timer.expiresMs);
    row.setNumber(field++, timer.retransmits);
    row.setText(field++, quoted(describeInterest(connection.socket, holders, this.#closeLook)));
    row.setBytes(field, tail);
    if (!this.#makeRoom(row.length)) return false;
    row.copyTo(this.#chunk, this.#used);
    this.#used += row.length;
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
    const used = this.#used;
    this.#used = 0;
    return this.#write(this.#chunk.subarray(0, used));
  }

  #makeRoom(bytes: number): boolean {
    if (this.#used + bytes <= this.#chunk.length) return true;
    const more = this.flush();
    if (bytes > this.#chunk.length) this.#chunk = new Uint8Array(bytes);
    return more;
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

/** In the order of the parts. */
function setSocket(row: RowTemplate, connection: StuckConnection): void {
  const { socket } = connection;
  const { local, remote, info } = socket;
  const { ageMs, ageIs } = buildAge(connection);
  let field = 0;
  row.setText(field++, hostOf(local.address));
  row.setNumber(field++, local.port);
  row.setText(field++, hostOf(remote.address));
  row.setNumber(field++, remote.port);
  row.setText(field++, socket.state);
  row.setText(field++, socket.family);
  row.setNumber(field++, socket.netns);
  row.setNumber(field++, socket.uid);
  row.setNumber(field++, socket.inode);
  setInteger(row, field++, socket.cookie);
  row.setNumber(field++, socket.rxQueueBytes);
  row.setNumber(field++, socket.txQueueBytes);
  setInteger(row, field++, info.known ? info.value.bytesReceived : null);
  setInteger(row, field++, info.known ? info.value.bytesSent : null);
  if (ageMs !== null && Number.isSafeInteger(ageMs)) row.setNumber(field++, ageMs);
  else row.setText(field++, String(ageMs));
  row.setText(field, quoted(ageIs));
}

/** As a number where JSON can have it as one, see toJsonInteger. */
function setInteger(row: RowTemplate, field: number, value: bigint | number | null): void {
  const integer = value === null ? null : toJsonInteger(value);
  if (typeof integer === 'number') row.setNumber(field, integer);
  else row.setText(field, quoted(integer));
}

function hostOf(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

/** A text in which nothing needs to be escaped. */
function quoted(text: string | null): string {
  return text === null ? 'null' : `"${text}"`;
}
