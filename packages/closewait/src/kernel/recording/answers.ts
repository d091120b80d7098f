import {
  type DescriptorTable,
  type DumpRequest,
  known,
  type LookTime,
  mapReading,
  type Reading,
} from '@closewait/core/facts';

/** How one kind of answer is written to JSON and read back. Typed arrays are little-endian, as the kernel's bytes are. */
export interface AnswerCodec<T> {
  readonly encode: (value: T) => unknown;
  readonly decode: (json: unknown) => T;
}

/** One dump: what was asked and what came, so that a replay can answer a narrower question from it. */
export interface RecordedDump {
  readonly states: DumpRequest['states'];
  readonly extensions: DumpRequest['extensions'];
  readonly datagrams: readonly Uint8Array[];
}

// A line's checksum was verified before it is decoded here, so these casts read what `encode` wrote.
function plain<T>(): AnswerCodec<T> {
  return { encode: (value) => value, decode: (json) => json as T };
}

const bytes: AnswerCodec<Uint8Array> = {
  encode: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
  decode: (json) => new Uint8Array(Buffer.from(json as string, 'base64')),
};

function reading<T>(codec: AnswerCodec<T>): AnswerCodec<Reading<T>> {
  return {
    encode: (value) => mapReading(value, codec.encode),
    decode: (json) => {
      const answer = json as Reading<unknown>;
      return answer.known ? known(codec.decode(answer.value)) : answer;
    },
  };
}

const table: AnswerCodec<DescriptorTable> = {
  encode: ({ open, fds, inodes }) => ({ open, fds: encodeColumn(fds), inodes: encodeColumn(inodes) }),
  decode: (json) => {
    const { open, fds, inodes } = json as { open: number; fds: string; inodes: string };
    return { open, fds: new Int32Array(decodeColumn(fds)), inodes: new Uint32Array(decodeColumn(inodes)) };
  },
};

function encodeColumn(column: Int32Array | Uint32Array): unknown {
  return bytes.encode(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
}

function decodeColumn(text: string): ArrayBuffer {
  return bytes.decode(text).buffer as ArrayBuffer;
}

const dump: AnswerCodec<RecordedDump> = {
  encode: ({ states, extensions, datagrams }) => ({ states, extensions, datagrams: datagrams.map(bytes.encode) }),
  decode: (json) => {
    const { states, extensions, datagrams } = json as RecordedDump & { datagrams: readonly unknown[] };
    return { states, extensions, datagrams: datagrams.map(bytes.decode) };
  },
};

/** The codec of every answer of a KernelSource. */
export const ANSWERS: {
  readonly time: AnswerCodec<LookTime>;
  readonly ms: AnswerCodec<number>;
  readonly dump: AnswerCodec<Reading<RecordedDump>>;
  readonly bytes: AnswerCodec<Reading<Uint8Array>>;
  readonly names: AnswerCodec<Reading<readonly string[]>>;
  readonly text: AnswerCodec<Reading<string>>;
  readonly number: AnswerCodec<Reading<number>>;
  readonly flag: AnswerCodec<Reading<boolean>>;
  readonly table: AnswerCodec<Reading<DescriptorTable>>;
} = {
  time: plain(),
  ms: plain(),
  dump: reading(dump),
  bytes: reading(bytes),
  names: reading(plain()),
  text: reading(plain()),
  number: reading(plain()),
  flag: reading(plain()),
  table: reading(table),
};
