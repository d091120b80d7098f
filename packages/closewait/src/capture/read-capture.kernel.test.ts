import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildCapture, CaptureAnalysis, type CaptureDocument } from '@closewait/core/capture';
import { captureSchema } from '@closewait/core/capture/schema';
import { ClosewaitError } from '@closewait/core/facts';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CHECKOUT, CLOSEWAIT } from '../../../../test/support/closewait.ts';
import { expectNothingLeaked } from '../../../../test/support/leaks.ts';
import { run } from '../../../../test/support/run.ts';
import { unprivilegedCloseWait } from '../../../../test/support/unprivileged.ts';
import { waitUntil } from '../../../../test/support/wait-until.ts';
import { openCapture, readCapture, readStatistics } from './index.ts';

expectNothingLeaked();

const folder = mkdtempSync(join(tmpdir(), 'cwt-damaged-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'damaged');

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
const WHOLE = { pcap: readFixture('ethernet.pcap'), pcapng: readFixture('ethernet.pcapng') } as const;

function readFixture(name: string): Buffer {
  return readFileSync(join(CHECKOUT, 'fixtures/captures', name));
}

/** What is said of some bytes as a file; the complaint where they are none. */
async function answerFor(bytes: Uint8Array): Promise<CaptureDocument | ClosewaitError> {
  writeFileSync(file, bytes);
  try {
    using capture = openCapture(file);
    const analysis = new CaptureAnalysis();
    const { damage } = await readCapture(capture, {
      take: (packet) => analysis.add(packet),
      progress: () => undefined,
      signal: new AbortController().signal,
      path: PATH,
    });
    const findings = analysis.finish({ minAgeMs: 1000, ...readStatistics(capture, analysis.lastMs) });
    return captureSchema.parse(buildCapture(findings, { file, tool: 'TShark', damage }));
  } catch (error) {
    if (error instanceof ClosewaitError && error.code === 'usage') return error;
    throw error;
  }
}

describe('a file that was cut', () => {
  // Two at a time would write one file; a run takes about 0.15 s.
  it.each(['pcap', 'pcapng'] as const)('is answered honestly wherever it was cut (%s)', async (kind) => {
    const whole = WHOLE[kind];
    let packets = 0;
    for (let length = 1; length < whole.length; length += Math.ceil(whole.length / 20)) {
      const answer = await answerFor(whole.subarray(0, length));
      if (answer instanceof ClosewaitError) {
        // Nothing of it could be read, and the complaint names the file in one line.
        expect(packets).toBe(0);
        expect(answer.message).toMatch(/^\S*damaged (is neither pcap nor pcapng|cannot be read: .*)$/);
        continue;
      }
      expect(answer.packets.read).toBeGreaterThanOrEqual(packets);
      packets = answer.packets.read;
      // The keep-alive probes that prove it come last: until then nothing is certain.
      if (packets < 50) expect(answer.owing.every(({ byConfidence }) => byConfidence.certain === 0)).toBe(true);
      // Cut at the very end of a packet there is nothing to see.
      const isSaid = answer.notes.some(({ id }) => id === 'damaged');
      expect(isSaid || answer.endIs === 'last-packet').toBe(true);
    }
    expect(packets).toBeGreaterThan(50);
  });
});

describe('a file with wrong bytes', () => {
  it('is answered, or refused in one line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('pcap', 'pcapng'),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }),
        async (kind, changes) => {
          const bytes = Buffer.from(WHOLE[kind]);
          // Not the first four: then it is no capture.
          for (const [at, value] of changes) bytes[4 + (at % (bytes.length - 4))] = value;
          const answer = await answerFor(bytes);
          if (answer instanceof ClosewaitError) expect(answer.message).not.toContain('\n');
          else expect(answer.packets.read).toBeLessThanOrEqual(200);
        },
      ),
      { numRuns: 25, endOnFailure: true },
    );
  });
});

describe('what is no capture', () => {
  const pcap = [...CLOSEWAIT, 'pcap'];

  it.each([
    ['an empty file', new Uint8Array(), /damaged is empty;/],
    ['a text', Buffer.from('2026-11-26 GET / HTTP/1.1\n'), /damaged is neither pcap nor pcapng;/],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n0123456789', 'latin1'), /damaged is neither pcap nor pcapng;/],
    ['a compressed text', gzipSync('no capture at all'), /cannot be read|not read here/],
  ])('is refused: %s', async (_, bytes, complaint) => {
    writeFileSync(file, bytes);
    const { exitCode, stdout, stderr } = await run([...pcap, file]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(complaint);
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it.each([
    [['/nowhere.pcap'], /cannot read the capture \/nowhere\.pcap: ENOENT/],
    [['/dev/null'], /\/dev\/null is a terminal or another device/],
    [['/tmp'], /\/tmp is a folder/],
    [[], /which capture\?/],
    [['-', 'pid:1'], /'pid:1' selects nothing in a capture; use :8000/],
  ])('is refused: %j', async (args, complaint) => {
    const { exitCode, stderr } = await run([...pcap, ...args]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(complaint);
  });

  it('is not an empty capture', async () => {
    writeFileSync(file, WHOLE.pcap.subarray(0, 24));
    const { exitCode, stdout } = await run([...pcap, file]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('No TCP connection in this capture.');
  });

  it('is said to need tshark where that is missing, with what to do', async () => {
    writeFileSync(file, WHOLE.pcap);
    const { exitCode, stderr } = await run([...pcap, file], { env: { PATH: '/nowhere' } });
    expect(exitCode).toBe(3);
    expect(stderr).toBe(
      'closewait: captures are read by tshark, and it is not installed; apt install tshark (dnf install wireshark-cli, apk add tshark)\n',
    );
  });
});

describe('the tool', () => {
  it('needs no privilege', async () => {
    using unprivileged = unprivilegedCloseWait();
    writeFileSync(file, WHOLE.pcap);
    chmodSync(folder, 0o755);
    const { exitCode, stdout, stderr } = await run(unprivileged.command(['pcap', file]));
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: '' });
    expect(stdout).toContain('2 connections are half-closed');
  });

  it('runs as nobody and can gain no privileges', async () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // Read and write, so that neither side waits for the other: the tool then waits for packets while it is looked at.
    const fd = openSync(fifo, constants.O_RDWR);
    const [program = '', ...args] = [...pcapOf('-')];
    const child = spawn(program, args, { stdio: [fd, 'ignore', 'ignore'] });
    const ended = once(child, 'close');
    try {
      const status = await toolStatus(child.pid ?? 0);
      expect(status).toMatch(/^Uid:\t65534\t65534\t65534\t65534$/m);
      expect(status).toMatch(/^Gid:\t65534\t65534\t65534\t65534$/m);
      expect(status).toMatch(/^Groups:\t\s*$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd'])
        expect(status).toMatch(new RegExp(`^${set}:\\t0+$`, 'm'));
    } finally {
      child.kill('SIGINT');
      closeSync(fd);
      await ended;
    }
  });
});

function pcapOf(name: string): readonly string[] {
  return [...CLOSEWAIT, 'pcap', name];
}

/** /proc/PID/status of the tshark that a process has started and that has become what it is to be. */
async function toolStatus(parent: number): Promise<string> {
  let status = '';
  await waitUntil('tshark waits for packets', () => {
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ');
    const statuses = children.filter((pid) => pid !== '').map((pid) => readFileSync(`/proc/${pid}/status`, 'utf8'));
    status = statuses.find((text) => text.startsWith('Name:\ttshark\n') && /^Uid:\t65534/m.test(text)) ?? '';
    return status !== '';
  });
  return status;
}
