import type { ModelReport } from '@closewait/core/experiment';
import { modelSchema } from '@closewait/core/experiment/schema';
import { LINUX_RULE_IDS, LINUX_RULES } from '@closewait/core/tcp/linux';

/** What was played, in a sentence. */
export function writeModelSummary(document: unknown): string {
  const { kernel, runs, steps, seed, tookMs, disagreement } = read(document);
  if (disagreement !== null) throw new Error('the measured run ended in a disagreement; that is no documentation');
  return [
    `On ${kernel.replace(/^Linux (\d+\.\d+).*$/, 'Linux $1')}, ${count(runs)} sequences with ${count(steps)} steps took`,
    `${count(tookMs / 1000)} s. Model and kernel agreed after every step. The same sequences again:`,
    `\`closewait lab model --runs ${runs} --seed ${seed}\`.`,
  ].join('\n');
}

/** Every orderly transition, and how often the kernel made it. */
export function writeModelTransitions(document: unknown): string {
  return [
    '| from | event | to | RFC 9293 | seen |',
    '|---|---|---|---|---|',
    ...read(document).transitions.map(
      ({ from, event, to, section, seen, unreached }) =>
        `| ${from} | ${event} | ${to} | ${section} | ${unreached === null ? count(seen) : `never: ${unreached}`} |`,
    ),
  ].join('\n');
}

/** Every departure of Linux, in the words of the code, and how often the kernel took it. */
export function writeModelDepartures(document: unknown): string {
  const { rules } = read(document);
  return [
    '| rule | what Linux does | what RFC 9293 says | kernel source | seen |',
    '|---|---|---|---|---|',
    ...LINUX_RULE_IDS.map((rule) => {
      const { says, section, instead, source } = LINUX_RULES[rule];
      const measured = rules.find((it) => it.rule === rule);
      if (measured === undefined) throw new Error(`the measured run does not know the rule ${rule}`);
      return `| \`${rule}\` | ${says} | ${section}: ${instead} | ${source} | ${count(measured.seen)} |`;
    }),
  ].join('\n');
}

function read(document: unknown): ModelReport {
  return modelSchema.parse(document);
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en');
}
