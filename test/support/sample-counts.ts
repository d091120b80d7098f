import { KERNEL_SETTINGS, known, type StateCountFacts, type StateCounts, unknown } from '@closewait/core/facts';
import { sampleProcess, TAKEN_AT_MS } from './sample-report.ts';

/** A busy server whose program forgets to close. */
const SAMPLE_COUNTS: StateCounts = {
  LISTEN: 9,
  'SYN-SENT': 0,
  'SYN-RECEIVED': 3,
  ESTABLISHED: 48_213,
  'FIN-WAIT-1': 0,
  'FIN-WAIT-2': 17,
  'CLOSE-WAIT': 1204,
  CLOSING: 0,
  'LAST-ACK': 2,
  'TIME-WAIT': 5310,
};

/** The same server a second before. */
export const SAMPLE_COUNTS_BEFORE: StateCounts = {
  ...SAMPLE_COUNTS,
  'CLOSE-WAIT': 1201,
  ESTABLISHED: 48_300,
  'TIME-WAIT': 5298,
};

/** One count of it, with CLOSE-WAIT in detail; a namespace was refused, and one setting is not there. */
export function sampleStateCount(changes: Partial<StateCountFacts> = {}): StateCountFacts {
  const problem = unknown('denied', 'setns: EPERM', 'run as root');
  return {
    takenAtMs: TAKEN_AT_MS,
    host: { name: 'web-1', kernel: '6.18.44', bootId: '40910bc3-3dbb-419e-b349-1e72e4b8e012' },
    namespaces: [
      { inode: 4_026_531_833, path: '/proc/self/ns/net', counts: known(SAMPLE_COUNTS) },
      { inode: 4_026_532_218, path: '/run/netns/blue', counts: problem },
    ],
    counts: SAMPLE_COUNTS,
    linux: { requestSockets: 3, orphanedFinWait2: 12, notAccepted: 4 },
    detail: {
      state: 'CLOSE-WAIT',
      localPorts: [8080, 443, 9000, 9001, 9002, 9003].map((port, index) => ({ port, count: 1180 >> index })),
      holders: [{ process: sampleProcess(), count: 1180 }],
      holderCount: 2,
      unheld: 3,
      ownerless: 4,
    },
    settings: new Map(
      KERNEL_SETTINGS.map((name, index) => [name, index === 3 ? unknown('unsupported', 'ENOENT') : known(index + 1)]),
    ),
    readers: [{ name: 'sock_diag', ok: true, ms: 12.1 }],
    unseen: [{ what: 'sockets of namespace /run/netns/blue', problem }],
    ...changes,
  };
}
