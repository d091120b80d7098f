import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import fixture from '../../../../fixtures/codec/netlink.json' with { type: 'json' };
import procFixture from '../../../../fixtures/codec/proc.json' with { type: 'json' };
import { plainSocket } from '../../../../test/support/plain-socket.ts';
import * as codec from './index.ts';

const ADDRESSES = codec.createAddressTexts();

/** Everything that decodes bytes, on any bytes. */
const DECODERS: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  inetDiag: (bytes) => {
    const socket = codec.decodeInetDiagMessage(bytes, 1, ['info', 'memory'], ADDRESSES);
    return socket.ok ? plainSocket(socket.value) : socket;
  },
  peekState: codec.peekInetDiagState,
  peekInode: codec.peekInetDiagInode,
  peekCookie: codec.peekInetDiagCookie,
  peekInterface: codec.peekInetDiagInterface,
  calmFor: (bytes) => (SOCKET.ok ? codec.calmFor(bytes, SOCKET.value) : null),
  tcpInfo: codec.decodeTcpInfo,
  netlink: (bytes) => {
    const split = codec.splitNetlinkMessages(bytes);
    return split.ok ? split.value.map(codec.decodeNetlinkError) : split;
  },
  netlinkError: (payload) =>
    [codec.NLMSG_ERROR, codec.NLMSG_DONE].flatMap((type) =>
      [0, 0x200, 0x300].map((flags) => codec.decodeNetlinkError({ type, flags, sequence: 0, portId: 0, payload })),
    ),
  stat: codec.decodeProcStat,
  status: codec.decodeProcStatus,
  limits: codec.decodeOpenFilesLimit,
  commandLine: codec.decodeCommandLine,
  cgroup: codec.decodeCgroupPath,
  mountinfo: codec.decodeMountinfo,
  fdInfo: codec.decodeFdInfo,
  syscall: codec.decodeProcSyscall,
  wchan: codec.decodeWchan,
  sched: codec.decodeProcSched,
  schedstat: codec.decodeProcSchedstat,
  epoll: codec.decodeEpollWatches,
  registeredFiles: codec.decodeRegisteredFiles,
  descriptorsInFlight: codec.decodeDescriptorsInFlight,
  freezerPath: codec.decodeFreezerPath,
  freezerState: codec.decodeFreezerState,
  cgroupFrozen: codec.decodeCgroupFrozen,
  mappedFiles: codec.decodeMappedFiles,
  tcpSegment: codec.decodeTcpSegment,
  ipv4: codec.formatIpv4,
  ipv6: codec.formatIpv6,
};

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const base64 = (value: string | undefined): Uint8Array => Uint8Array.from(Buffer.from(value ?? '', 'base64'));
const DUMP = base64(fixture.ipv4Full[0]);
const MESSAGE_BYTES = new DataView(DUMP.buffer).getUint32(0, true);
const MESSAGE = DUMP.slice(16, MESSAGE_BYTES);
const SOCKET = codec.decodeInetDiagMessage(MESSAGE, 1, ['info', 'memory'], ADDRESSES);

const VALID: readonly Uint8Array[] = [
  DUMP.slice(0, MESSAGE_BYTES + 40),
  MESSAGE,
  MESSAGE.subarray(4),
  base64(fixture.extendedAck[0]),
  base64(fixture.extendedAck[0]).subarray(16),
  base64(fixture.failedDump[0]),
  base64(fixture.tcpInfo),
  text('1 (systemd) S 0 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 14 0 0 1\n'),
  text('Name:\tx\\n\nTgid:\t1\nPPid:\t0\nUid:\t0\t0\t0\t0\nThreads:\t1\n'),
  text('Limit   Soft\nMax open files            1024                 unlimited            files     \n'),
  text('9:name=systemd:/a.service\n0::/b (deleted)\n'),
  text('65 44 0:4 net:[4026531833] /run/a\\040b rw shared:1 - nsfs nsfs rw,hidepid=2\n'),
  text('pos:\t0\nflags:\t02000002\n'),
  text(procFixture.syscall.read),
  text(procFixture.syscall.stoppedLoop),
  text(procFixture.wchan.poll),
  text('node (7, #threads: 11)\n-----\nse.exec_start    :      8103.000125\nnr_switches :  7\n'),
  text('1234567 89 10\n'),
  text(procFixture.fdinfo.epoll),
  text(procFixture.fdinfo.ring),
  text(procFixture.fdinfo.unixReceiver),
  text(procFixture.cgroup),
  text(procFixture.freezerState.frozen),
  text(procFixture.cgroupEvents.frozen),
  text(procFixture.maps.java.slice(0, 600)),
];

function decodeWithAll(bytes: Uint8Array): void {
  for (const decode of Object.values(DECODERS)) decode(bytes);
}

describe('decoders never throw', () => {
  it('on random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400, size: 'max' }), decodeWithAll));
  });

  it('on valid bytes that are cut anywhere', () => {
    for (const valid of VALID)
      for (let length = 0; length <= valid.length; length++) decodeWithAll(valid.slice(0, length));
  });

  it('on valid bytes with some of them changed', () => {
    const change = fc.tuple(fc.nat(4000), fc.nat(255));
    fc.assert(
      fc.property(fc.constantFrom(...VALID), fc.array(change, { minLength: 1, maxLength: 8 }), (valid, changes) => {
        const bytes = valid.slice();
        for (const [index, value] of changes) bytes[index % bytes.length] = value;
        decodeWithAll(bytes);
      }),
      { numRuns: 500 },
    );
  });
});

describe('decodeInetDiagMessage', () => {
  it('reads nothing beyond its payload, whatever lies around it in the buffer', () => {
    const length = fc.integer({ min: 0, max: MESSAGE.length });
    fc.assert(
      fc.property(fc.nat(64), length, fc.uint8Array({ minLength: 300 }), (before, cut, after) => {
        const own = MESSAGE.slice(0, cut);
        const around = new Uint8Array(before + cut + after.length).fill(0xa5);
        around.set(own, before);
        around.set(after, before + cut);
        const within = around.subarray(before, before + cut);
        expect(DECODERS['inetDiag']?.(within)).toEqual(DECODERS['inetDiag']?.(own));
        expect(codec.peekInetDiagInode(within)).toBe(codec.peekInetDiagInode(own));
      }),
    );
  });
});

describe('describeProblem', () => {
  it('is one line of printable ASCII, whatever the input was', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80, size: 'max' }), (input) => {
        const stat = codec.decodeProcStat(input);
        if (!stat.ok) expect(codec.describeProblem(stat.problem)).toMatch(/^[ -~]+$/);
      }),
    );
  });
});

describe('decodeEpollWatches', () => {
  it('gives back every row that the kernel can print', () => {
    const row = fc.record({
      descriptor: fc.nat(0x7fff_ffff),
      events: fc.nat(0xffff_ffff),
      inode: fc.nat(0xffff_ffff),
      device: fc.nat(0xffff_ffff),
    });
    fc.assert(
      fc.property(fc.array(row), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (rows, data) => {
        const lines = rows.map(
          ({ descriptor, events, inode, device }) =>
            `tfd: ${String(descriptor).padStart(8)} events: ${events.toString(16).padStart(8)} ` +
            `data: ${data.toString(16).padStart(16)}  pos:0 ino:${inode.toString(16)} sdev:${device.toString(16)}\n`,
        );
        expect(codec.decodeEpollWatches(text(`pos:\t0\n${lines.join('')}`))).toEqual({ ok: true, value: rows });
      }),
    );
  });

  it('gives fewer rows or a problem when the file is cut, never another row', () => {
    const whole = codec.decodeEpollWatches(text(procFixture.fdinfo.epoll));
    const rows = whole.ok ? whole.value : [];
    expect(rows).toHaveLength(9);
    for (let length = 0; length < procFixture.fdinfo.epoll.length; length++) {
      const cut = codec.decodeEpollWatches(text(procFixture.fdinfo.epoll.slice(0, length)));
      if (cut.ok) expect(rows.slice(0, cut.value.length)).toEqual(cut.value);
    }
  });
});

describe('decodeProcSyscall', () => {
  it('gives back every call that the kernel can print', () => {
    const register = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const numbers = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const args = fc.array(register, { minLength: 6, maxLength: 6 });
    const stack = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(numbers, args, stack, (number, values, stackPointer) => {
        const registers = [...values, stackPointer, 0x401000n].map((value) => `0x${value.toString(16)}`);
        expect(codec.decodeProcSyscall(text(`${number} ${registers.join(' ')}\n`))).toEqual({
          ok: true,
          value: { kind: 'in-call', call: { number, args: values, is32Bit: stackPointer < 2n ** 32n } },
        });
      }),
    );
  });
});

describe('decodeProcSchedstat', () => {
  it('gives back every time that the kernel can print, as exactly as a double can', () => {
    const count = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(count, count, count, (run, wait, runs) => {
        expect(codec.decodeProcSchedstat(text(`${run} ${wait} ${runs}\n`))).toEqual({
          ok: true,
          value: { runMs: Number(run) / 1e6, waitMs: Number(wait) / 1e6, runs: Number(runs) },
        });
      }),
    );
  });
});

describe('decodeProcSched', () => {
  it('is not misled by what a thread calls itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 15 }), fc.nat(1e9), (name, start) => {
        const lines = [`${name} (7, #threads: 1)`, '-'.repeat(65), `se.exec_start   :   ${start}.000125`, ''];
        expect(codec.decodeProcSched(text(lines.join('\n')))).toEqual({
          ok: true,
          value: { lastRanMs: start + 0.000125 },
        });
      }),
    );
  });
});

describe('decodeEpollEvents', () => {
  it('depends on nothing but the bits, also of a negative number', () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (mask) => {
        expect(codec.decodeEpollEvents(mask | 0)).toEqual(codec.decodeEpollEvents(mask));
      }),
    );
  });
});

describe('addresses', () => {
  it('come back from their text as the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.nat(0xffff), (bytes, zeroMask) => {
        for (let index = 0; index < 16; index++) if ((zeroMask >> (index & ~1)) & 1) bytes[index] = 0;
        expect(groupsOf(codec.formatIpv6(bytes))).toEqual(groupsOf([...pairs(bytes)].join(':')));
      }),
    );
  });
});

/** The eight groups of an address, the URL parser's reading (WHATWG URL, IPv6 parser) as the independent judge. */
function groupsOf(address: string): string {
  return new URL(`http://[${address}]/`).hostname;
}

function* pairs(bytes: Uint8Array): Generator<string> {
  for (let index = 0; index < 16; index += 2) {
    yield (((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16);
  }
}
