import type { ProcessFacts } from '../facts/index.ts';
import type { Evidence, Remedy } from './finding.ts';

/** accept(2) fails with EMFILE at the limit; a program that keeps a reserve stops a little earlier. */
const NEARLY_FULL = 0.99;
const MUCH_USED = 0.8;

/** Whether the soft limit is reached: accept and open then fail with EMFILE. False where it is not known. */
export function hasNoDescriptorLeft(process: ProcessFacts | null): boolean {
  const use = process?.descriptors;
  return use?.known === true && use.value.open >= use.value.softLimit;
}

/** Descriptors against the limit, where that is known and worth a line. */
export function descriptorEvidence(process: ProcessFacts | null): readonly Evidence[] {
  const use = process?.descriptors;
  if (use === undefined || !use.known) return [];
  const { open, softLimit } = use.value;
  if (open < MUCH_USED * softLimit) return [];
  const full = open >= NEARLY_FULL * softLimit;
  const says = full
    ? `${open} of ${softLimit} descriptors are open: accept and open fail with EMFILE`
    : `${open} of ${softLimit} descriptors are open`;
  return [{ id: full ? 'descriptors-exhausted' : 'descriptors-high', says, value: open }];
}

/** Raising the limit: buys time in an incident, frees nothing. Offered only where the limit presses. */
export function limitRemedy(process: ProcessFacts | null): readonly Remedy[] {
  const use = process?.descriptors;
  if (process === null || use === undefined || !use.known) return [];
  const { open, softLimit, hardLimit } = use.value;
  if (open < MUCH_USED * softLimit) return [];
  const wanted = softLimit * 4;
  // Above the hard limit both have to be raised, which needs CAP_SYS_RESOURCE (prlimit(2)).
  const limits = softLimit < hardLimit ? `${Math.min(wanted, hardLimit)}:` : `${wanted}:${wanted}`;
  return [
    {
      id: 'raise-limit',
      command: `prlimit --pid ${process.pid} --nofile=${limits}`,
      does: `raises the limit of ${softLimit} descriptors at once`,
      frees: { connection: false, descriptor: false, worker: false },
      risk: 'buys time only: what fills the table goes on, and select(2) cannot watch descriptors above 1,023',
      peerSees: 'nothing',
    },
  ];
}
