import { readSync } from 'node:fs';
import { decodePcapngStatistics, type PcapngStatistics } from '@closewait/core/codec';
import type { OpenCapture } from './open-capture.ts';

/** Interfaces are described at the beginning, statistics stand at the end; both are short. */
const PART_BYTES = 64 * 1024;

const NOTHING_SAID: PcapngStatistics = { dropped: null, stoppedMs: null };

/** What a file says about its own capture. Only pcapng has that, and a pipe is read from its beginning alone. */
export function readStatistics({ fd, bytes }: OpenCapture, lastPacketMs: number | null): PcapngStatistics {
  if (bytes === null || lastPacketMs === null) return NOTHING_SAID;
  const head = readPart(fd, 0, Math.min(PART_BYTES, bytes));
  const tail = readPart(fd, Math.max(0, bytes - PART_BYTES), Math.min(PART_BYTES, bytes));
  const statistics = decodePcapngStatistics(head, tail, lastPacketMs);
  return statistics.ok ? statistics.value : NOTHING_SAID;
}

/** Reads at a place of its own: the descriptor's position is what the tool begins at. */
function readPart(fd: number, position: number, length: number): Uint8Array {
  const part = new Uint8Array(length);
  return part.subarray(0, readSync(fd, part, 0, length, position));
}
