import { diagnose } from '@closewait/core/diagnose';
import { type Facts, known } from '@closewait/core/facts';
import { describe, expect, it } from 'vitest';
import {
  sampleFacts,
  sampleInfo,
  sampleListener,
  sampleProcess,
  sampleSocket,
} from '../../../../../test/support/sample-facts.ts';
import { buildHostLook } from './build-host-look.ts';
import { ConnectionBook } from './connection-book.ts';
import type { ConnectionOrder, ConnectionPage, ConnectionSelection } from './host-look.ts';

const MIN_AGE_MS = 1000;

/** Connections of one server on two ports; `noise` is what the ages differ by from one look to the next. */
function lookAt(count: number, noise: (index: number) => number = () => 0, listens = true): Facts {
  const sockets = Array.from({ length: count }, (_, index) =>
    sampleSocket({
      local: { address: '10.0.0.1', port: index % 10 === 0 ? 8443 : 8080 },
      remote: { address: `10.0.0.${2 + (index % 7)}`, port: 40_000 + index },
      inode: 1000 + index,
      cookie: BigInt(100 + index),
      rxQueueBytes: index % 5,
      info: known(sampleInfo({ lastAckReceivedMs: index === 0 ? 10 : 60_000 + noise(index) })),
    }),
  );
  return sampleFacts({
    sockets,
    listeners: listens
      ? [sampleListener(), sampleListener({ local: { address: '0.0.0.0', port: 8443 }, inode: 601 })]
      : [],
    processes: [sampleProcess()],
    holders: sockets.map(({ inode }) => [inode, { pid: 4121, tid: 4121, fd: inode - 990 }]),
  });
}

function open(
  facts: Facts,
  before: ConnectionBook | null = null,
): { readonly book: ConnectionBook; readonly key: string } {
  const diagnosis = diagnose(facts, { minAgeMs: MIN_AGE_MS });
  const [row] = buildHostLook(facts, diagnosis, { showArguments: false, tookMs: 1 }).rows;
  return { book: new ConnectionBook(facts, diagnosis, before, new Set()), key: row?.key ?? '' };
}

function ask(
  book: ConnectionBook,
  selection: ConnectionSelection,
  order: ConnectionOrder = 'age',
  find: string | null = null,
): ConnectionPage {
  return book.page({ selection, order, reversed: false, offset: 5, count: 20, find });
}

describe('the connections of a look', () => {
  it('are answered by page: where asked, as many as asked, and how many there are', () => {
    const { book, key } = open(lookAt(500));
    const page = ask(book, { of: 'process', key }, 'recv-q');
    expect([page.total, page.lines.length]).toEqual([499, 20]);
    expect(new Set(page.lines.map(({ rxQueueBytes }) => rxQueueBytes))).toEqual(new Set([4]));
    expect(page.lines[0]?.descriptor).toMatch(/^\d+$/);
    const beyond = book.page({ ...page.request, offset: 499 });
    expect([beyond.total, beyond.lines]).toEqual([499, []]);
  });

  it('tell where one of them is, and that one of them is not there', () => {
    const { book, key } = open(lookAt(500));
    const page = ask(book, { of: 'process', key });
    expect(ask(book, { of: 'process', key }, 'age', page.lines[3]?.id ?? null).foundAt).toBe(8);
    expect(ask(book, { of: 'process', key }, 'age', '7').foundAt).toBeNull();
  });

  it('keep their order from look to look although their ages are not exact to the millisecond', () => {
    const first = open(lookAt(300, (index) => (index * 7) % 13));
    const before = ask(first.book, { of: 'process', key: first.key });
    const second = open(
      lookAt(300, (index) => (index * 5) % 11),
      first.book,
    );
    const after = ask(second.book, { of: 'process', key: second.key });
    expect(after.lines.map(({ id }) => id)).toEqual(before.lines.map(({ id }) => id));
  });

  it('that an order would act on are those of its dry run, which also says what is left alone and why', () => {
    const { book } = open(lookAt(500));
    const destroy = ask(book, { of: 'order', pid: 4121, method: 'destroy', line: null });
    // The youngest is in no finding.
    expect([destroy.total, destroy.lines.length]).toEqual([499, 20]);
    expect(destroy.dryRun?.map(({ count, order }) => [count, order.action?.method])).toEqual([[499, 'destroy']]);
    const auto = ask(book, { of: 'order', pid: 4121, method: 'auto', line: null });
    expect(auto.total).toBe(0);
    expect(auto.dryRun?.map(({ count, order }) => [count, order.action])).toEqual([[499, null]]);
    const one = ask(book, { of: 'order', pid: 4121, method: 'destroy', line: destroy.lines[0]?.id ?? '' });
    expect(one.total).toBe(1);
    expect(ask(book, { of: 'order', pid: 77, method: 'destroy', line: null }).total).toBe(0);
  });

  it('of this program and of those that started it no order would act on', () => {
    const facts = lookAt(20);
    const diagnosis = diagnose(facts, { minAgeMs: MIN_AGE_MS });
    const page = ask(new ConnectionBook(facts, diagnosis, null, new Set([4121])), {
      of: 'order',
      pid: 4121,
      method: 'destroy',
      line: null,
    });
    expect(page.total).toBe(0);
    expect(page.dryRun?.[0]?.order.refusal?.why).toContain('process 4121');
  });
});

describe('what the screens get of a look', () => {
  it.each([true, false])('is small, however many connections there are, of a server: %s', (listens) => {
    const bytesOf = (count: number): number => {
      // Without a listener each is to a server of its own, and a finding of its own.
      const facts = lookAt(count, undefined, listens);
      const look = buildHostLook(facts, diagnose(facts, { minAgeMs: MIN_AGE_MS }), { showArguments: false, tookMs: 1 });
      expect(look.rows[0]?.stuck).toBe(count - 1);
      return JSON.stringify(look).length;
    };
    expect(bytesOf(4000)).toBeLessThan(bytesOf(400) + 50_000);
  });
});
