import { readFileSync } from 'node:fs';
import { type CauseScenario, playFrozen } from '../../packages/closewait/src/lab/index.ts';

const mounts = readFileSync('/proc/self/mountinfo', 'utf8');

/** Both kinds of freezer, as far as this machine has them mounted; the laboratory's own scenario takes one of them. */
export const FREEZER_SCENARIOS: readonly CauseScenario[] = (
  [
    ['1', / - cgroup .*\bfreezer\b/],
    ['2', / - cgroup2 /],
  ] as const
).flatMap(([version, mount]): CauseScenario[] => {
  if (!mount.test(mounts)) return [];
  return [
    {
      name: `process-stopped-frozen-${version}`,
      title: `The server's cgroup of version ${version} is frozen while its clients leave.`,
      cause: 'process-stopped',
      start: (stage) => playFrozen(stage, version),
    },
  ];
});
