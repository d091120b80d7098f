import type { MeasuredCell, RemedyCell } from './remedies-document.ts';

/** What a cell comes to, in one word; each has its sign in {@link VERDICTS}. */
export type CellVerdict = 'all' | 'leaving' | 'no-worker' | 'connection' | 'last-ack' | 'hidden' | 'cut' | 'none';

/** How a verdict reads; the words carry the meaning, the sign and the colour lead the eye. */
export interface VerdictWords {
  readonly sign: string;
  readonly word: string;
  readonly says: string;
  readonly tone: 'good' | 'warn' | 'alarm' | 'faint';
}

/** In the order of the legend. */
export const VERDICTS: Readonly<Record<CellVerdict, VerdictWords>> = {
  all: {
    sign: '●',
    word: 'all free',
    says: 'out of CLOSE-WAIT, descriptor free, and the worker serves (or always did)',
    tone: 'good',
  },
  leaving: {
    sign: '◉',
    word: 'LAST-ACK',
    says: 'descriptor and worker as above; the kernel still tries to send the rest and the FIN (LAST-ACK), until its timers end it',
    tone: 'good',
  },
  'no-worker': {
    sign: '◐',
    word: 'worker lost',
    says: 'out of CLOSE-WAIT, descriptor free; the worker serves nobody',
    tone: 'warn',
  },
  connection: {
    sign: '○',
    word: 'still held',
    says: 'the kernel has ended the connection, the program keeps the descriptor',
    tone: 'warn',
  },
  'last-ack': {
    sign: '~',
    word: 'LAST-ACK, held',
    says: 'out of CLOSE-WAIT and not ended: in LAST-ACK, the descriptor kept',
    tone: 'warn',
  },
  hidden: {
    sign: '!',
    word: 'hidden',
    says: 'the descriptor is closed, and the connection stays in CLOSE-WAIT without a visible holder',
    tone: 'alarm',
  },
  cut: {
    sign: '×',
    word: 'cut off',
    says: 'a half-close in use was ended, and its peer waited for the rest',
    tone: 'alarm',
  },
  none: { sign: '·', word: 'nothing', says: 'still in CLOSE-WAIT, descriptor and all', tone: 'faint' },
};

/** What a remedy gave back in one cell. */
export function judgeCell({ cause, peer, connection, descriptor, worker }: MeasuredCell): CellVerdict {
  const isInUse = cause === 'half-close-in-use' && peer === 'half-closed';
  if (isInUse && connection.result !== 'stayed') return 'cut';
  if (connection.result === 'stayed') return descriptor.freed ? 'hidden' : 'none';
  if (descriptor.freed && worker.result === 'lost') return 'no-worker';
  if (descriptor.freed) return connection.result === 'ended' ? 'all' : 'leaving';
  return connection.result === 'ended' ? 'connection' : 'last-ack';
}

/** The same of any cell: `n/a` makes no sense, `?` could not be measured. */
export function judgeAnyCell(cell: RemedyCell): CellVerdict | 'n/a' | '?' {
  if (cell.outcome === 'measured') return judgeCell(cell);
  return cell.outcome === 'not-applicable' ? 'n/a' : '?';
}

/** Verdicts that differ only in what the kernel still does alone: it sends a FIN that nobody acknowledges. */
const NEARLY: Readonly<Partial<Record<CellVerdict, CellVerdict>>> = { leaving: 'all', 'last-ack': 'connection' };

/**
 * What several cells come to: their verdict where it is one, `mixed` where it depends on the peer. LAST-ACK beside an end
 * does not make it depend.
 */
export function judgeCells(cells: readonly RemedyCell[]): CellVerdict | 'n/a' | '?' | 'mixed' {
  const verdicts = cells.map(judgeAnyCell).filter((verdict) => verdict !== 'n/a');
  const [first, ...others] = new Set(verdicts);
  if (first === undefined) return 'n/a';
  if (others.length === 0) return first;
  const nearly = new Set(verdicts.map((verdict) => (verdict === '?' ? verdict : (NEARLY[verdict] ?? verdict))));
  const [only, ...more] = nearly;
  return only === undefined || more.length > 0 ? 'mixed' : only;
}
