import { z } from 'zod';

/** Of a file of bench/results, what the README shows: see bench/results.ts. */
const benchSchema = z.object({
  series: z.array(
    z.object({
      sockets: z.number(),
      runs: z.array(z.object({ tool: z.string(), median: z.object({ wallMs: z.number(), peakMemoryMb: z.number() }) })),
    }),
  ),
});

const SHOWN = [
  'ss -tanp state close-wait',
  'lsof -nP -iTCP -sTCP:CLOSE_WAIT',
  'closewait ls --json, bundle',
  'closewait ls --json, source',
  'closewait --quick --json, bundle',
  'closewait --json, bundle',
];
const RUNTIME = 'node -e 0 (the runtime alone)';
const MANY = 95_000;

/** The README's table of costs, from one run of the benchmark. */
export function writeSpeed(document: unknown): string {
  const { series } = benchSchema.parse(document);
  const median = (sockets: number, tool: string): { readonly wallMs: number; readonly peakMemoryMb: number } => {
    const found = series.find((one) => one.sockets === sockets)?.runs.find((run) => run.tool === tool);
    if (found === undefined) throw new Error(`the benchmark has no '${tool}' with ${sockets} sockets`);
    return found.median;
  };
  const count = (value: number): string => Math.round(value).toLocaleString('en');
  const rows = SHOWN.map((tool) => {
    const [idle, many] = [median(0, tool), median(MANY, tool)];
    const [, command = tool, form = ''] = /^(closewait.*)(, (?:bundle|source))$/.exec(tool) ?? [];
    return `| \`${command}\`${form} | ${count(idle.wallMs)} ms | ${count(many.wallMs)} ms | ${count(many.peakMemoryMb)} MB |`;
  });
  return [
    `| wall time | nothing stuck | ${count(MANY)} in CLOSE-WAIT, 5 processes | peak memory |`,
    '|---|---|---|---|',
    ...rows,
    '',
    '500 ms of the last one are the pause between the two looks; where nothing is stuck there is one look.',
    `${count(median(0, RUNTIME).wallMs)} ms of each run are Node.js itself.`,
  ].join('\n');
}
