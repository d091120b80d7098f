import { type Decoded, decoded, problem } from './decoded.ts';
import { HOST_IS_LITTLE_ENDIAN } from './host-bytes.ts';
import { formatIpv4, formatIpv6 } from './ip-address.ts';
import type { TraceField, TraceFormat } from './trace-format.ts';

/** What every trace event begins with. */
interface CommonTraceEvent {
  /** The thread in whose context it happened; for what a packet brings about, any thread that was interrupted. */
  readonly tid: number;
}

/** `sock:inet_sock_set_state` (include/trace/events/sock.h). */
export interface SetStateEvent extends CommonTraceEvent {
  /** The socket's address in the kernel: the same for all events of a socket, and reused after its end. */
  readonly socket: bigint;
  /** Numbers of net/tcp_states.h. */
  readonly oldState: number;
  readonly newState: number;
  readonly protocol: number;
  readonly local: { readonly address: string; readonly port: number };
  readonly remote: { readonly address: string; readonly port: number };
}

/** `raw_syscalls:sys_enter` (include/trace/events/syscalls.h). */
export interface CallEnterEvent extends CommonTraceEvent {
  readonly number: number;
  readonly args: readonly bigint[];
}

/** `raw_syscalls:sys_exit`. */
export interface CallExitEvent extends CommonTraceEvent {
  readonly number: number;
  /** Negative: an error number, or a call that is begun anew (ERESTARTSYS and the like). */
  readonly returned: bigint;
}

/** `task:task_newtask` (include/trace/events/task.h): `tid` is the parent. */
export interface NewTaskEvent extends CommonTraceEvent {
  readonly child: number;
  /** Flags of clone(2). */
  readonly flags: bigint;
}

/** Decodes the records of one event; made once for the layout of this kernel. */
export type TraceEventDecoder<E> = (bytes: Uint8Array) => Decoded<E>;

const AF_INET6 = 10;

export function setStateDecoder(format: TraceFormat): Decoded<TraceEventDecoder<SetStateEvent>> {
  return decoderOf(
    format,
    [
      'skaddr',
      'oldstate',
      'newstate',
      'sport',
      'dport',
      'family',
      'protocol',
      'saddr',
      'daddr',
      'saddr_v6',
      'daddr_v6',
    ],
    (read) => {
      const address = (name: string): string =>
        read.integer('family') === BigInt(AF_INET6)
          ? formatIpv6(read.bytes(`${name}_v6`))
          : formatIpv4(read.bytes(name));
      return {
        tid: read.number('common_pid'),
        socket: read.integer('skaddr'),
        oldState: read.number('oldstate'),
        newState: read.number('newstate'),
        protocol: read.number('protocol'),
        local: { address: address('saddr'), port: read.number('sport') },
        remote: { address: address('daddr'), port: read.number('dport') },
      };
    },
  );
}

export function callEnterDecoder(format: TraceFormat): Decoded<TraceEventDecoder<CallEnterEvent>> {
  return decoderOf(format, ['id', 'args'], (read) => ({
    tid: read.number('common_pid'),
    number: read.number('id'),
    args: read.integers('args'),
  }));
}

export function callExitDecoder(format: TraceFormat): Decoded<TraceEventDecoder<CallExitEvent>> {
  return decoderOf(format, ['id', 'ret'], (read) => ({
    tid: read.number('common_pid'),
    number: read.number('id'),
    returned: read.integer('ret'),
  }));
}

export function newTaskDecoder(format: TraceFormat): Decoded<TraceEventDecoder<NewTaskEvent>> {
  return decoderOf(format, ['pid', 'clone_flags'], (read) => ({
    tid: read.number('common_pid'),
    child: read.number('pid'),
    flags: read.integer('clone_flags'),
  }));
}

/** Reads the fields of one record, whose length has been checked. */
interface FieldReader {
  readonly integer: (name: string) => bigint;
  readonly integers: (name: string) => readonly bigint[];
  readonly number: (name: string) => number;
  readonly bytes: (name: string) => Uint8Array;
}

const NOWHERE: TraceField = { offset: 0, bytes: 0, isSigned: false, count: 1, isElsewhere: false };
const INTEGER_BYTES: readonly number[] = [1, 2, 4, 8];

function decoderOf<E>(
  { name: event, fields }: TraceFormat,
  names: readonly string[],
  decode: (read: FieldReader) => E,
): Decoded<TraceEventDecoder<E>> {
  const used = ['common_pid', ...names];
  const missing = used.find((name) => !isReadable(fields.get(name)));
  if (missing !== undefined)
    return problem(`trace event ${event}`, 0, `a field ${missing}`, 'none, or of another kind');
  const needed = Math.max(...used.map((name) => endOf(fields.get(name) ?? NOWHERE)));
  return decoded((bytes) => {
    if (bytes.length < needed) return problem(`trace event ${event}`, 0, `${needed} bytes`, `${bytes.length}`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const field = (name: string): TraceField => fields.get(name) ?? NOWHERE;
    const integer = (name: string): bigint => readInteger(view, field(name), 0);
    return decoded(
      decode({
        integer,
        integers: (name) =>
          Array.from({ length: field(name).count }, (_, index) => readInteger(view, field(name), index)),
        number: (name) => Number(integer(name)),
        bytes: (name) => bytes.subarray(field(name).offset, endOf(field(name))),
      }),
    );
  });
}

function isReadable(field: TraceField | undefined): boolean {
  return (
    field !== undefined && !field.isElsewhere && field.count > 0 && INTEGER_BYTES.includes(field.bytes / field.count)
  );
}

function endOf({ offset, bytes }: TraceField): number {
  return offset + bytes;
}

function readInteger(view: DataView, { offset, bytes, count, isSigned }: TraceField, index: number): bigint {
  const width = bytes / count;
  const at = offset + index * width;
  if (width === 8) {
    return isSigned ? view.getBigInt64(at, HOST_IS_LITTLE_ENDIAN) : view.getBigUint64(at, HOST_IS_LITTLE_ENDIAN);
  }
  if (width === 4)
    return BigInt(isSigned ? view.getInt32(at, HOST_IS_LITTLE_ENDIAN) : view.getUint32(at, HOST_IS_LITTLE_ENDIAN));
  if (width === 2)
    return BigInt(isSigned ? view.getInt16(at, HOST_IS_LITTLE_ENDIAN) : view.getUint16(at, HOST_IS_LITTLE_ENDIAN));
  return BigInt(isSigned ? view.getInt8(at) : view.getUint8(at));
}
