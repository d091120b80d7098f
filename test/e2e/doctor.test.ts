import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { programPath } from '../support/program.ts';
import { run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';

expectNothingLeaked();

interface Doctor {
  readonly checks: readonly {
    readonly id: string;
    readonly status: string;
    readonly detail: string | null;
    readonly hint: string | null;
  }[];
}

/** SOCK_DESTROY is one of these. */
const REQUEST_FOR_ONE_BYTES = '72';

function statusOf(stdout: string): Readonly<Record<string, string>> {
  const { checks } = JSON.parse(stdout) as Doctor;
  return Object.fromEntries(checks.map(({ id, status }) => [id, status]));
}

describe('closewait doctor', () => {
  it('finds for root all that the laboratory and captures need', async () => {
    const { exitCode, stdout, stderr } = await run([...CLOSEWAIT, 'doctor', '--json']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(statusOf(stdout)).toMatchObject({
      btf: 'available',
      'bpf-iterators': 'available',
      'private-network': 'available',
      tracefs: 'available',
      python: 'available',
      iproute2: 'available',
      tshark: 'available',
    });
  });

  it('says without root that the laboratory works and tracing does not', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { exitCode, stdout } = await run(unprivileged.command(['doctor', '--json']));
    expect(exitCode).toBe(0);
    expect(statusOf(stdout)).toMatchObject({
      'sock-diag': 'available',
      'private-network': 'available',
      'bpf-iterators': 'denied',
      tracefs: 'denied',
    });
  });

  it('finds for root what the methods of close need', async () => {
    const { stdout } = await run([...CLOSEWAIT, 'doctor', '--json']);
    expect(statusOf(stdout)).toMatchObject({
      'sock-destroy': 'available',
      copies: 'available',
      'task-work': 'available',
      thaw: 'available',
    });
  });

  it('says without root which methods of close work on own processes only, or not at all', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { stdout } = await run(unprivileged.command(['doctor', '--json']));
    const methods = {
      'sock-destroy': 'denied',
      copies: 'denied',
      'task-work': 'denied',
      prlimit: 'denied',
      thaw: 'denied',
    };
    expect(statusOf(stdout)).toMatchObject(methods);
    const { checks } = JSON.parse(stdout) as Doctor;
    for (const { detail, hint } of checks.filter(({ id }) => id in methods)) {
      expect(detail).not.toBeNull();
      expect(hint).not.toBeNull();
    }
  });

  it.each([
    ['CAP_NET_ADMIN', ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-net_admin', '--'], 'denied', /EPERM/],
    [
      'CONFIG_INET_DIAG_DESTROY',
      [programPath('refuse-call'), 'sendto', `${constants.errno.EOPNOTSUPP}`, REQUEST_FOR_ONE_BYTES],
      'unsupported',
      /EOPNOTSUPP.*CONFIG_INET_DIAG_DESTROY/,
    ],
  ])('tries SOCK_DESTROY, and says what is missing without %s', async (_, without, status, says) => {
    const { stdout } = await run([...without, ...CLOSEWAIT, 'doctor', '--json']);
    const { checks } = JSON.parse(stdout) as Doctor;
    const destroy = checks.find(({ id }) => id === 'sock-destroy');
    expect(destroy).toMatchObject({ status });
    expect(destroy?.detail).toMatch(says);
    expect(destroy?.hint).not.toBeNull();
  });

  it('does not try BPF where it is switched off, and refuses another word than on and off', async () => {
    const off = await run([...CLOSEWAIT, 'doctor', '--json'], { env: { CLOSEWAIT_BPF: 'off' } });
    expect(statusOf(off.stdout)).toMatchObject({ 'bpf-iterators': 'not-asked' });
    const { exitCode, stderr } = await run([...CLOSEWAIT, 'doctor'], { env: { CLOSEWAIT_BPF: 'no' } });
    expect(exitCode).toBe(2);
    expect(stderr).toContain('CLOSEWAIT_BPF is neither on nor off: "no"');
  });

  it('names the package of a program that is missing', async () => {
    const { exitCode, stdout } = await run([...CLOSEWAIT, 'doctor'], { env: { PATH: '/nonexistent', NO_COLOR: '1' } });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^no {3}tshark .*closewait pcap/m);
    expect(stdout).toContain('unsupported: no tshark in PATH');
    expect(stdout).toContain('apt install tshark');
  });
});
