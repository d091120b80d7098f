import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BtfField } from '@closewait/core/codec';
import { FIELD_NAMES, type Layout, TARGETS } from './layout.ts';

/** Raised with every change of the programs or of what they read: what an older one found out is then asked anew. */
const VERSION = 2;

/** What is known about one build of the kernel. */
export interface KernelEntry {
  readonly hz: number;
  readonly layout: Layout;
  /** Null: our programs said the same as /proc and sock_diag. Otherwise what differed, and they are not used. */
  readonly mismatch: string | null;
}

/**
 * What was found out about the kernel with this build id; null where nothing was, by this version of the programs, or
 * where the file holds anything else than {@link writeKernelEntry} writes. Reading it takes 0.3 ms, BTF takes 50.
 */
export function readKernelEntry(folder: string, buildId: string): KernelEntry | null {
  try {
    return entryOf(JSON.parse(readFileSync(pathOf(folder, buildId), 'utf8')), buildId);
  } catch {
    // Not there, not readable, not JSON: it is made anew.
    return null;
  }
}

/** Replaces the entry at once, so that nobody reads half of one. Whether that worked does not matter. */
export function writeKernelEntry(folder: string, buildId: string, entry: KernelEntry): void {
  const path = pathOf(folder, buildId);
  const unfinished = `${path}.${process.pid}`;
  try {
    writeFileSync(unfinished, `${JSON.stringify({ version: VERSION, buildId, ...entry })}\n`, { mode: 0o600 });
    renameSync(unfinished, path);
  } catch {
    // A full or read-only disk: the next run asks the kernel again.
    rmSync(unfinished, { force: true });
  }
}

/** A build id is hexadecimal, decodeBuildId sees to that. */
function pathOf(folder: string, buildId: string): string {
  return join(folder, `kernel-${buildId}.json`);
}

/** Offsets go into a program that the kernel checks, but only this says whether they are those of this kernel. */
function entryOf(json: unknown, buildId: string): KernelEntry | null {
  const { version, buildId: written, hz, layout, mismatch } = fieldsOf(json);
  if (version !== VERSION || written !== buildId || !isCount(hz) || hz === 0 || hz > 1000) return null;
  if (mismatch !== null && typeof mismatch !== 'string') return null;
  const { fields, targets } = fieldsOf(layout);
  const [readFields, readTargets] = [fieldsOf(fields), fieldsOf(targets)];
  if (!FIELD_NAMES.every((name) => isField(readFields[name]))) return null;
  if (!TARGETS.every((target) => isCount(readTargets[target]))) return null;
  return {
    hz,
    layout: { fields: readFields as unknown as Layout['fields'], targets: readTargets as unknown as Layout['targets'] },
    mismatch,
  };
}

function isField(json: unknown): json is BtfField {
  const { offset, size, bits } = fieldsOf(json);
  const { shift, count } = fieldsOf(bits);
  return (
    isCount(offset) && isCount(size) && (bits === null || (isCount(shift) && isCount(count) && shift + count <= 64))
  );
}

function isCount(json: unknown): json is number {
  return typeof json === 'number' && Number.isSafeInteger(json) && json >= 0;
}

function fieldsOf(json: unknown): Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null ? { ...json } : {};
}
