import type { CodeSplittingGroup } from 'rolldown';

const CORE = '/packages/core/src/';
const CLI = '/packages/closewait/src/cli/';

/**
 * What is loaded together is one file: each costs 0.2 ms. `words` is what nearly every command uses, a look loads `look`, and a
 * report `judge` while the kernel answers. All else stays in chunks of its own.
 *
 * A module goes to the first group that names it, and what it imports goes with it unless an earlier group has that: so no
 * group ever waits for a later one.
 */
export const CHUNKS: CodeSplittingGroup[] = [
  { name: 'terminal', test: new RegExp(`${CLI}(?:keep-compiled|run-main|terminal|version)\\.ts`) },
  {
    name: 'words',
    test: new RegExp(`${CORE}(?:facts/(?:index|action)|tcp/index)|${CORE}report/safe-text|${CLI}option`),
  },
  {
    name: 'look',
    test: new RegExp(`${CLI}(?:examine-closely|open-source|selection/index)\\.ts|/src/kernel/index\\.ts`),
  },
  // The plan of a policy is for one command.
  { name: 'judge', test: new RegExp(`${CORE}(?:diagnose|report/(?!plan/))`) },
];
