import { decodeBuildId } from '@closewait/core/codec';
import { type HeldRequest, known, type NamespaceRef, type Reading, type Unknown, unknown } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import type { SystemResult } from '../../ffi/index.ts';
import type { PlainSource } from './examine-kernel.ts';
import { type KernelEntry, readKernelEntry, writeKernelEntry } from './layout-cache.ts';
import { type ProgramParts, walkHeld, walkUses } from './walk.ts';
import { whyNumbersDiffer } from './why-not.ts';

/** What the listings need of their surroundings. */
export interface ListingsOptions {
  readonly source: PlainSource;
  /** Runs `open` with the calling thread in a network namespace. */
  readonly enter: (namespace: NamespaceRef, open: () => SystemResult<number>) => SystemResult<number>;
  /** Finds the folder where what was found out about a kernel is kept; null: nowhere. */
  readonly findCacheFolder: () => string | null;
}

/**
 * Lists descriptors and sockets with BPF iterators. What the kernel is like is found out once, at the first question; a
 * refusal is then the answer to every question, because nothing about it changes while this process runs.
 */
export class BpfListings {
  readonly #options: ListingsOptions;
  #prepared: Promise<Reading<ProgramParts>> | undefined;
  #refused: Unknown | undefined;

  constructor(options: ListingsOptions) {
    this.#options = options;
  }

  async listHeld(request: HeldRequest, onChunk?: (chunk: Uint8Array) => void): Promise<Reading<readonly Uint8Array[]>> {
    const parts = await this.#prepare();
    if (!parts.known) return parts;
    const listed = await walkHeld(parts.value, request, onChunk);
    // A walk that was refused would be refused again.
    if (!listed.known) this.#refused = listed;
    return listed;
  }

  async listSocketUses(namespace: NamespaceRef, states: readonly TcpState[]): Promise<Reading<readonly Uint8Array[]>> {
    const parts = await this.#prepare();
    if (!parts.known) return parts;
    return walkUses(parts.value, states, (open) => this.#options.enter(namespace, open));
  }

  #prepare(): Promise<Reading<ProgramParts>> {
    if (this.#refused !== undefined) return Promise.resolve(this.#refused);
    this.#prepared ??= this.#findOut();
    return this.#prepared;
  }

  async #findOut(): Promise<Reading<ProgramParts>> {
    const { source, findCacheFolder } = this.#options;
    const differ = whyNumbersDiffer(source);
    if (differ !== null) return differ;
    const notes = source.readFile('/sys/kernel/notes');
    const buildId = notes.known ? decodeBuildId(notes.value) : null;
    const cacheFolder = buildId === null ? null : findCacheFolder();
    const kept = cacheFolder === null || buildId === null ? null : readKernelEntry(cacheFolder, buildId);
    if (kept !== null) return verdictOf(kept);
    // Needed once for each kernel.
    const { examineKernel } = await import('./examine-kernel.ts');
    const entry = await examineKernel(source);
    if (!entry.known) return entry;
    if (cacheFolder !== null && buildId !== null) writeKernelEntry(cacheFolder, buildId, entry.value);
    return verdictOf(entry.value);
  }
}

function verdictOf({ hz, layout, mismatch }: KernelEntry): Reading<ProgramParts> {
  if (mismatch === null) return known({ layout, clock: { hz } });
  return unknown('unsupported', `BPF and sock_diag say different things about a socket of our own: ${mismatch}`);
}
