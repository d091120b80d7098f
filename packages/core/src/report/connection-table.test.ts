import { describe, expect, it } from 'vitest';
import { sampleConnection, sampleProcess, sampleSocket } from '../../../../test/support/sample-report.ts';
import { known } from '../facts/index.ts';
import { buildConnectionRow } from './build-connection.ts';
import { formatConnectionTable } from './connection-table.ts';
import { removeStyle } from './style.ts';

const HELD = buildConnectionRow(sampleConnection(), sampleProcess());
const SHARED = buildConnectionRow(
  sampleConnection({
    socket: sampleSocket({ local: { address: '2001:db8::1', port: 443 }, rxQueueBytes: 12_345, netns: 7 }),
    holders: [
      { pid: 9, tid: 9, fd: 3 },
      { pid: 10, tid: 10, fd: 3 },
    ],
    age: { ms: 11_520_000, is: 'at-least' },
  }),
  sampleProcess({ pid: 9, name: known('evil\u001b[2J') }),
);
const QUEUED = buildConnectionRow(sampleConnection({ socket: sampleSocket({ inode: 0 }), holders: [] }), null);
const UNSEEN = buildConnectionRow(sampleConnection({ holders: [], age: { ms: null, is: 'at-least' } }), null);
const REMAINDER = buildConnectionRow(
  sampleConnection({
    socket: sampleSocket({ inode: 0, state: 'LAST-ACK' }),
    holders: [],
    age: { ms: null, is: 'exact' },
  }),
  null,
);

describe('formatConnectionTable', () => {
  it('writes nothing where there is nothing', () => {
    expect(formatConnectionTable([], { colour: true, width: 80 })).toBe('');
  });

  it('shows a row a connection, and namespaces only where there are several', () => {
    expect(formatConnectionTable([HELD, QUEUED, UNSEEN], { colour: false, width: 100 })).toMatchInlineSnapshot(`
      "   AGE  RECV-Q  SEND-Q  LOCAL          PEER            PID/FD  NAME
      21 min      81       0  10.0.4.2:8080  10.0.3.7:50112  4121/7  java
      21 min      81       0  10.0.4.2:8080  10.0.3.7:50112  -       (not accepted)
           ?      81       0  10.0.4.2:8080  10.0.3.7:50112  ?       (holder not seen)
      "
    `);
    expect(formatConnectionTable([HELD, SHARED, REMAINDER], { colour: false, width: 120 })).toMatchInlineSnapshot(`
      "         AGE  STATE       RECV-Q  SEND-Q  LOCAL              PEER                 NETNS  PID/FD  NAME
            21 min  CLOSE-WAIT      81       0  10.0.4.2:8080      10.0.3.7:50112  4026531840  4121/7  java
      ≥ 3 h 12 min  CLOSE-WAIT  12,345       0  [2001:db8::1]:443  10.0.3.7:50112           7  9/3 +1  evil\\x1b[2J
                 -  LAST-ACK        81       0  10.0.4.2:8080      10.0.3.7:50112  4026531840  -       (no process)
      "
    `);
  });

  it('cuts the name where the terminal is narrow, to no less than 15 columns', () => {
    const name = known('\u0001'.repeat(15));
    const row = buildConnectionRow(sampleConnection(), sampleProcess({ name }));
    const [, line = ''] = formatConnectionTable([row], { colour: false, width: 20 }).split('\n');
    expect(line).toMatch(/ 4121\/7 {2}(?:\\x01){3}\\x…$/);
  });

  it('differs in colour by nothing but colour', () => {
    const plain = formatConnectionTable([HELD, SHARED], { colour: false, width: 80 });
    const coloured = formatConnectionTable([HELD, SHARED], { colour: true, width: 80 });
    expect(coloured).not.toBe(plain);
    expect(removeStyle(coloured)).toBe(plain);
  });
});
