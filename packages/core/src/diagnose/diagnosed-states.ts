import type { TcpState } from '../tcp/index.ts';

/** The sockets that a diagnosis needs whole: the stuck ones, and what may be the other leg of a relay. */
export const DIAGNOSED_STATES: readonly TcpState[] = ['CLOSE-WAIT', 'FIN-WAIT-2'];
