import type { Facts } from '../../../facts/index.ts';
import type { Group } from '../../group.ts';
import { describeWindow } from '../../process-view.ts';
import type { Verdict } from '../../rule.ts';

/**
 * CLOSE-WAIT is legal while this side still sends (RFC 9293 3.6). Bytes that the peer acknowledged between two looks
 * were sent after its FIN, and by no other than the program: certain. One look cannot tell.
 */
export function judgeHalfCloseInUse({ traits, connections }: Group, { closeLook }: Facts): Verdict | null {
  if (!traits.moves) return null;
  const count = connections.length;
  return {
    confidence: 'certain',
    title:
      count === 1
        ? 'The peer has closed its half, and the connection is in use: bytes move.'
        : `The peers have closed their halves, and the ${count} connections are in use: bytes move.`,
    evidence: [
      {
        id: 'bytes-move',
        says: `bytes were acknowledged or read while it was watched ${describeWindow(closeLook)}`,
        value: count,
        from: 'tcpi_bytes_acked, tcpi_bytes_received and idiag_rqueue at two looks',
      },
    ],
    against: [],
    missing: [],
  };
}
