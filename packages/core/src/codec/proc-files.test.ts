import { describe, expect, it } from 'vitest';
import {
  decodeCgroupPath,
  decodeCommandLine,
  decodeFdInfo,
  decodeMountinfo,
  decodeOpenFilesLimit,
  decodeProcStat,
  decodeProcStatus,
  hidePidOf,
  namespaceMounts,
} from './index.ts';

// What Linux 6.18 wrote, latin1 for bytes that are not UTF-8. The process had named itself `a) R (b`, backslash,
// newline, 0xff.
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const HOSTILE_STAT =
  '20039 (a) R (b\\\n\xff) S 20033 20033 2930 0 -1 4194304 2943 6527 0 0 5 1 3 3 20 0 2 0 373559 92848128 3502 ' +
  '18446744073709551615 93957707612160 93957707612501 140732301366032 0 0 0 0 16781312 2 0 0 0 17 1 0 0 0 0 0\n';
const HOSTILE_STATUS =
  'Name:\ta) R (b\\\\\\n\xff\nUmask:\t0022\nState:\tR (running)\nTgid:\t20039\nNgid:\t0\nPid:\t20040\nPPid:\t20033\n' +
  'TracerPid:\t0\nUid:\t1000\t0\t0\t0\nGid:\t0\t0\t0\t0\nFDSize:\t256\nGroups:\t \nThreads:\t2\nSigQ:\t0/96364\n';
const LIMITS =
  'Limit                     Soft Limit           Hard Limit           Units     \n' +
  'Max processes             96364                96364                processes \n' +
  'Max open files            1024                 524288               files     \n' +
  'Max locked memory         8388608              8388608              bytes     \n';
const MOUNTS =
  '46 44 0:21 / /proc rw,relatime shared:5 master:1 - proc proc rw\n' +
  '65 44 0:4 net:[4026531833] /tmp/cap\\040ns#/blue rw - nsfs nsfs rw\n' +
  '66 44 0:4 mnt:[4026531841] /run/mnt rw - nsfs nsfs rw\n' +
  '67 44 0:39 / /tmp/cap\\040ns#/x\\134y rw,relatime - proc proc rw,gid=4,hidepid=invisible\n';

describe('decodeProcStat', () => {
  it('lets the last parenthesis end the name', () => {
    expect(decodeProcStat(bytes(HOSTILE_STAT))).toEqual({
      ok: true,
      value: {
        pid: 20039,
        name: 'a) R (b\\\n\u{fffd}',
        state: 'S',
        parentPid: 20033,
        userTimeMs: 50,
        systemTimeMs: 10,
        threads: 2,
        startedBootMs: 3_735_590,
        processor: 1,
      },
    });
  });

  it('says what is missing in a file that ends early', () => {
    expect(decodeProcStat(bytes('7 (x) S 1 2'))).toEqual({
      ok: false,
      problem: { what: '/proc/PID/stat', offset: 6, expected: 'the fields state to processor', found: '"S 1 2"' },
    });
  });
});

describe('decodeProcStatus', () => {
  it("undoes the kernel's escapes in the name", () => {
    expect(decodeProcStatus(bytes(HOSTILE_STATUS))).toEqual({
      ok: true,
      value: {
        name: 'a) R (b\\\n\u{fffd}',
        threadGroupId: 20039,
        parentPid: 20033,
        realUid: 1000,
        effectiveUid: 0,
        threads: 2,
      },
    });
  });

  it('is a problem without the owner', () => {
    expect(decodeProcStatus(bytes('Name:\tx\nTgid:\t1\nPPid:\t0\nThreads:\t1\n'))).toMatchObject({ ok: false });
  });
});

describe('decodeOpenFilesLimit', () => {
  it('gives the soft and the hard limit', () => {
    expect(decodeOpenFilesLimit(bytes(LIMITS))).toEqual({ ok: true, value: { soft: 1024, hard: 524_288 } });
  });

  it('takes unlimited for Infinity', () => {
    const limits = bytes(LIMITS.replace('524288   ', 'unlimited'));
    expect(decodeOpenFilesLimit(limits)).toEqual({ ok: true, value: { soft: 1024, hard: Infinity } });
  });

  it('is a problem where the line is missing or holds no number', () => {
    expect(decodeOpenFilesLimit(bytes('Limit\n'))).toMatchObject({ ok: false });
    expect(decodeOpenFilesLimit(bytes('Max open files    many   more   files\n'))).toMatchObject({ ok: false });
  });
});

describe('decodeCommandLine', () => {
  it.each([
    ['node\0server.js\0--port\x008000\0', ['node', 'server.js', '--port', '8000']],
    ['sh\0-c\0\0true\0', ['sh', '-c', '', 'true']],
    ['nginx: worker process\0\0\0\0', ['nginx: worker process']],
    ['not ended', ['not ended']],
    ['', []],
    ['\0', ['']],
  ])('splits %j', (text, expected) => {
    expect(decodeCommandLine(bytes(text))).toEqual(expected);
  });
});

describe('decodeCgroupPath', () => {
  it.each([
    ['0::/system.slice/nginx.service\n', '/system.slice/nginx.service'],
    ['9:name=systemd:/user.slice\n4:memory:/other\n0::/\n', '/user.slice'],
    ['9:name=systemd:/\n8:pids:/\n4:memory:/docker/abc\n0::/\n', '/docker/abc'],
    ['1:name=systemd:/\n0::/\n', '/'],
    ['0::/a:b/c\n', '/a:b/c'],
    ['0::/gone.service (deleted)\n', '/gone.service'],
    ['0::/../../other\n', '/../../other'],
  ])('finds the path in %j', (text, path) => {
    expect(decodeCgroupPath(bytes(text))).toEqual({ ok: true, value: path });
  });

  it('is a problem where a line is none, or there is none', () => {
    expect(decodeCgroupPath(bytes('0::/a\nno colon\n'))).toMatchObject({ problem: { offset: 6, found: '"no colon"' } });
    expect(decodeCgroupPath(bytes(''))).toMatchObject({ ok: false });
  });
});

describe('decodeMountinfo', () => {
  const mounts = decodeMountinfo(bytes(MOUNTS));
  const all = mounts.ok ? mounts.value : [];

  it('undoes octal escapes and skips optional fields', () => {
    expect(all.map(({ mountPoint }) => mountPoint)).toEqual([
      '/proc',
      '/tmp/cap ns#/blue',
      '/run/mnt',
      '/tmp/cap ns#/x\\y',
    ]);
    expect(all[3]).toEqual({
      root: '/',
      mountPoint: '/tmp/cap ns#/x\\y',
      fileSystem: 'proc',
      superOptions: ['rw', 'gid=4', 'hidepid=invisible'],
    });
  });

  it('finds the network namespaces and no others', () => {
    expect(namespaceMounts(all)).toEqual([{ inode: 4_026_531_833, path: '/tmp/cap ns#/blue' }]);
  });

  it('tells whose processes a mount of /proc shows', () => {
    expect(hidePidOf(all)).toBe('off');
    expect(hidePidOf(all, '/tmp/cap ns#/x\\y')).toBe('invisible');
    expect(hidePidOf(all, '/run/mnt')).toBeNull();
    const older = decodeMountinfo(bytes('20 1 0:21 / /proc rw - proc proc rw,hidepid=2\n'));
    expect(older.ok && hidePidOf(older.value)).toBe('invisible');
  });

  it('names the line that is no mount', () => {
    expect(decodeMountinfo(bytes(`${MOUNTS}x y z\n`))).toMatchObject({ problem: { found: '"x y z"' } });
  });
});

describe('decodeFdInfo', () => {
  it('reads the flags as octal and tells close-on-exec', () => {
    const closed = decodeFdInfo(bytes('pos:\t0\nflags:\t02000002\nmnt_id:\t10\nino:\t107841\n'));
    expect(closed).toEqual({ ok: true, value: { positionBytes: 0n, flags: 0o2000002, closeOnExec: true } });
    const inherited = decodeFdInfo(bytes('pos:\t42\nflags:\t02\nmnt_id:\t10\nino:\t107841\n'));
    expect(inherited).toEqual({ ok: true, value: { positionBytes: 42n, flags: 2, closeOnExec: false } });
  });

  it('is a problem without a position or with flags that are not octal', () => {
    expect(decodeFdInfo(bytes('flags:\t02\n'))).toMatchObject({ ok: false });
    expect(decodeFdInfo(bytes('pos:\t0\nflags:\t09\n'))).toMatchObject({ ok: false });
  });
});
