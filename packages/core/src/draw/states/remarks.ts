import { formatCount, formatCountOf } from '../../report/index.ts';
import type { StatesDocument } from './states-document.ts';

/** A remark on the diagram: what it is about, and where the figure misleads on Linux. */
export interface Remark {
  readonly about: string;
  readonly says: string;
  /** On how the picture is drawn: of no use beside a list. */
  readonly ofPicture?: true;
}

/** The remarks, the most important first: a small terminal shows no more than the first ones. */
export function writeRemarks({
  counts,
  linux,
  unseen,
}: Pick<StatesDocument, 'counts' | 'linux' | 'unseen'>): readonly Remark[] {
  const closeWait = counts['CLOSE-WAIT'];
  const orphans = linux.orphanedFinWait2;
  return [
    {
      about: 'CLOSE-WAIT',
      says:
        closeWait === 0
          ? unseen.length === 0
            ? 'None: no program owes a close.'
            : 'None in what was seen.'
          : `${formatCount(closeWait)} ${closeWait === 1 ? 'waits' : 'wait'} for a program here to close. Why: closewait`,
    },
    {
      about: 'TIME-WAIT',
      says: 'Not a socket of a process: the kernel keeps each for 60 s, and nobody has to act.',
    },
    {
      about: 'FIN-WAIT-2',
      says:
        orphans === 0
          ? 'Where no process has it any more, the kernel ends it after tcp_fin_timeout.'
          : `${formatCount(orphans)} of ${formatCount(counts['FIN-WAIT-2'])} without a process: the kernel ends them after tcp_fin_timeout.`,
    },
    {
      about: 'SYN-RECEIVED',
      says: 'Request sockets of a listener, which itself stays in LISTEN.',
    },
    ...(linux.notAccepted === 0
      ? []
      : [
          {
            about: 'not accepted',
            says: `${formatCountOf(linux.notAccepted, 'connection')} in ESTABLISHED or CLOSE-WAIT ${linux.notAccepted === 1 ? 'waits' : 'wait'} in an accept queue: no process has ${linux.notAccepted === 1 ? 'it' : 'them'} yet.`,
          },
        ]),
    { about: 'CLOSED', says: 'In no table. What is closed and still held: closewait' },
    { about: 'dashed', says: 'In the text of RFC 9293 and not in its figure 5.', ofPicture: true },
    {
      about: 'not drawn',
      says: 'ABORT, RST and timeouts of the user lead to CLOSED from every state.',
      ofPicture: true,
    },
  ];
}
