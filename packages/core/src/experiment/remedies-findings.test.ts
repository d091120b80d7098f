import { describe, expect, it } from 'vitest';
import type { MeasuredCell, RemedyCell } from './remedies-document.ts';
import { findInRemedies, type RemedyFinding } from './remedies-findings.ts';
import { sampleCell, sampleRemedies } from './remedies-sample.ts';

function find(id: string, cells: readonly RemedyCell[]): RemedyFinding | undefined {
  return findInRemedies(sampleRemedies(cells)).find((finding) => finding.id === id);
}

const probed = (probes: number, answers: number): MeasuredCell['segments'] => [
  { atMs: 2000, by: 'own', says: 'probe', count: probes },
  { atMs: 2000, by: 'peer', says: 'ACK', count: answers },
];
const ended = { result: 'ended', leftAfterMs: 2000, state: 'CLOSED' } as const;

describe('what the cells say', () => {
  it('keepalive never ends a half-closed connection: only as long as every cell stays and every probe is answered', () => {
    const stays = sampleCell({ remedy: 'keepalive-system', segments: probed(4, 4) });
    expect(find('keepalive-half-closed', [stays])).toMatchObject({ holds: true, against: [] });
    expect(find('keepalive-half-closed', [stays])?.says).toContain('in none of 1 cell did it');
    const ends = { ...stays, remedy: 'keepalive-socket', connection: ended } as const;
    expect(find('keepalive-half-closed', [stays, ends])).toMatchObject({ holds: false, against: [ends] });
    const unanswered = { ...stays, segments: probed(4, 1) };
    expect(find('keepalive-half-closed', [unanswered])).toMatchObject({ holds: false });
    const notProbed = { ...stays, segments: [] };
    expect(find('keepalive-half-closed', [notProbed])).toMatchObject({ holds: false });
  });

  it('SOCK_DESTROY keeps the descriptor: not where a cell has freed it', () => {
    const kept = sampleCell({ remedy: 'destroy', connection: ended });
    expect(find('destroy-keeps-descriptor', [kept])).toMatchObject({ holds: true });
    const freed = { ...kept, descriptor: { heldBy: 'descriptor', freed: true, afterMs: 1 } } as const;
    expect(find('destroy-keeps-descriptor', [kept, freed])).toMatchObject({ holds: false, against: [freed] });
    const woke = { ...kept, worker: { result: 'freed', afterMs: 1 } } as const;
    expect(find('destroy-keeps-descriptor', [woke])).toMatchObject({ holds: false });
  });

  it('says nothing of what was not measured, in part or at all', () => {
    expect(find('restart', [sampleCell()])).toBeUndefined();
    const missing = {
      cause: 'worker-stuck',
      remedy: 'destroy',
      peer: 'closed',
      outcome: 'not-measured',
      why: 'so',
    } as const;
    expect(
      find('destroy-keeps-descriptor', [sampleCell({ remedy: 'destroy', connection: ended }), missing]),
    ).toBeUndefined();
  });
});
