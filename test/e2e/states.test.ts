import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import type { StatesDocument } from '@closewait/core/draw';
import { statesSchema } from '@closewait/core/draw/schema';
import type { ListedState, StateCounts } from '@closewait/core/facts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { type Program, startProgram } from '../support/program.ts';
import { outputOf, run } from '../support/run.ts';
import { unprivilegedCloseWait } from '../support/unprivileged.ts';

expectNothingLeaked();

let folder = '';
let namespace: NetworkNamespace;
let program: Program;

beforeAll(async () => {
  folder = mkdtempSync(`${tmpdir()}/closewait-states-`);
  namespace = makeNamespace();
  program = await startProgram('all-states', [2], namespace);
});

afterAll(async () => {
  await program[Symbol.asyncDispose]();
  namespace[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

/** The states as `ss` spells them. */
const STATE_OF_SS: Readonly<Record<string, ListedState>> = {
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECV': 'SYN-RECEIVED',
  ESTAB: 'ESTABLISHED',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST-ACK',
  'TIME-WAIT': 'TIME-WAIT',
};

async function countWithSs(): Promise<StateCounts> {
  const counts = Object.fromEntries(Object.values(STATE_OF_SS).map((state) => [state, 0])) as Record<
    ListedState,
    number
  >;
  for (const line of (await outputOf(namespace.inside(['ss', '-Htan']))).trim().split('\n')) {
    const state = STATE_OF_SS[line.split(/\s/)[0] ?? ''];
    if (state === undefined) throw new Error(`ss said: ${line}`);
    counts[state] += 1;
  }
  return counts;
}

async function states(command: readonly string[]): Promise<StatesDocument> {
  return statesSchema.parse(JSON.parse(await outputOf(command)));
}

const here = (...args: readonly string[]): readonly string[] =>
  namespace.inside([...CLOSEWAIT, 'states', '--no-all-namespaces', ...args]);

describe('closewait states', () => {
  it('counts what ss counts, every state, in its own namespace and in all of them', async () => {
    const expected = {
      LISTEN: program.told('listen'),
      'SYN-SENT': program.told('synSent'),
      'SYN-RECEIVED': program.told('synReceived'),
      ESTABLISHED: program.told('established'),
      'FIN-WAIT-1': program.told('finWait1'),
      'FIN-WAIT-2': program.told('finWait2'),
      'CLOSE-WAIT': program.told('closeWait'),
      CLOSING: program.told('closing'),
      'LAST-ACK': program.told('lastAck'),
      'TIME-WAIT': program.told('timeWait'),
    };
    expect(await countWithSs()).toEqual(expected);
    const own = await states(here('--json'));
    expect(own.counts).toEqual(expected);
    expect(own.linux).toEqual({
      requestSockets: program.told('synReceived'),
      orphanedFinWait2: program.told('orphans'),
      notAccepted: 0,
    });
    const all = await states([...CLOSEWAIT, 'states', '--json']);
    expect(all.namespaces.find(({ inode }) => inode === namespace.inode)?.counts).toEqual(expected);
    const sum = all.namespaces.reduce((total, { sockets }) => total + (sockets ?? 0), 0);
    expect(all.sockets).toBe(sum);
  });

  it('draws with lines in a UTF-8 locale and with ASCII in another, whatever else is set', async () => {
    const lines = await outputOf(['env', 'LC_ALL=C.UTF-8', ...here()]);
    expect(lines).toContain('┏━ CLOSE-WAIT ━┓');
    expect(lines).toContain('┃ 6            ┃');
    const ascii = await outputOf(['env', 'LC_ALL=C', 'LANG=C.UTF-8', ...here()]);
    expect(ascii).toMatch(/^[ -~\n]*$/);
    expect(ascii).toContain('#= CLOSE-WAIT =#');
  });

  it('explains a state with its holders, its ports and the settings of the namespace', async () => {
    namespace.setSysctl('ipv4/tcp_fin_timeout', 47);
    const { explained } = await states(here('fin_wait2', '--json'));
    expect(explained).toMatchObject({
      state: 'FIN-WAIT-2',
      count: program.told('finWait2'),
      holders: [{ pid: program.pid, comm: 'all-states', count: program.told('finWait2') - program.told('orphans') }],
      holderCount: 1,
      ownerless: program.told('orphans'),
      unheld: 0,
      localPortCount: program.told('finWait2'),
    });
    expect(explained?.settings).toContainEqual(
      expect.objectContaining({ name: 'net.ipv4.tcp_fin_timeout', value: 47, unit: 'seconds', why: null }),
    );
    const text = await outputOf(here('FIN-WAIT-2'));
    expect(text).toContain('net.ipv4.tcp_fin_timeout = 47 s');
    expect(text).toContain(`held by all-states ${program.pid} (${program.told('finWait2') - program.told('orphans')})`);
    const closed = await outputOf(here('closed'));
    expect(closed).toContain('not counted: in no table of the kernel');
  });

  it('writes the picture to a file, and the same to standard output', async () => {
    const file = `${folder}/states.svg`;
    expect(await outputOf(here('--svg', file))).toBe('');
    const picture = readFileSync(file, 'utf8');
    expect(picture).toMatch(/^<svg [^>]*role="img"/);
    expect(picture).toContain(`CLOSE-WAIT ${program.told('closeWait')}`);
    const timeless = (svg: string): string => svg.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/, 'then');
    expect(timeless(await outputOf(here('--svg', '-')))).toBe(timeless(picture));
  });

  it('answers from a recording what was true then, with the settings', async () => {
    const file = `${folder}/then.cwr`;
    await outputOf(namespace.inside([...CLOSEWAIT, 'record', '-o', file, '--no-all-namespaces']));
    const { counts, explained } = await states([...CLOSEWAIT, 'states', 'close-wait', '--json', '--from', file]);
    expect(counts['CLOSE-WAIT']).toBe(program.told('closeWait'));
    expect(explained?.holders).toEqual([{ pid: program.pid, comm: 'all-states', count: program.told('closeWait') }]);
    expect(explained?.settings.every(({ value }) => value !== null)).toBe(true);
  });

  it('says without privileges what it could not see', async () => {
    using unprivileged = unprivilegedCloseWait();
    const { stdout, exitCode } = await run(unprivileged.command(['states']));
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^not seen +network namespaces of \d+ processes/m);
    const explained = await run(unprivileged.command(['states', 'listen', '--json']));
    expect(statesSchema.parse(JSON.parse(explained.stdout)).unseen.length).toBeGreaterThan(0);
  });
});

describe('closewait states --watch without a terminal', () => {
  it('prints a document a line until it is told to end', async () => {
    const [file = '', ...args] = here('--watch', '--json', '--interval', '100ms');
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const documents: StatesDocument[] = [];
    for await (const line of createInterface(child.stdout)) {
      documents.push(statesSchema.parse(JSON.parse(line)));
      if (documents.length === 3) child.kill('SIGTERM');
    }
    if (child.exitCode === null) await once(child, 'exit');
    expect({ code: child.exitCode, signal: child.signalCode }).toEqual({ code: 0, signal: null });
    const times = documents.map(({ takenAt }) => Date.parse(takenAt));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    for (const { counts } of documents) expect(counts['CLOSE-WAIT']).toBe(program.told('closeWait'));
  });

  it('ends quietly when its reader has left', () => {
    const [file = '', ...args] = here('--watch', '--interval', '100ms');
    const script = '"$@" | head -n 1; test $? = 0';
    expect(execFileSync('sh', ['-c', script, 'sh', file, ...args], { encoding: 'utf8' })).toMatch(/^TCP states .*\n$/);
  });
});
