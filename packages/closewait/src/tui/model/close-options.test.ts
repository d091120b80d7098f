import { groupOrders } from '@closewait/core/orders';
import type { OrderMethod } from '@closewait/core/ways';
import { describe, expect, it } from 'vitest';
import { sampleFinding, sampleRow } from '../../../../../test/support/sample-host-look.ts';
import { sampleOrders } from '../../../../../test/support/sample-orders.ts';
import { describeEnded, describeOption, nameOption } from './close-details.ts';
import { type CloseOption, listCloseOptions } from './close-options.ts';
import type { ConnectionLine, ConnectionPage } from './host-look.ts';

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

/** What the process that looks answers for a method, of one connection. */
function pageOf(method: OrderMethod, total: number): ConnectionPage {
  const selection = { of: 'order', pid: 17, method, line: null } as const;
  const request = { selection, order: 'age', reversed: false, offset: 0, count: 1, find: null } as const;
  return { request, takenAtMs: 1, total, lines: [], foundAt: null, dryRun: groupOrders(sampleOrders({ method })) };
}

const namesOf = (options: readonly CloseOption[]): readonly string[] =>
  options.map((option) => (option.is === 'method' ? option.method : option.remedy.id));

describe('the ways to end connections', () => {
  it('are the methods of close, and what the findings advise beside them, a command once', () => {
    const row = sampleRow(17, { findings: [sampleFinding(), sampleFinding({ id: 'f2' })] });
    const options = listCloseOptions(row, null);
    expect(namesOf(options)).toEqual(['auto', 'shutdown', 'destroy', 'timeout', 'limit', 'free-descriptor', 'restart']);
    expect(options[2]).toMatchObject({ is: 'method', command: 'closewait close pid:17 --with destroy' });
  });

  it('of one connection name it by its cookie, and a closed socket by its cause', () => {
    const commandOf = (line: ConnectionLine): unknown =>
      listCloseOptions(sampleRow(17), line).flatMap((option) => (option.is === 'method' ? option.command : []))[1];
    expect(commandOf(LINE)).toBe('closewait close cookie:7 --with shutdown');
    const closed = { ...LINE, id: 'closed 700', cause: 'closed-but-held' } as const;
    const row = sampleRow(17, { findings: [sampleFinding({ cause: 'closed-but-held' })] });
    expect(listCloseOptions(row, closed).find((option) => option.is === 'method')).toMatchObject({
      command: 'closewait close pid:17 cause:closed-but-held --with auto',
    });
  });

  it('offer what is for one cause alone where there is that cause', () => {
    const of = (cause: 'process-stopped' | 'worker-stuck'): readonly string[] =>
      namesOf(listCloseOptions(sampleRow(17, { findings: [sampleFinding({ cause })] }), null));
    expect(of('process-stopped')).toContain('thaw');
    expect(of('process-stopped')).not.toContain('free-descriptor');
    expect(of('worker-stuck')).not.toContain('thaw');
  });

  it('are those of the findings where nobody was seen to have the connections', () => {
    const row = sampleRow(0, { pid: null, key: 'nobody' });
    expect(namesOf(listCloseOptions(row, null))).toEqual(['destroy', 'restart']);
  });

  it('say what close would say: what is done, what that frees and what not, or why nothing', () => {
    const [auto, , destroy] = listCloseOptions(sampleRow(17), null);
    if (auto === undefined || destroy === undefined) throw new Error('there are options');
    const textOf = (option: CloseOption, page: ConnectionPage): string =>
      describeOption(option, page, 80)
        .map(({ text }) => text)
        .join('\n');
    expect(textOf(destroy, pageOf('destroy', 1))).toMatch(
      /command {4}closewait close pid:17 --with destroy\n.*destroy: the kernel ends it[^]*frees +the connection\n +not +the descriptor/,
    );
    expect(describeEnded(destroy, pageOf('destroy', 1))).toBe(
      'Dry run: would act on this one connection and no other; --yes does it.',
    );
    expect(textOf(auto, pageOf('auto', 0))).toMatch(
      /nothing is done\n +why +only a restart frees this\n +instead +restart/,
    );
    expect(describeEnded(auto, pageOf('auto', 0))).toBe('Dry run: would act on nothing.');
    expect(nameOption(auto)).toBe('auto: the least that works for the cause, or why nothing does');
  });

  it('say that nothing ends, and what a restart ends beside the connections', () => {
    const raise = {
      ...sampleFinding().remedies[0],
      id: 'raise-limit',
      command: 'prlimit',
      frees: { connection: false, descriptor: false, worker: false },
    };
    const finding = sampleFinding({ remedies: [...sampleFinding().remedies, raise as never] });
    const remedies = listCloseOptions(sampleRow(17, { findings: [finding] }), null).filter(({ is }) => is === 'remedy');
    expect(remedies.map((option) => describeEnded(option, { ...pageOf('auto', 52), dryRun: null }))).toEqual([
      'Dry run: ends these 52 connections, and every other connection of the process.',
      'Dry run: ends no connection.',
    ]);
  });

  it('show a command whole, however narrow the terminal is', () => {
    const option = listCloseOptions(sampleRow(17), LINE)[4];
    if (option?.is !== 'method') throw new Error('there is an option');
    const lines = describeOption(option, null, 40).filter(({ isCommand }) => isCommand);
    const words = lines.map(({ text }) => text.replace(/^ {2}command/, '').trim());
    expect(words.join(' ')).toBe(option.command);
    expect(lines.every(({ text }) => text.length <= 40)).toBe(true);
  });
});
