import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PortCounts } from './port-counts.ts';

describe('PortCounts', () => {
  it('counts the same in a few as in very many, in the order in which ports came', () => {
    assert(
      property(array(integer({ min: 0, max: 65_535 })), (ports) => {
        const [few, many] = [new PortCounts(0), new PortCounts(1e6)];
        for (const port of ports) {
          few.add(port);
          many.add(port);
        }
        const expected = [...new Set(ports)].map((port) => [port, ports.filter((other) => other === port).length]);
        expect([...few]).toEqual(expected);
        expect([...many]).toEqual(expected);
      }),
    );
  });
});
