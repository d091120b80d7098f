import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditRecord, buildAuditRecord } from '@closewait/core/orders';
import { auditSchema } from '@closewait/core/orders/schema';
import { afterAll, describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../../test/support/leaks.ts';
import { sampleOrderResult } from '../../../../../test/support/sample-orders.ts';
import { AuditLog } from './audit-log.ts';

expectNothingLeaked();

const folder = mkdtempSync(join(tmpdir(), 'cwt-audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const RECORD: AuditRecord = buildAuditRecord(sampleOrderResult(), {
  id: 'run/1',
  atMs: Date.UTC(2026, 0, 2),
  who: { uid: 0, loginUid: 1000, pid: 77, command: 'closewait close pid:4121 --yes' },
  rule: null,
  host: { name: 'api-7', kernel: '6.8.0', bootId: 'b' },
});

/** Receives one datagram as systemd's journal does, and prints it. */
const JOURNAL = `
import socket, sys
journal = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
journal.bind(sys.argv[1])
print('ready', flush=True)
sys.stdout.buffer.write(journal.recv(65536))
`;

describe('the audit', () => {
  it('appends a line for each action to a file that its owner alone can read', () => {
    const file = join(folder, 'audit.jsonl');
    for (const _ of [1, 2]) {
      using log = AuditLog.open({ file, journal: join(folder, 'nobody') });
      expect(log.write([RECORD, RECORD])).toEqual({ file, journal: false, problem: null });
    }
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => auditSchema.parse(JSON.parse(line)))).toEqual([RECORD, RECORD, RECORD, RECORD]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('ends a line of which a killed command has written half, and spoils no other', () => {
    const file = join(folder, 'torn.jsonl');
    writeFileSync(file, `${JSON.stringify(RECORD)}\n{"schema":"closewait/au`);
    using log = AuditLog.open({ file, journal: join(folder, 'nobody') });
    log.write([RECORD]);
    const lines = readFileSync(file, 'utf8').split('\n');
    expect(lines).toEqual([JSON.stringify(RECORD), '{"schema":"closewait/au', JSON.stringify(RECORD), '']);
  });

  it('tells the journal the same, in a sentence and as a field', async () => {
    const journal = join(folder, 'journal');
    const child = spawn('python3', ['-c', JOURNAL, journal], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const text = collect(child);
    using log = AuditLog.open({ file: join(folder, 'other.jsonl'), journal });
    expect(log.write([RECORD])).toMatchObject({ journal: true, problem: null });
    const fields = new Map((await text).split('\n').map((line) => [line.split('=', 1)[0] ?? '', line]));
    expect(fields.get('SYSLOG_IDENTIFIER')).toBe('SYSLOG_IDENTIFIER=closewait');
    expect(fields.get('MESSAGE')).toMatch(/^MESSAGE=destroy: 10\.0\.0\.1:8080 with 10\.0\.0\.2:50000 of java 4121, /);
    expect(JSON.parse(fields.get('CLOSEWAIT_AUDIT')?.slice('CLOSEWAIT_AUDIT='.length) ?? '')).toEqual(RECORD);
  });

  it('opens no device, no folder and no link: root appends to it', () => {
    for (const file of ['/dev/full', folder, '/proc/self/exe']) {
      expect(() => AuditLog.open({ file })).toThrow(/^--audit /);
    }
  });
});

async function collect(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(child, 'close');
  return text;
}
