import { chooseSuspects, DIAGNOSED_STATES } from '@closewait/core/diagnose/suspects';
import type { Facts, KernelSource } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { observe } from '../kernel/index.ts';

/** Between the two looks: enough clock ticks to tell a thread that spins, and short for a person. */
const WINDOW_MS = 500;

/** What a diagnosis is made from. */
export interface CloseExamination {
  readonly minAgeMs: number;
  readonly allNamespaces: boolean;
  /** One look instead of two. */
  readonly quick: boolean;
  /** Default those of the diagnosis. */
  readonly states?: readonly TcpState[];
}

/** Looks at the host, and closely at whatever has been stuck for longer than the minimum age. */
export function examineClosely(source: KernelSource, options: CloseExamination): Promise<Facts> {
  const { minAgeMs, allNamespaces, quick, states = DIAGNOSED_STATES } = options;
  return observe(source, {
    states,
    depth: 'report',
    allNamespaces,
    windowMs: quick ? 0 : WINDOW_MS,
    choose: (facts) => chooseSuspects(facts, { minAgeMs }),
  });
}
