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
  type Reading,
  unknown,
} from '@closewait/core/facts';
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
import { runDump } from './dump.ts';
import {
  countEntries,
  readDescriptorTable,
  readProcDirectory,
  readProcFile,
  readProcInode,
  readProcLink,
} from './proc-files.ts';
import { refusal } from './refusal.ts';

/** Options of {@link LiveSource}. */
export interface LiveOptions {
  /** Where procfs is mounted; a container that sees the host's at /host/proc names it. Default `/proc`. */
  readonly procRoot?: string;
}

/** The running kernel. Nothing is kept between calls; every call is one question to the kernel. */
export class LiveSource implements KernelSource {
  readonly origin = 'this host';
  readonly #procRoot: string;
  #ownNamespace: number | undefined;

  constructor(options: LiveOptions = {}) {
    this.#procRoot = options.procRoot ?? '/proc';
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

  readDescriptors(pid: number, tid: number): Reading<DescriptorTable> {
    return readDescriptorTable(this.#locate(`/proc/${pid}/task/${tid}/fd`));
  }

  async listHeld(_request: HeldRequest): Promise<Reading<readonly Uint8Array[]>> {
    return unknown('unsupported', 'BPF iterators are not used yet');
  }

  async listSocketUses(_namespace: NamespaceRef): Promise<Reading<readonly Uint8Array[]>> {
    return unknown('unsupported', 'BPF iterators are not used yet');
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

  timed<T>(_name: string, work: () => T): { readonly value: T; readonly ms: number } {
    const start = performance.now();
    const value = work();
    return { value, ms: Math.round((performance.now() - start) * 100) / 100 };
  }

  close(): void {
    // Nothing is kept open between calls.
  }

  #locate(path: string): string {
    return this.#procRoot === '/proc' ? path : path.replace(/^\/proc(?=\/|$)/, this.#procRoot);
  }

  /** A socket stays in the namespace where it was opened, so the thread is back before the dump begins. */
  #openNetlink(namespace: NamespaceRef): SystemResult<NetlinkSocket> {
    this.#ownNamespace ??= readOwnNamespace();
    if (namespace.inode === this.#ownNamespace) return NetlinkSocket.open();
    return inNetworkNamespace(this.#locate(namespace.path), () => NetlinkSocket.open());
  }
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
