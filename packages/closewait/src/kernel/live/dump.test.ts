import { NLM_F_DUMP_INTR, NLMSG_DONE, NLMSG_ERROR, SOCK_DIAG_BY_FAMILY } from '@closewait/core/codec';
import type { DumpRequest } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import type { SystemResult } from '../../ffi/index.ts';
import { type DumpTransport, runDump } from './dump.ts';

const REQUEST: DumpRequest = { family: 'ipv4', states: ['CLOSE-WAIT'], extensions: [] };

type Received = SystemResult<{ datagram: Uint8Array; truncated: boolean }>;

/** A kernel that answers each attempt with the next script; a script's messages carry the attempt's number. */
function kernelThat(...scripts: readonly ((sequence: number) => readonly Received[])[]): {
  open: () => SystemResult<DumpTransport>;
  closed: number;
} {
  const kernel = {
    closed: 0,
    attempts: 0,
    open: (): SystemResult<DumpTransport> => {
      const script = scripts[Math.min(kernel.attempts, scripts.length - 1)];
      kernel.attempts++;
      const answers = [...(script?.(kernel.attempts) ?? [])];
      return {
        ok: true,
        value: {
          send: (request) => ({ ok: true, value: request.length }),
          receive: () => answers.shift() ?? { ok: false, op: 'recv', errno: 'EAGAIN' },
          [Symbol.dispose]: () => {
            kernel.closed++;
          },
        },
      };
    },
  };
  return kernel;
}

function message(type: number, sequence: number, payload: Uint8Array = new Uint8Array(4), flags = 2): Uint8Array {
  const bytes = Buffer.alloc(16 + payload.length);
  bytes.writeUInt32LE(bytes.length, 0);
  bytes.writeUInt16LE(type, 4);
  bytes.writeUInt16LE(flags, 6);
  bytes.writeUInt32LE(sequence, 8);
  bytes.set(payload, 16);
  return bytes;
}

function received(...messages: readonly Uint8Array[]): Received {
  return { ok: true, value: { datagram: new Uint8Array(Buffer.concat(messages)), truncated: false } };
}

const socket = (sequence: number, flags?: number): Uint8Array =>
  message(SOCK_DIAG_BY_FAMILY, sequence, new Uint8Array(72), flags);
const done = (sequence: number): Uint8Array => message(NLMSG_DONE, sequence);

function refusedWith(errno: number, sequence: number): Uint8Array {
  const payload = Buffer.alloc(20);
  payload.writeInt32LE(-errno, 0);
  return message(NLMSG_ERROR, sequence, payload);
}

describe('runDump', () => {
  it('gives the datagrams up to the end of the dump', () => {
    const kernel = kernelThat((n) => [received(socket(n), socket(n)), received(socket(n)), received(done(n))]);
    const dump = runDump(kernel.open, REQUEST);
    expect(dump.known && dump.value.length).toBe(3);
    expect(kernel.closed).toBe(1);
  });

  it('asks anew on a fresh socket when the kernel says that the table changed meanwhile', () => {
    const kernel = kernelThat(
      (n) => [received(socket(n, NLM_F_DUMP_INTR)), received(done(n))],
      (n) => [received(done(n))],
    );
    expect(runDump(kernel.open, REQUEST)).toMatchObject({ known: true });
    expect(kernel.closed).toBe(2);
  });

  it('asks anew when the receive buffer overran', () => {
    const kernel = kernelThat(
      () => [{ ok: false, op: 'recv', errno: 'ENOBUFS' }],
      (n) => [received(done(n))],
    );
    expect(runDump(kernel.open, REQUEST)).toMatchObject({ known: true });
  });

  it('gives up after five interrupted dumps, and says so', () => {
    const kernel = kernelThat((n) => [received(socket(n, NLM_F_DUMP_INTR))]);
    expect(runDump(kernel.open, REQUEST)).toMatchObject({ known: false, detail: expect.stringContaining('5 times') });
    expect(kernel.closed).toBe(5);
  });

  it('goes on after a signal', () => {
    const kernel = kernelThat((n) => [{ ok: false, op: 'recv', errno: 'EINTR' }, received(done(n))]);
    expect(runDump(kernel.open, REQUEST)).toMatchObject({ known: true });
  });

  it('leaves out answers to an earlier request', () => {
    const kernel = kernelThat((n) => [received(done(n + 7)), received(done(n))]);
    const dump = runDump(kernel.open, REQUEST);
    expect(dump.known && dump.value.length).toBe(2);
  });

  it.each([
    [1, 'denied', 'EPERM'],
    [2, 'unsupported', 'ENOENT'],
    [95, 'unsupported', 'EOPNOTSUPP'],
  ])('turns error %i of the kernel into %s', (errno, why, name) => {
    const kernel = kernelThat((n) => [received(refusedWith(errno, n))]);
    expect(runDump(kernel.open, REQUEST)).toMatchObject({ known: false, why, detail: expect.stringContaining(name) });
  });

  it('says that a datagram was longer than its buffer, and never takes a part for the whole', () => {
    const kernel = kernelThat((n) => [{ ok: true, value: { datagram: done(n), truncated: true } }]);
    expect(runDump(kernel.open, REQUEST)).toMatchObject({ known: false, why: 'garbled' });
  });

  it('says what is wrong with a datagram that is no netlink message', () => {
    const kernel = kernelThat(() => [received(new Uint8Array(7))]);
    expect(runDump(kernel.open, REQUEST)).toMatchObject({ known: false, why: 'garbled' });
  });

  it('tells a refused netlink socket from a refused namespace', () => {
    const refuse = (op: string) => (): SystemResult<DumpTransport> => ({ ok: false, op, errno: 'EPERM' });
    expect(runDump(refuse('socket'), REQUEST)).toMatchObject({
      why: 'denied',
      hint: expect.stringContaining('seccomp'),
    });
    expect(runDump(refuse('setns'), REQUEST)).toMatchObject({
      why: 'denied',
      hint: expect.stringContaining('CAP_SYS_ADMIN'),
    });
  });
});
