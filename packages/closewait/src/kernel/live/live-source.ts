import { setTimeout } from 'node:timers/promises';
import { decodeProcSched, describeProblem } from '@closewait/core/codec';
import {
  type DescriptorTable,
  type DumpRequest,
  type HeldRequest,
  type Holder,
  type KernelSource,
  known,
  type LookTime,
  type NamespaceRef,
  type NetworkFile,
  type Reading,
  type TableRef,
  type Timed,
  unknown,
} from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { findCacheFolder } from '../../cache/index.ts';
import {
  bootTimeMs,
  inNetworkNamespace,
  NetlinkSocket,
  onProcessor,
  type SystemResult,
  shareDescriptorTable,
  socketProtocolName,
  tcpInfoOfDescriptor,
} from '../../ffi/index.ts';
import { BpfListings, type ListingsOptions } from '../bpf/index.ts';
import { runDump } from './dump.ts';
import { countEntries, readProcDirectory, readProcFile, readProcInode, readProcLink } from './proc-files.ts';
import { readTables } from './read-tables.ts';
import { refusal } from './refusal.ts';

/** Options of {@link LiveSource}. */
export interface LiveOptions {
  /** Where procfs is mounted; a container that sees the host's at /host/proc names it. Default `/proc`. */
  readonly procRoot?: string;
  /** Default true: list held sockets with BPF where the kernel allows it. */
  readonly bpf?: boolean;
  /** Where what was found out about the kernel is kept; default: the user's cache folder. Null: nowhere. */
  readonly cacheFolder?: string | null;
}

/** The running kernel. Nothing is kept between calls; every call is one question to the kernel. */
export class LiveSource implements KernelSource {
  readonly origin = 'this host';
  readonly #procRoot: string;
  readonly #listings: Reading<BpfListings>;
  #ownNamespace: number | undefined;

  constructor(options: LiveOptions = {}) {
    this.#procRoot = options.procRoot ?? '/proc';
    this.#listings = this.#openListings(options);
  }

  beginLook(): LookTime {
    return { epochMs: Date.now(), bootMs: bootTimeMs() };
  }

  async pause(ms: number): Promise<void> {
    await setTimeout(ms);
  }

  dumpSockets(namespace: NamespaceRef, request: DumpRequest): Reading<readonly Uint8Array[]> {
    return runDump(() => this.#openNetlink(namespace), request);
  }

  readFile(path: string): Reading<Uint8Array> {
    return readProcFile(this.#locate(path));
  }

  readDirectory(path: string): Reading<readonly string[]> {
    return readProcDirectory(this.#locate(path));
  }

  readLink(path: string): Reading<string> {
    return readProcLink(this.#locate(path));
  }

  readInode(path: string): Reading<number> {
    return readProcInode(this.#locate(path));
  }

  readNetworkFile(namespace: NamespaceRef, name: NetworkFile): Reading<Uint8Array> {
    if (this.#isOwn(namespace)) return readProcFile(`/proc/thread-self/net/${name}`);
    const read = inNetworkNamespace(this.#locate(namespace.path), () => ({
      ok: true,
      value: readProcFile(`/proc/thread-self/net/${name}`),
    }));
    return read.ok ? read.value : refusal(read, 'network namespace', 'run as root, or with CAP_SYS_ADMIN');
  }

  readDescriptors(tables: readonly TableRef[]): Promise<readonly Reading<DescriptorTable>[]> {
    return readTables(tables.map(({ pid, tid }) => this.#locate(`/proc/${pid}/task/${tid}/fd`)));
  }

  async listHeld(request: HeldRequest, onChunk?: (chunk: Uint8Array) => void): Promise<Reading<readonly Uint8Array[]>> {
    return this.#listings.known ? this.#listings.value.listHeld(request, onChunk) : this.#listings;
  }

  async listSocketUses(namespace: NamespaceRef, states: readonly TcpState[]): Promise<Reading<readonly Uint8Array[]>> {
    return this.#listings.known ? this.#listings.value.listSocketUses(namespace, states) : this.#listings;
  }

  shareDescriptors(tidA: number, tidB: number): Reading<boolean> {
    return answer(shareDescriptorTable(tidA, tidB), `${tidA} ${tidB}`);
  }

  countDescriptors(pid: number): Reading<number> {
    return countEntries(this.#locate(`/proc/${pid}/fd`));
  }

  readSchedulerClock(cpu: number): Reading<number> {
    const read = onProcessor(cpu, () => ({ ok: true, value: this.readFile('/proc/thread-self/sched') }));
    if (!read.ok) return refusal(read, `processor ${cpu}`);
    if (!read.value.known) {
      const { why, detail } = read.value;
      return why === 'gone' ? unknown('unsupported', `${detail}: no CONFIG_SCHED_DEBUG`) : read.value;
    }
    const decoded = decodeProcSched(read.value.value);
    return decoded.ok ? known(decoded.value.lastRanMs) : unknown('garbled', describeProblem(decoded.problem));
  }

  readSocketProtocol({ pid, tid, fd }: Holder): Reading<string> {
    const path = this.#locate(`/proc/${pid}/task/${tid}/fd/${fd}`);
    return answer(socketProtocolName(path), path);
  }

  readTcpInfo(holder: Holder, inode: number): Reading<Uint8Array> {
    return answer(tcpInfoOfDescriptor(holder, inode), `descriptor ${holder.fd} of ${holder.pid}`);
  }

  timed<T>(_name: string, work: () => T): Timed<T> {
    const start = performance.now();
    const value = work();
    return { value, ms: since(start) };
  }

  async timedAsync<T>(_name: string, work: () => Promise<T>): Promise<Timed<T>> {
    const start = performance.now();
    const value = await work();
    return { value, ms: since(start) };
  }

  close(): void {
    // Nothing is kept open between calls.
  }

  #locate(path: string): string {
    return this.#procRoot === '/proc' ? path : path.replace(/^\/proc(?=\/|$)/, this.#procRoot);
  }

  #isOwn({ inode }: NamespaceRef): boolean {
    this.#ownNamespace ??= readOwnNamespace();
    return inode === this.#ownNamespace;
  }

  #openListings({ bpf = true, cacheFolder }: LiveOptions): Reading<BpfListings> {
    if (!bpf) return unknown('not-asked', 'BPF is switched off');
    // Of another pid namespace, perhaps: the numbers of its processes would not be those that BPF tells.
    if (this.#procRoot !== '/proc') return unknown('unsupported', `BPF with procfs at ${this.#procRoot}`);
    const enter: ListingsOptions['enter'] = (namespace, open) =>
      this.#isOwn(namespace) ? open() : inNetworkNamespace(this.#locate(namespace.path), open);
    const findFolder = cacheFolder === undefined ? findCacheFolder : (): string | null => cacheFolder;
    return known(new BpfListings({ source: this, enter, findCacheFolder: findFolder }));
  }

  /** A socket stays in the namespace where it was opened, so the thread is back before the dump begins. */
  #openNetlink(namespace: NamespaceRef): SystemResult<NetlinkSocket> {
    if (this.#isOwn(namespace)) return NetlinkSocket.open();
    return inNetworkNamespace(this.#locate(namespace.path), () => NetlinkSocket.open());
  }
}

/** Milliseconds, to two digits. */
function since(start: number): number {
  return Math.round((performance.now() - start) * 100) / 100;
}

function readOwnNamespace(): number {
  const inode = readProcInode('/proc/thread-self/ns/net');
  return inode.known ? inode.value : 0;
}

function answer<T>(result: SystemResult<T>, object: string): Reading<T> {
  if (result.ok) return known(result.value);
  const problem = refusal(result, object);
  return problem.why === 'denied' ? { ...problem, hint: 'run as root, or with CAP_SYS_PTRACE' } : problem;
}
