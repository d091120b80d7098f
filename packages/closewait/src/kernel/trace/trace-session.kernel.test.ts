import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { callEnterDecoder, systemCallNumber } from '@closewait/core/codec';
import { describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../../test/support/leaks.ts';
import { waitUntil } from '../../../../../test/support/wait-until.ts';
import { DetachedMount, shutdownSending } from '../../ffi/index.ts';
import { type TraceRequest, TraceSession } from './trace-session.ts';

expectNothingLeaked();

const ARCHITECTURE = process.arch === 'arm64' ? 'arm64' : 'x64';
const SESSION_URL = new URL('./trace-session.ts', import.meta.url).href;

function open(request: TraceRequest): TraceSession {
  const session = TraceSession.open(request);
  if (!session.known) throw new Error(session.detail);
  return session.value;
}

/** The instances of closewait, whoever made them. */
function instances(): readonly string[] {
  const mount = DetachedMount.open('tracefs');
  if (!mount.ok) throw new Error(mount.errno);
  using tracefs = mount.value;
  return readdirSync(`${tracefs.path}/instances`).filter((name) => name.startsWith('closewait-'));
}

function instancesOf(pid: number): readonly string[] {
  return instances().filter((name) => name.startsWith(`closewait-${pid}-`));
}

/** Makes `times` system calls of this thread that its session records and nobody else makes. */
function makeCalls(times: number): void {
  for (let made = 0; made < times; made++) shutdownSending(-1);
}

const SHUTDOWN = `common_pid == ${process.pid} && id == ${systemCallNumber(ARCHITECTURE, 'shutdown')}`;
const OWN_CALLS = { events: [{ system: 'raw_syscalls', name: 'sys_enter', filter: SHUTDOWN }] } as const;

describe('TraceSession', () => {
  it('records each event once, in order, with its time on CLOCK_MONOTONIC', () => {
    using session = open(OWN_CALLS);
    const before = process.hrtime.bigint();
    makeCalls(1000);
    const after = process.hrtime.bigint();
    const { events, lost, lostMore } = session.poll();
    expect({ events: events.length, lost, lostMore }).toEqual({ events: 1000, lost: 0, lostMore: false });
    const times = events.map(({ atNs }) => atNs);
    expect(times).toEqual([...times].sort((a, b) => Number(a - b)));
    expect(times.every((atNs) => atNs >= before && atNs <= after)).toBe(true);
    expect(session.poll().events).toEqual([]);
  });

  it('follows what a thread starts, from its first call on', () => {
    const execve = `common_pid != ${process.pid} && id == ${systemCallNumber(ARCHITECTURE, 'execve')}`;
    using session = open({
      events: [{ system: 'raw_syscalls', name: 'sys_enter', filter: execve }],
      threads: [process.pid],
    });
    const { pid } = spawnSync('sh', ['-c', '/bin/true; exit 0']);
    const format = session.formats.get('raw_syscalls:sys_enter');
    const decode = format === undefined ? null : callEnterDecoder(format);
    if (decode?.ok !== true) throw new Error('the format of sys_enter');
    const tids = session.poll().events.map(({ bytes }) => {
      const call = decode.value(bytes);
      return call.ok ? call.value.tid : 0;
    });
    // Itself, and the one that it started.
    expect(tids[0]).toBe(pid);
    expect(new Set(tids).size).toBe(2);
  });

  it.each(['oldest', 'newest'] as const)('counts what it has lost when its buffer is small: the %s', (loses) => {
    using session = open({ ...OWN_CALLS, bufferKilobytesPerCpu: 8, loses });
    const made = 20_000;
    makeCalls(made);
    const { events, lost, lostMore } = session.poll();
    expect(lost).toBeGreaterThan(0);
    expect({ total: events.length + lost, lostMore }).toEqual({ total: made, lostMore: false });
  });

  it('leaves no instance and no mount behind', () => {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
    const session = open(OWN_CALLS);
    expect(instancesOf(process.pid)).toHaveLength(1);
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).toBe(mounts);
    session[Symbol.dispose]();
    expect(instancesOf(process.pid)).toEqual([]);
  });

  it('removes what a process has left behind that was killed, and nothing of a living one', async () => {
    using living = open(OWN_CALLS);
    const script = `import { TraceSession } from ${JSON.stringify(SESSION_URL)};
      globalThis.kept = TraceSession.open({ events: [] });
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const { pid = 0 } = child;
    await waitUntil('the other process has an instance', () => instancesOf(pid).length === 1);
    child.kill('SIGKILL');
    await ended;
    expect(instancesOf(pid)).toHaveLength(1);
    using _ = open(OWN_CALLS);
    expect(instancesOf(pid)).toEqual([]);
    living.poll();
    makeCalls(3);
    expect(living.poll().events).toHaveLength(3);
  });

  it('says why there is none: an event that does not exist, a filter that is none, a user namespace', () => {
    expect(TraceSession.open({ events: [{ system: 'sock', name: 'no_such_event' }] })).toMatchObject({ known: false });
    const wrong = TraceSession.open({ events: [{ system: 'sock', name: 'inet_sock_set_state', filter: 'no == 1' }] });
    expect(wrong).toMatchObject({ known: false, detail: expect.stringContaining('filter') });
    expect(instancesOf(process.pid)).toEqual([]);
    const script = `import { TraceSession } from ${JSON.stringify(SESSION_URL)};
      console.log(JSON.stringify(TraceSession.open({ events: [] })));`;
    const inside = spawnSync('unshare', [
      '--user',
      '--map-root-user',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
    ]);
    expect(JSON.parse(inside.stdout.toString())).toMatchObject({ known: false, why: 'denied' });
  });
});
