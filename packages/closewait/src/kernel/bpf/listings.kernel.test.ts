import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelSource, Reading } from '@closewait/core/facts';
import { assert, nat, property } from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectNothingLeaked } from '../../../../../test/support/leaks.ts';
import { BpfIterator } from '../../ffi/index.ts';
import { LiveSource } from '../live/live-source.ts';
import { Assembler } from './assembler.ts';
import { examineKernel } from './examine-kernel.ts';
import { type FieldName, type Layout, resolveLayout } from './layout.ts';
import type { KernelEntry } from './layout-cache.ts';
import { checkPrograms } from './self-check.ts';
import { walkHeld, walkUses } from './walk.ts';

expectNothingLeaked();

const BTF = '/sys/kernel/btf/vmlinux';
const REQUEST = { states: ['LISTEN'], congested: false, instances: false } as const;

async function examined(): Promise<KernelEntry> {
  const entry = await examineKernel(new LiveSource());
  if (!entry.known) throw new Error(entry.detail);
  return entry.value;
}

/** The real layout with one place put elsewhere, as if BTF were of another kernel. */
function misplaced(layout: Layout, name: FieldName, like: FieldName): Layout {
  return { ...layout, fields: { ...layout.fields, [name]: layout.fields[like] } };
}

describe('what a kernel is like', () => {
  it('is found out, and the programs say the same as /proc and sock_diag', async () => {
    const { hz, mismatch } = await examined();
    expect(mismatch).toBeNull();
    expect([100, 250, 300, 1000]).toContain(hz);
  });

  it.each([
    ['sock.local_port', 'sock.remote_port', 'LISTEN: local'],
    ['inode.number', 'inode.superblock', ''],
    ['tcp.bytes_received', 'tcp.bytes_sent', 'CLOSE-WAIT: bytesReceived'],
    ['tcp.read_to', 'tcp.received_to', 'CLOSE-WAIT: rxQueueBytes'],
    ['sock.state', 'sock.family', ''],
    ['dentry.name', 'meta.seq', ''],
  ] as const)('is not taken for right where %s is put where %s is', async (name, like, says) => {
    const { hz, layout } = await examined();
    const parts = { clock: { hz }, layout: misplaced(layout, name, like) };
    const checked = await checkPrograms({
      source: new LiveSource(),
      listHeld: (request) => walkHeld(parts, request),
      listUses: (states) => walkUses(parts, states),
    });
    // A place that the verifier refuses is as good an answer.
    expect(checked.known ? checked.value : checked.detail).toContain(says);
    expect(checked).not.toEqual({ known: true, value: null });
  });

  it('is not guessed where BTF lacks a name: that name is said', () => {
    const bytes = readFileSync(BTF);
    const at = bytes.indexOf('\0sk_kern_sock\0');
    bytes.write('X', at + 1);
    const layout = resolveLayout(bytes);
    expect(layout).toMatchObject({ known: false, why: 'unsupported' });
    expect(!layout.known && layout.detail).toContain('sock.sk_kern_sock');
  });

  it('is a layout or a reason, whatever is changed in its BTF', () => {
    const original = readFileSync(BTF);
    assert(
      property(nat(original.length - 1), nat(255), nat(original.length), (at, byte, length) => {
        const bytes = Buffer.from(original);
        bytes[at] = byte;
        expect(typeof resolveLayout(bytes).known).toBe('boolean');
        expect(resolveLayout(original.subarray(0, length)).known).toBe(length === original.length);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a program that the kernel refuses', () => {
  it('is refused with what the verifier said', () => {
    const layout = resolveLayout(readFileSync(BTF));
    if (!layout.known) throw new Error(layout.detail);
    // A pointer that may be null.
    const instructions = new Assembler().load(8, 'r1', 'r1', 8).load(8, 'r0', 'r1', 0).exit().encode();
    const attachBtfId = layout.value.targets.bpf_iter_task_file;
    expect(BpfIterator.load({ name: 'cw_test', instructions, attachBtfId })).toMatchObject({
      ok: false,
      errno: 'EACCES',
      op: expect.stringMatching(/^BPF_PROG_LOAD \(R1 .*or_null/),
    });
  });
});

describe('what was found out', () => {
  let folder = '';
  const list = (): Promise<Reading<readonly Uint8Array[]>> => new LiveSource({ cacheFolder: folder }).listHeld(REQUEST);
  const file = (): string => join(folder, readdirSync(folder)[0] ?? 'none');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'closewait-bpf-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is kept for the next process, and kept anew where the file holds rubbish', async () => {
    expect((await list()).known).toBe(true);
    expect(readdirSync(folder)).toHaveLength(1);
    const kept = readFileSync(file(), 'utf8');
    writeFileSync(file(), kept.slice(0, 300));
    expect((await list()).known).toBe(true);
    expect(readFileSync(file(), 'utf8')).toBe(kept);
  });

  it('is believed: a kernel of which BPF tells other things is not asked by BPF any more', async () => {
    await list();
    const kept = JSON.parse(readFileSync(file(), 'utf8')) as object;
    writeFileSync(file(), JSON.stringify({ ...kept, mismatch: 'LISTEN: uid: 1, 2' }));
    expect(await list()).toMatchObject({ known: false, detail: expect.stringContaining('LISTEN: uid: 1, 2') });
  });

  it('is not asked for twice: a source that was refused goes on refusing', async () => {
    let asked = 0;
    const live = new LiveSource({ cacheFolder: null });
    const source: Pick<KernelSource, 'dumpSockets' | 'readFile' | 'readLink' | 'readInode'> = {
      dumpSockets: (namespace, request) => live.dumpSockets(namespace, request),
      readFile: (path) => live.readFile(path === BTF ? '/nonexistent' : path),
      readLink: (path) => live.readLink(path),
      readInode: (path) => {
        asked++;
        return live.readInode(path);
      },
    };
    const { BpfListings } = await import('./listings.ts');
    const listings = new BpfListings({ source, enter: (_namespace, open) => open(), findCacheFolder: () => null });
    const first = await listings.listHeld(REQUEST);
    expect(first).toMatchObject({ known: false, why: 'unsupported', hint: expect.stringContaining('BTF') });
    expect(await listings.listHeld(REQUEST)).toEqual(first);
    expect(asked).toBe(1);
  });
});
