import { assert as assertProperty, constantFrom, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sampleFacts, sampleProcess } from '../../../../test/support/sample-facts.ts';
import { sampleOrderResult, sampleOrders } from '../../../../test/support/sample-orders.ts';
import { sampleFinding, sampleStuck } from '../../../../test/support/sample-policy.ts';
import { ACTION_METHODS, CAUSE_IDS, known } from '../facts/index.ts';
import { buildClose } from './build-close.ts';
import { closeSchema } from './schema.ts';
import { formatClose } from './text-close.ts';

const OPTIONS = { version: '0.1.0', colour: false, selected: 'pid:4121' } as const;

describe('the text of an order', () => {
  it('names the connection, what is done, what that frees and what not, and that nothing was changed', () => {
    const orders = sampleOrders({ method: 'destroy' });
    const document = buildClose(orders, { facts: sampleFacts(), method: 'destroy', results: null, audit: null });
    expect(closeSchema.parse(document)).toEqual(document);
    expect(formatClose(document, { ...OPTIONS, width: 80 })).toBe(`\
closewait 0.1.0   api-7   Linux 6.8.0   dry run

java  pid 4121  orders.service              1 selected   61 of 1,024 descriptors
  descriptor-leaked, likely  destroy: the kernel ends it (SOCK_DESTROY)
    frees       the connection
    not         the descriptor
    connection  10.0.0.1:8080 with 10.0.0.2:50000, 1 min, Recv-Q 19, fd 7

Would act on 1 connection. Nothing was changed: --yes does it.
`);
  });

  it('says what was seen afterwards, and where it was written down', () => {
    const result = sampleOrderResult();
    const audit = { file: '/var/log/closewait/audit.jsonl', journal: true, problem: null };
    const about = { facts: sampleFacts(), method: 'destroy', results: [result], audit } as const;
    const text = formatClose(buildClose([result.order], about), { ...OPTIONS, width: 80 });
    expect(text).toContain('61 before, 61 now, of 1,024 descriptors');
    expect(text).toContain('ended: SOCK_DESTROY: the connection is gone; descriptor 7 of');
    expect(text).toContain('Of 1 ordered: 1 done, as was seen afterwards.');
    expect(text).toContain('Written down in /var/log/closewait/audit.jsonl and the journal.');
  });

  it('says once what became of several connections, and differs only in numbers', () => {
    const result = sampleOrderResult();
    const other = { ...result, outcome: { ...result.outcome, detail: result.outcome.detail.replace('7', '8') } };
    const about = { facts: sampleFacts(), method: 'destroy', results: [result, other], audit: null } as const;
    const text = formatClose(buildClose([result.order, other.order], about), { ...OPTIONS, width: 80 });
    expect(text.match(/SOCK_DESTROY: the connection is gone/g)).toHaveLength(1);
    expect(text.match(/ended: as above/g)).toHaveLength(1);
  });

  it('is never wider than the terminal, and lets no control character of a process through', () => {
    const hostile = sampleProcess({ name: known('\u001b[2J\u202ebad') });
    assertProperty(
      property(
        integer({ min: 40, max: 160 }),
        constantFrom('auto' as const, ...ACTION_METHODS),
        constantFrom(...CAUSE_IDS),
        (width, method, cause) => {
          const connections = [1n, 2n, 3n].map((cookie) => sampleStuck({ cookie }));
          const orders = sampleOrders({ method }, [sampleFinding({ cause, process: hostile, connections })]);
          const document = buildClose(orders, { facts: sampleFacts(), method, results: null, audit: null });
          expect(closeSchema.parse(document)).toEqual(document);
          const text = formatClose(document, { ...OPTIONS, width });
          expect(text).not.toMatch(/[\u001b\u202e]/);
          const widest = Math.max(...text.split('\n').map((line) => line.length));
          // Addresses and commands are never broken.
          expect(widest).toBeLessThanOrEqual(Math.max(width, 60));
        },
      ),
    );
  });
});
