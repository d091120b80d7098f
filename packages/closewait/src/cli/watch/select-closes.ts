import type { OpenClose } from '@closewait/core/events';
import { ClosewaitError, unknown } from '@closewait/core/facts';
import type { Selector } from '../selection/selector.ts';

/** Whether a passive close was asked for. */
export type SelectsClose = (close: Pick<OpenClose, 'ends' | 'owner'>) => boolean;

const NOT_ASKED = unknown('not-asked', 'events do not tell it');

/**
 * Reads selectors: `:8000`, `192.0.2.1:443`, `pid:123`.
 *
 * @throws ClosewaitError `usage`; also for selectors of what events do not tell.
 */
export async function parseCloseSelection(operands: readonly string[]): Promise<SelectsClose> {
  if (operands.length === 0) return () => true;
  const { matchesAll, parseSelector } = await import('../selection/selector.ts');
  const selectors = operands.map(parseSelector);
  selectors.forEach(({ kind }, index) => expectTold(kind, operands[index] ?? ''));
  return ({ ends, owner }) => {
    const pid = owner.by === 'unknown' ? null : owner.pid;
    return matchesAll(selectors, {
      connection: { socket: { local: ends.local, remote: ends.remote, cookie: 0n } },
      processes: pid === null ? [] : [{ pid, container: NOT_ASKED, unit: NOT_ASKED }],
    });
  };
}

function expectTold(kind: Selector['kind'], text: string): void {
  if (kind === 'local-port' || kind === 'peer' || kind === 'pid') return;
  throw new ClosewaitError('usage', `watch cannot select ${text}: the kernel's events do not tell it`, {
    hint: 'use :8000 (local port), 192.0.2.1:443 (peer) or pid:123',
  });
}
