import { crc32 } from 'node:zlib';
import { ClosewaitError } from '@closewait/core/facts';
import { assert, jsonValue, pre, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeRecording, encodeEnd, encodeEntry, encodeHeader, RECORDING_VERSION } from './format.ts';
import { Replayer } from './replayer.ts';

const whole = [
  encodeHeader('0.1.0'),
  encodeEntry({ key: 'readLink /proc/1/exe', answer: { known: true, value: '/sbin/init — é' } }),
  encodeEntry({ key: 'timed sock_diag', answer: 1.5 }),
  encodeEnd(2),
].join('');

function refusalOf(text: string | Uint8Array): ClosewaitError {
  try {
    decodeRecording(typeof text === 'string' ? Buffer.from(text) : text, 'x.cwr');
  } catch (error) {
    if (error instanceof ClosewaitError) return error;
    throw error;
  }
  throw new Error('the recording was taken');
}

describe('decodeRecording', () => {
  it('reads what was written', () => {
    const answers = decodeRecording(Buffer.from(whole), 'x.cwr');
    expect(Object.fromEntries(answers)).toEqual({
      'readLink /proc/1/exe': { known: true, value: '/sbin/init — é' },
      'timed sock_diag': 1.5,
    });
  });

  it('refuses every file in which one byte was changed, and names the byte offset of the line', () => {
    const bytes = Buffer.from(whole);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const { code, message } = refusalOf(changed);
      expect(code).toBe('usage');
      const lineStart = at === 0 ? 0 : bytes.lastIndexOf('\n', at - 1) + 1;
      if (lineStart > 0 && bytes[at] !== 0x0a) expect(message).toContain(`damaged at byte ${lineStart}:`);
    }
  });

  it('refuses every file that is cut short', () => {
    for (let length = 0; length < whole.length; length++) {
      expect(refusalOf(whole.slice(0, length)).code).toBe('usage');
    }
  });

  it('refuses a recording of a newer program and says which one reads it', () => {
    const json = JSON.stringify({ format: 'closewait/recording', version: RECORDING_VERSION + 1, writtenBy: '9.1.0' });
    const { message, hint } = refusalOf(`${crc32(json).toString(16).padStart(8, '0')} ${json}\n`);
    expect(message).toContain(`format ${RECORDING_VERSION + 1}, this program reads up to ${RECORDING_VERSION}`);
    expect(hint).toContain('9.1.0');
  });

  it.each([
    '',
    '\n',
    'hello',
    '{"format":"closewait/recording"}\n',
    '00000000 {}\n',
  ])('does not take %j for a recording', (text) => {
    expect(refusalOf(text).message).toBe('x.cwr is not a recording of closewait');
  });
});

describe('a recording that another program wrote', () => {
  const written = (key: string, answer: unknown): Replayer =>
    new Replayer(Buffer.from([encodeHeader('0.1.0'), encodeEntry({ key, answer }), encodeEnd(1)].join('')), 'x.cwr');

  it('is refused where an answer is not of the form that a kernel source gives, whatever it is', () => {
    const isFine = (answer: unknown): boolean =>
      typeof answer === 'object' &&
      answer !== null &&
      'known' in answer &&
      ((answer.known === true && 'value' in answer && typeof answer.value === 'string') || 'why' in answer);
    assert(
      property(jsonValue(), (answer) => {
        pre(!isFine(answer));
        expect(() => written('readLink /x', answer).readLink('/x')).toThrow(ClosewaitError);
      }),
    );
  });

  it.each([
    { open: 1, fds: 'AAAAAA==', inodes: '' },
    { open: 1, fds: 'AAA=', inodes: 'AAA=' },
    { open: '1', fds: '', inodes: '' },
    { open: 1, fds: '' },
  ])('is refused where the columns of a table do not fit: %j', async (value) => {
    const replay = written('readDescriptors 1 1', { known: true, value });
    await expect(replay.readDescriptors([{ pid: 1, tid: 1 }])).rejects.toThrow(ClosewaitError);
  });
});
