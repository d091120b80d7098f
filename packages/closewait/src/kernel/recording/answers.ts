import {
  type DescriptorTable,
  type DumpRequest,
  type HeldRequest,
  known,
  type LookTime,
  mapReading,
  type Reading,
  unknown,
} from '@closewait/core/facts';

/**
 * How one kind of answer is written to JSON and read back. A checksum only tells that a line is as it was written, not
 * who wrote it: `decode` answers undefined for anything that `encode` does not write. Typed arrays are little-endian, as
 * the kernel's bytes are.
 */
export interface AnswerCodec<T> {
  readonly encode: (value: T) => unknown;
  readonly decode: (json: unknown) => T | undefined;
}

/** One dump: what was asked and what came, so that a replay can answer a narrower question from it. */
export interface RecordedDump {
  readonly states: DumpRequest['states'];
  readonly extensions: DumpRequest['extensions'];
  /** Of one port alone; of all where it is not there. */
  readonly localPort?: number;
  readonly datagrams: readonly Uint8Array[];
}

/** One listing of held sockets: what was asked and what came. */
export interface RecordedHeld extends HeldRequest {
  readonly chunks: readonly Uint8Array[];
}

function plain<T>(isValid: (json: unknown) => json is T): AnswerCodec<T> {
  return { encode: (value) => value, decode: (json) => (isValid(json) ? json : undefined) };
}

const isText = (json: unknown): json is string => typeof json === 'string';
const isFlag = (json: unknown): json is boolean => typeof json === 'boolean';
const isNumber = (json: unknown): json is number => typeof json === 'number';
const isTexts = (json: unknown): json is readonly string[] => Array.isArray(json) && json.every(isText);

function isTime(json: unknown): json is LookTime {
  const { epochMs, bootMs } = fieldsOf(json);
  return isNumber(epochMs) && isNumber(bootMs);
}

const bytes: AnswerCodec<Uint8Array> = {
  encode: (value) => Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64'),
  decode: (json) => (isText(json) ? new Uint8Array(Buffer.from(json, 'base64')) : undefined),
};

function reading<T>(codec: AnswerCodec<T>): AnswerCodec<Reading<T>> {
  return {
    encode: (value) => mapReading(value, codec.encode),
    decode: (json) => {
      const { known: isKnown, value, why, detail, hint } = fieldsOf(json);
      if (isKnown === true) {
        const decoded = codec.decode(value);
        return decoded === undefined ? undefined : known(decoded);
      }
      if (!isText(detail) || (hint !== undefined && !isText(hint))) return undefined;
      return isWhy(why) ? unknown(why, detail, hint) : undefined;
    },
  };
}

const WHYS = ['denied', 'unsupported', 'gone', 'not-asked', 'garbled'] as const;

function isWhy(json: unknown): json is (typeof WHYS)[number] {
  return WHYS.some((why) => why === json);
}

const table: AnswerCodec<DescriptorTable> = {
  encode: ({ open, fds, inodes, epolls, rings }) => ({
    open,
    fds: encodeColumn(fds),
    inodes: encodeColumn(inodes),
    epolls: encodeColumn(epolls),
    rings: encodeColumn(rings),
  }),
  decode: (json) => {
    const { open, ...columns } = fieldsOf(json);
    const [fds, inodes] = [decodeColumn(columns['fds']), decodeColumn(columns['inodes'])];
    const [epolls, rings] = [decodeColumn(columns['epolls']), decodeColumn(columns['rings'])];
    if (!isNumber(open) || fds === undefined || fds.byteLength !== inodes?.byteLength) return undefined;
    if (epolls === undefined || rings === undefined) return undefined;
    return {
      open,
      fds: new Int32Array(fds),
      inodes: new Uint32Array(inodes),
      epolls: new Int32Array(epolls),
      rings: new Int32Array(rings),
    };
  },
};

function encodeColumn(column: Int32Array | Uint32Array): unknown {
  return bytes.encode(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
}

function decodeColumn(json: unknown): ArrayBuffer | undefined {
  const column = bytes.decode(json);
  return column === undefined || column.length % 4 !== 0 ? undefined : Uint8Array.from(column).buffer;
}

const dump: AnswerCodec<RecordedDump> = {
  encode: ({ datagrams, ...asked }) => ({ ...asked, datagrams: datagrams.map(bytes.encode) }),
  decode: (json) => {
    const { states, extensions, localPort, datagrams } = fieldsOf(json);
    if (!isTexts(states) || !isTexts(extensions) || !isTexts(datagrams)) return undefined;
    if (localPort !== undefined && typeof localPort !== 'number') return undefined;
    // A name that is no state answers no question, so it does no harm.
    return {
      states: states as DumpRequest['states'],
      extensions: extensions as DumpRequest['extensions'],
      ...(localPort === undefined ? {} : { localPort }),
      datagrams: datagrams.map((text) => new Uint8Array(Buffer.from(text, 'base64'))),
    };
  },
};

const chunks: AnswerCodec<readonly Uint8Array[]> = {
  encode: (value) => value.map(bytes.encode),
  decode: (json) => (isTexts(json) ? json.map((text) => new Uint8Array(Buffer.from(text, 'base64'))) : undefined),
};

const held: AnswerCodec<RecordedHeld> = {
  encode: ({ states, congested, instances, chunks: listed }) => ({
    states,
    congested,
    instances,
    chunks: chunks.encode(listed),
  }),
  decode: (json) => {
    const { states, congested, instances, chunks: listed } = fieldsOf(json);
    const decoded = chunks.decode(listed);
    if (!isTexts(states) || !isFlag(congested) || !isFlag(instances) || decoded === undefined) return undefined;
    return { states: states as HeldRequest['states'], congested, instances, chunks: decoded };
  },
};

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? { ...json } : {};
}

/** The codec of every answer of a KernelSource. */
export const ANSWERS: {
  readonly time: AnswerCodec<LookTime>;
  readonly ms: AnswerCodec<number>;
  readonly dump: AnswerCodec<Reading<RecordedDump>>;
  readonly held: AnswerCodec<Reading<RecordedHeld>>;
  readonly chunks: AnswerCodec<Reading<readonly Uint8Array[]>>;
  readonly bytes: AnswerCodec<Reading<Uint8Array>>;
  readonly names: AnswerCodec<Reading<readonly string[]>>;
  readonly text: AnswerCodec<Reading<string>>;
  readonly number: AnswerCodec<Reading<number>>;
  readonly flag: AnswerCodec<Reading<boolean>>;
  readonly table: AnswerCodec<Reading<DescriptorTable>>;
} = {
  time: plain(isTime),
  ms: plain(isNumber),
  dump: reading(dump),
  held: reading(held),
  chunks: reading(chunks),
  bytes: reading(bytes),
  names: reading(plain(isTexts)),
  text: reading(plain(isText)),
  number: reading(plain(isNumber)),
  flag: reading(plain(isFlag)),
  table: reading(table),
};
