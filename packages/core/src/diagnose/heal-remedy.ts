import type { Remedy } from './finding.ts';

/** What ends by itself once something outside of the connection is well again. A program without a further flaw then closes. */
export function healRemedy({ does, risk, peerSees }: Pick<Remedy, 'does' | 'risk' | 'peerSees'>): Remedy {
  return {
    id: 'heal',
    command: null,
    does,
    frees: { connection: true, descriptor: true, worker: true },
    risk,
    peerSees,
  };
}
