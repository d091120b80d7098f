import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PortCounts } from './port-counts.ts';

describe('PortCounts', () => {
  it('counts in the order in which ports came, and begins anew when it was asked', () => {
    const ports = array(integer({ min: 0, max: 65_535 }));
    assert(
      property(ports, ports, (...findings) => {
        const counts = new PortCounts();
        for (const finding of findings) {
          for (const port of finding) counts.add(port);
          const seen: [number, number][] = [];
          counts.drain((port, count) => seen.push([port, count]));
          const expected = [...new Set(finding)].map((port) => [port, finding.filter((one) => one === port).length]);
          expect(seen).toEqual(expected);
        }
      }),
    );
  });
});
