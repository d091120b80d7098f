import { readdirSync } from 'node:fs';
import { closeSchema } from '@closewait/core/orders/schema';
import type { Report, ReportFinding } from '@closewait/core/report';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, CLOSEWAIT } from '../support/closewait.ts';
import { expectNothingLeaked } from '../support/leaks.ts';
import { makeNamespace, type NetworkNamespace } from '../support/namespace.ts';
import { startProgram } from '../support/program.ts';
import { outputOf, run } from '../support/run.ts';

expectNothingLeaked();

const SCENES = `${CHECKOUT}/fixtures/scenes`;
const PRINTED = /^closewait close /;

type Inside = NetworkNamespace['inside'];
const HERE: Inside = (command) => command;

/** The report of the same look, and the commands that it offers for each finding. */
async function offered(
  options: readonly string[],
  inside: Inside = HERE,
): Promise<readonly (readonly [string, ReportFinding])[]> {
  const { stdout } = await run(inside([...CLOSEWAIT, '--json', ...options]));
  const { findings } = JSON.parse(stdout) as Report;
  return findings.flatMap((finding) =>
    finding.remedies.flatMap(({ command }) =>
      command !== null && PRINTED.test(command) ? [[command, finding] as const] : [],
    ),
  );
}

/** Runs a command as it was printed, through a shell, as a dry run: the connections that it is about. */
async function dryRun(command: string, options: readonly string[], inside: Inside = HERE): Promise<readonly string[]> {
  const words = [...CLOSEWAIT, 'close'].map((word) => `'${word}'`).join(' ');
  const typed = `${command.replace(PRINTED, `${words} `)} ${[...options, '--json'].join(' ')}`;
  const { stdout, stderr } = await run(inside(['bash', '-c', typed]));
  if (stdout === '') throw new Error(`${typed}: ${stderr}`);
  const { orders, carriedOut } = closeSchema.parse(JSON.parse(stdout));
  expect(carriedOut).toBe(false);
  return orders.map(({ connection }) => nameOf(connection)).toSorted();
}

const nameOf = (
  one: { readonly local: string; readonly remote: string; readonly cookie: number | string } | null,
): string => `${one?.local} ${one?.remote} ${one?.cookie}`;

const namesOf = ({ connections }: ReportFinding): readonly string[] => connections.map(nameOf).toSorted();

describe('a command that the report offers', () => {
  it.each(readdirSync(SCENES))('is about the connections of its finding and no others: %s', async (scene) => {
    const from = ['--from', `${SCENES}/${scene}/recording.cwr`];
    for (const [command, finding] of await offered(from)) {
      expect(finding.count).toBe(finding.connections.length);
      expect(await dryRun(command, from), command).toEqual(namesOf(finding));
    }
  });

  it('is so on the live kernel, with both families, and connections that two processes have', async () => {
    using namespace = makeNamespace();
    await using _ = await startProgram('hold', ['--ipv4', 12, '--ipv6', 3, '--bytes', 9], namespace);
    await using __ = await startProgram('hold', ['--ipv4', 5, '--mapped', 2, '--bytes', 9, '--forks', 1], namespace);
    const options = ['--min-age', '0s', '--no-all-namespaces'];
    const inside: Inside = (command) => namespace.inside(command);
    const commands = await offered(options, inside);
    expect(new Set(commands.map(([, { process }]) => process?.pid)).size).toBe(2);
    for (const [command, finding] of commands) {
      expect(await dryRun(command, options, inside), command).toEqual(namesOf(finding));
    }
    expect(await outputOf(namespace.inside(['ss', '-Htan', 'state', 'close-wait']))).toSatisfy(
      (rows: string) => rows.trim().split('\n').length === 22,
    );
  });
});
