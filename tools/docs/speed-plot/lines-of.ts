import { TOOL } from '../../../bench/names.ts';
import type { BenchResults } from '../../../bench/results-schema.ts';

/** One tool in the picture. */
export interface SpeedLine {
  readonly tool: string;
  /** As it is written beside the line. */
  readonly label: string;
  /** `own` is closewait; `fallback` is closewait without BPF; `other` what it is compared with. */
  readonly kind: 'own' | 'fallback' | 'other';
  readonly points: readonly SpeedPoint[];
}

/** The median of one tool in one scene. */
export interface SpeedPoint {
  readonly sockets: number;
  readonly wallMs: number;
  /** It took longer than this and was ended. */
  readonly isOver: boolean;
}

const DRAWN: readonly Omit<SpeedLine, 'points'>[] = [
  { tool: TOOL.ss, label: 'ss -tanp state close-wait', kind: 'other' },
  { tool: TOOL.netstat, label: 'netstat -tanp', kind: 'other' },
  { tool: TOOL.lsfd, label: 'lsfd, no states', kind: 'other' },
  { tool: TOOL.lsof, label: 'lsof -iTCP', kind: 'other' },
  { tool: TOOL.quickProc, label: 'closewait --quick, /proc', kind: 'fallback' },
  { tool: TOOL.listProc, label: 'closewait ls, /proc', kind: 'fallback' },
  { tool: TOOL.quick, label: 'closewait --quick', kind: 'own' },
  { tool: TOOL.list, label: 'closewait ls', kind: 'own' },
];

/** What the picture shows of a run: the scenes without further descriptors. Tools without one point are left out. */
export function linesOf({ series }: Pick<BenchResults, 'series'>): readonly SpeedLine[] {
  const scenes = series.filter(({ descriptors }) => descriptors === 0).toSorted((a, b) => a.sockets - b.sockets);
  return DRAWN.map((line) => {
    const points = scenes.flatMap(({ sockets, runs }): readonly SpeedPoint[] => {
      const { median = null, overLimitMs } = runs.find(({ tool }) => tool === line.tool) ?? {};
      if (median !== null) return [{ sockets, wallMs: median.wallMs, isOver: false }];
      return overLimitMs === undefined ? [] : [{ sockets, wallMs: overLimitMs, isOver: true }];
    });
    return { ...line, points };
  }).filter(({ points }) => points.length > 0);
}
