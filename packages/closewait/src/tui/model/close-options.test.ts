import { describe, expect, it } from 'vitest';
import { sampleFinding, sampleRow } from '../../../../../test/support/sample-host-look.ts';
import { describeEnded, describeOption } from './close-details.ts';
import { listCloseOptions } from './close-options.ts';
import { readEndFilter } from './end-filter.ts';
import type { ConnectionLine } from './host-look.ts';

const LINE: ConnectionLine = {
  id: '7',
  local: '10.0.0.1:8080',
  remote: '[2001:db8::1]:5000',
  netns: 1,
  ageMs: 5,
  ageIs: 'exact',
  rxQueueBytes: 0,
  txQueueBytes: 0,
  descriptor: '5',
  cause: 'descriptor-leaked',
};

const socket = (
  port: number,
  remote: string,
  remotePort: number,
): Parameters<NonNullable<ReturnType<typeof readEndFilter>>>[0] => ({
  local: { address: '10.0.0.1', port },
  remote: { address: remote, port: remotePort },
});

describe('the filter of an ss command', () => {
  it('is read as ss reads it: a port, a peer, both ends', () => {
    const port = readEndFilter('nsenter -t 17 -n ss -tK state close-wait sport = :8080');
    expect([socket(8080, '10.0.0.9', 1), socket(80, '10.0.0.9', 8080)].map((some) => port?.(some))).toEqual([
      true,
      false,
    ]);
    const peer = readEndFilter('ss -tK state close-wait dst 10.0.0.9:443');
    expect([socket(1, '10.0.0.9', 443), socket(1, '10.0.0.9', 444)].map((some) => peer?.(some))).toEqual([true, false]);
    const one = readEndFilter('ss -tK state close-wait src 10.0.0.1:8080 dst [2001:db8::1]:5000');
    expect([socket(8080, '2001:db8::1', 5000), socket(8081, '2001:db8::1', 5000)].map((some) => one?.(some))).toEqual([
      true,
      false,
    ]);
  });

  it.each([
    'ss -tK state close-wait',
    'ss -tK state close-wait sport = :80 or dport = :81',
    'ss -tK state close-wait sport = :80; rm x',
    'ss -tK state established sport = :80',
    'systemctl restart a',
  ])('is not guessed: %s', (command) => expect(readEndFilter(command)).toBeNull());
});

describe('the ways to end connections', () => {
  it('are the remedies of all findings, a command once, each with whom it ends', () => {
    const row = sampleRow(17, { findings: [sampleFinding(), sampleFinding({ id: 'f2' })] });
    const options = listCloseOptions(row, null);
    expect(options.map(({ remedy: { id }, ended: { by } }) => [id, by])).toEqual([
      ['destroy', 'kernel'],
      ['restart', 'process'],
    ]);
    expect(options[0]?.ended.selection).toEqual({
      of: 'command',
      key: '17',
      command: row.findings[0]?.remedies[0]?.command,
    });
  });

  it('of one connection begin with a command that ends it alone, in its namespace', () => {
    const [first] = listCloseOptions(sampleRow(17), LINE);
    expect(first?.remedy.command).toBe(
      'nsenter -t 17 -n ss -tK state close-wait src 10.0.0.1:8080 dst [2001:db8::1]:5000',
    );
    const filter = readEndFilter(first?.remedy.command ?? '');
    expect(filter?.(socket(8080, '2001:db8::1', 5000))).toBe(true);
  });

  it('do not end one connection in the kernel where that is no remedy of its cause', () => {
    const finding = sampleFinding({ remedies: sampleFinding().remedies.slice(1) });
    expect(listCloseOptions(sampleRow(17, { findings: [finding] }), LINE).map(({ remedy: { id } }) => id)).toEqual([
      'restart',
    ]);
  });

  it('say that nothing ends, whom the kernel ends, and what a restart ends beside them', () => {
    const raise = {
      ...sampleFinding().remedies[0],
      id: 'raise-limit',
      frees: { connection: false, descriptor: false, worker: false },
    };
    const finding = sampleFinding({ remedies: [...sampleFinding().remedies, raise as never] });
    const said = listCloseOptions(sampleRow(17, { findings: [finding] }), null).map((option) =>
      describeEnded(option, 52),
    );
    expect(said).toEqual([
      'Dry run: ends these 52 connections and no other.',
      'Dry run: ends these 52 connections, and every other connection of the process.',
      'Dry run: ends no connection.',
    ]);
  });

  it('show a command whole, however narrow the terminal is', () => {
    const [option] = listCloseOptions(sampleRow(17), null);
    if (option === undefined) throw new Error('there is an option');
    const lines = describeOption(option, 40).filter(({ isCommand }) => isCommand);
    const words = lines.map(({ text }) => text.replace(/^ {2}command/, '').trim());
    expect(words.join(' ')).toBe(option.remedy.command);
    expect(lines.every(({ text }) => text.length <= 40)).toBe(true);
  });
});
