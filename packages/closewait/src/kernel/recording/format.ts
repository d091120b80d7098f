import { crc32 } from 'node:zlib';
import { ClosewaitError } from '@closewait/core/facts';

/** Version of the recording format; raised when an older program could misread a newer file. */
export const RECORDING_VERSION = 1;

const FORMAT_NAME = 'closewait/recording';

/**
 * A recording is lines of `<crc32 of the rest, 8 hex digits> <JSON>`: a header, one entry for each answer of the
 * kernel, and a closing line with the number of entries. The checksum finds a changed byte, the closing line a cut end.
 */
export interface RecordingEntry {
  /** The question: a method of KernelSource and its arguments, see {@link entryKey}. */
  readonly key: string;
  /** The answer, bytes as base64. */
  readonly answer: unknown;
}

/** The header line. */
export interface RecordingHeader {
  readonly format: typeof FORMAT_NAME;
  readonly version: number;
  /** Version of the program that wrote it. */
  readonly writtenBy: string;
}

/** One question as a key, for example `readFile /proc/1/stat`. */
export function entryKey(call: string, ...args: readonly (string | number)[]): string {
  return [call, ...args].join(' ');
}

/** The key of a question in a look, counted from 1: the answers of a second look stand beside those of the first. */
export function lookKey(look: number, question: string): string {
  return look > 1 ? `#${look} ${question}` : question;
}

function encodeLine(content: object): string {
  const json = JSON.stringify(content);
  return `${checksumOf(json)} ${json}\n`;
}

const CHECKSUM_LENGTH = 8;

function checksumOf(json: string): string {
  return crc32(json).toString(16).padStart(CHECKSUM_LENGTH, '0');
}

export function encodeHeader(writtenBy: string): string {
  const header: RecordingHeader = { format: FORMAT_NAME, version: RECORDING_VERSION, writtenBy };
  return encodeLine(header);
}

export function encodeEntry(entry: RecordingEntry): string {
  return encodeLine(entry);
}

export function encodeEnd(entries: number): string {
  return encodeLine({ end: entries });
}

/**
 * Reads a whole recording.
 *
 * @throws ClosewaitError `usage`: not a recording, written by a newer program, or damaged (with the byte offset).
 */
export function decodeRecording(bytes: Uint8Array, fileName: string): ReadonlyMap<string, unknown> {
  const lines = splitLines(bytes, fileName);
  const first = lines.next();
  checkHeader(first.done === true ? undefined : first.value.content, fileName);
  const answers = new Map<string, unknown>();
  let entries = 0;
  for (const { content, offset } of lines) {
    if (isRecord(content) && typeof content['key'] === 'string') {
      answers.set(content['key'], content['answer']);
      entries++;
    } else if (isRecord(content) && content['end'] === entries) {
      if (lines.next().done !== true) throw damaged(fileName, offset, 'nothing after the end of the recording');
      return answers;
    } else {
      throw damaged(fileName, offset, 'an entry or the end of the recording');
    }
  }
  throw damaged(fileName, bytes.length, 'the end of the recording: the file is cut short');
}

function checkHeader(content: unknown, fileName: string): void {
  if (!isRecord(content) || content['format'] !== FORMAT_NAME || typeof content['version'] !== 'number') {
    throw new ClosewaitError('usage', `${fileName} is not a recording of closewait`, {
      hint: 'make one with: closewait record -o FILE',
    });
  }
  if (content['version'] > RECORDING_VERSION) {
    throw new ClosewaitError(
      'usage',
      `${fileName} has recording format ${content['version']}, this program reads up to ${RECORDING_VERSION}`,
      { hint: `read it with closewait ${String(content['writtenBy'])} or later` },
    );
  }
}

interface Line {
  readonly content: unknown;
  /** Byte offset of its start. */
  readonly offset: number;
}

const NEWLINE = 0x0a;

function* splitLines(bytes: Uint8Array, fileName: string): Generator<Line, void> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset < buffer.length) {
    const end = buffer.indexOf(NEWLINE, offset);
    // The first line may be of any file at all: that is "not a recording", not a damaged one.
    if (end < 0 && offset > 0) throw damaged(fileName, offset, 'a whole line: the file is cut short');
    const line = buffer.toString('utf8', offset, end < 0 ? buffer.length : end);
    const content = decodeLine(line);
    if (content === undefined && offset > 0) throw damaged(fileName, offset, 'a line that matches its checksum');
    yield { content, offset };
    if (end < 0) return;
    offset = end + 1;
  }
}

/** Undefined where the checksum does not fit, so JSON.parse only ever sees what JSON.stringify wrote. */
function decodeLine(line: string): unknown {
  const json = line.slice(CHECKSUM_LENGTH + 1);
  if (!line.startsWith(`${checksumOf(json)} `)) return undefined;
  try {
    return JSON.parse(json);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

function damaged(fileName: string, offset: number, expected: string): ClosewaitError {
  return new ClosewaitError('usage', `${fileName} is damaged at byte ${offset}: expected ${expected}`, {
    hint: 'record or copy it anew',
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
