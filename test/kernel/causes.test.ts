import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { ReportFinding } from '@closewait/core/report';
import { describe, expect, it } from 'vitest';
import { runFlawedServer } from '../../packages/closewait/src/lab/index.ts';
import { report } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';
import { waitUntil } from '../support/wait-until.ts';

expectNothingLeaked();

async function findingsIn(namespace: NetworkNamespace): Promise<readonly ReportFinding[]> {
  const { findings } = await report();
  return findings.filter(({ connections }) => connections.some(({ netns }) => netns === namespace.inode));
}

/** The letter of /proc/PID/stat. */
function stateOf(pid: number): string | undefined {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0];
}

async function stop(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await waitUntil('the process is stopped', () => stateOf(pid) === 'T');
}

describe('the causes on the real kernel', () => {
  it('process-stopped: accepted connections of a stopped process, certain', async () => {
    using namespace = makeNamespace();
    await using holder = await startProgram('hold', ['--ipv4', 2, '--bytes', 18], namespace);
    await stop(holder.pid);
    expect(await findingsIn(namespace)).toMatchObject([
      { cause: 'process-stopped', confidence: 'certain', count: 2, process: { pid: holder.pid } },
    ]);
    process.kill(holder.pid, 'SIGCONT');
    await waitUntil('the process goes on', () => stateOf(holder.pid) !== 'T');
    expect((await findingsIn(namespace)).map(({ cause }) => cause)).toEqual(['descriptor-leaked']);
  });

  it('process-stopped: connections in the accept queue of a stopped process, before never-accepted', async () => {
    using namespace = makeNamespace();
    await using listener = await startProgram('unaccepted', [1, 2], namespace);
    expect((await findingsIn(namespace)).map(({ cause }) => cause)).toEqual(['never-accepted']);
    await stop(listener.pid);
    expect(await findingsIn(namespace)).toMatchObject([{ cause: 'process-stopped', confidence: 'certain', count: 3 }]);
  });

  it('descriptor-limit: a full table in front of a queue, likely, and the remedy raises the limit', async () => {
    using namespace = makeNamespace();
    await using listener = await startProgram('unaccepted', [0, 3], namespace);
    const [before] = await findingsIn(namespace);
    const open = before?.process?.descriptors?.open ?? 0;
    execFileSync('prlimit', ['--pid', String(listener.pid), `--nofile=${open}:${4 * open}`]);
    const [full] = await findingsIn(namespace);
    expect(full).toMatchObject({
      cause: 'descriptor-limit',
      confidence: 'likely',
      alternatives: [{ cause: 'never-accepted', confidence: 'possible' }],
    });
    const [program = '', ...args] = full?.remedies[0]?.command?.split(' ') ?? [];
    execFileSync(program, args);
    expect((await findingsIn(namespace)).map(({ cause }) => cause)).toEqual(['never-accepted']);
  });

  it('half-closed-relay: a relay between ended clients and a silent server, likely once nothing more comes', async () => {
    using namespace = makeNamespace();
    await using relay = await startProgram('relay', [3], namespace);
    let ofRelay: ReportFinding | undefined;
    const deadline = performance.now() + 20_000;
    while (ofRelay?.cause !== 'half-closed-relay' && performance.now() < deadline) {
      ofRelay = (await findingsIn(namespace)).find(({ process }) => process?.pid === relay.pid);
    }
    expect(ofRelay).toMatchObject({ cause: 'half-closed-relay', confidence: 'likely', count: 3 });
    const ofServer = (await findingsIn(namespace)).filter(({ process }) => process?.pid === relay.told('serverPid'));
    expect(ofServer.map(({ cause }) => cause)).toEqual(['close-missing']);
  });

  it('holder-hidden: connections in flight over a unix socket, likely', async () => {
    using namespace = makeNamespace();
    await using sender = await startProgram('in-flight', [2], namespace);
    expect(sender.told('closeWait')).toBe(2);
    expect(await findingsIn(namespace)).toMatchObject([
      { cause: 'holder-hidden', confidence: 'likely', count: 2, process: null },
    ]);
  });

  it('writer-blocked: a long write to a half-closed peer that does not read, certain once the probes back off', async () => {
    let last: ReportFinding | undefined;
    await runFlawedServer({
      port: 0,
      busy: 'write',
      readStates: () => ['CLOSE-WAIT'],
      onLine: () => undefined,
      onStuck: async ({ serverPid }) => {
        const deadline = performance.now() + 20_000;
        while (last?.confidence !== 'certain' && performance.now() < deadline) {
          last = (await report()).findings.find(({ process }) => process?.pid === serverPid);
        }
      },
    });
    expect(last).toMatchObject({ cause: 'writer-blocked', confidence: 'certain', severity: 'stall', count: 1 });
  });
});
