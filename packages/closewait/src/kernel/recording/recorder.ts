import type {
  DescriptorTable,
  DumpRequest,
  HeldRequest,
  Holder,
  KernelSource,
  LookTime,
  NamespaceRef,
  NetworkFile,
  Reading,
  TableRef,
  Timed,
} from '@closewait/core/facts';
import { mapReading } from '@closewait/core/facts';
import type { TcpState } from '@closewait/core/tcp';
import { ANSWERS, type AnswerCodec } from './answers.ts';
import { encodeEnd, encodeEntry, encodeHeader, entryKey, lookKey } from './format.ts';

/** Options of {@link Recorder}. */
export interface RecorderOptions {
  /** Version of the program, for the header. */
  readonly writtenBy: string;
  /** Default false: arguments of other processes may be secrets and are masked. */
  readonly withArguments?: boolean;
}

/** A kernel source that passes every question on and writes every answer down, once for each question. */
export class Recorder implements KernelSource {
  readonly origin: string;
  readonly #source: KernelSource;
  readonly #write: (line: string) => void;
  readonly #withArguments: boolean;
  readonly #written = new Set<string>();
  #look = 0;

  /** `write` gets whole lines in order; {@link Recorder.close} writes the last one. */
  constructor(source: KernelSource, write: (line: string) => void, options: RecorderOptions) {
    this.origin = source.origin;
    this.#source = source;
    this.#write = write;
    this.#withArguments = options.withArguments ?? false;
    write(encodeHeader(options.writtenBy));
  }

  beginLook(): LookTime {
    this.#look++;
    return this.#keep(entryKey('beginLook'), ANSWERS.time, this.#source.beginLook());
  }

  pause(ms: number): Promise<void> {
    return this.#source.pause(ms);
  }

  dumpSockets(namespace: NamespaceRef, request: DumpRequest): Reading<readonly Uint8Array[]> {
    const { family, ...asked } = request;
    const { states, extensions, localPort = '' } = asked;
    const answer = this.#source.dumpSockets(namespace, request);
    const dump = mapReading(answer, (datagrams) => ({ ...asked, datagrams }));
    this.#keep(
      entryKey('dumpSockets', namespace.inode, family, states.join(','), extensions.join(','), localPort),
      ANSWERS.dump,
      dump,
    );
    return answer;
  }

  readFile(path: string): Reading<Uint8Array> {
    const answer = this.#source.readFile(path);
    const secret = !this.#withArguments && path.endsWith('/cmdline');
    const kept = secret ? mapReading(answer, maskCommandLine) : answer;
    return this.#keep(entryKey('readFile', path), ANSWERS.bytes, kept);
  }

  readDirectory(path: string): Reading<readonly string[]> {
    return this.#keep(entryKey('readDirectory', path), ANSWERS.names, this.#source.readDirectory(path));
  }

  readLink(path: string): Reading<string> {
    return this.#keep(entryKey('readLink', path), ANSWERS.text, this.#source.readLink(path));
  }

  readInode(path: string): Reading<number> {
    return this.#keep(entryKey('readInode', path), ANSWERS.number, this.#source.readInode(path));
  }

  readNetworkFile(namespace: NamespaceRef, name: NetworkFile): Reading<Uint8Array> {
    const key = entryKey('readNetworkFile', namespace.inode, name);
    return this.#keep(key, ANSWERS.bytes, this.#source.readNetworkFile(namespace, name));
  }

  async readDescriptors(tables: readonly TableRef[]): Promise<readonly Reading<DescriptorTable>[]> {
    const look = this.#look;
    const answers = await this.#source.readDescriptors(tables);
    for (const [index, { pid, tid }] of tables.entries()) {
      const answer = answers[index];
      if (answer !== undefined) this.#keep(entryKey('readDescriptors', pid, tid), ANSWERS.table, answer, look);
    }
    return answers;
  }

  async listHeld(request: HeldRequest, onChunk?: (chunk: Uint8Array) => void): Promise<Reading<readonly Uint8Array[]>> {
    const { states, congested, instances } = request;
    // Answers may come after the next look has begun; they belong to the one that asked.
    const look = this.#look;
    const answer = await this.#source.listHeld(request, onChunk);
    const held = mapReading(answer, (chunks) => ({ states, congested, instances, chunks }));
    this.#keep(entryKey('listHeld', states.join(','), `${congested}`, `${instances}`), ANSWERS.held, held, look);
    return answer;
  }

  async listSocketUses(namespace: NamespaceRef, states: readonly TcpState[]): Promise<Reading<readonly Uint8Array[]>> {
    const look = this.#look;
    const answer = await this.#source.listSocketUses(namespace, states);
    this.#keep(entryKey('listSocketUses', namespace.inode, states.join(',')), ANSWERS.chunks, answer, look);
    return answer;
  }

  shareDescriptors(tidA: number, tidB: number): Reading<boolean> {
    return this.#keep(
      entryKey('shareDescriptors', tidA, tidB),
      ANSWERS.flag,
      this.#source.shareDescriptors(tidA, tidB),
    );
  }

  countDescriptors(pid: number): Reading<number> {
    return this.#keep(entryKey('countDescriptors', pid), ANSWERS.number, this.#source.countDescriptors(pid));
  }

  readSchedulerClock(cpu: number): Reading<number> {
    return this.#keep(entryKey('readSchedulerClock', cpu), ANSWERS.number, this.#source.readSchedulerClock(cpu));
  }

  readSocketProtocol(holder: Holder): Reading<string> {
    const { pid, tid, fd } = holder;
    return this.#keep(
      entryKey('readSocketProtocol', pid, tid, fd),
      ANSWERS.text,
      this.#source.readSocketProtocol(holder),
    );
  }

  readTcpInfo(holder: Holder, inode: number): Reading<Uint8Array> {
    const { pid, tid, fd } = holder;
    return this.#keep(
      entryKey('readTcpInfo', pid, tid, fd, inode),
      ANSWERS.bytes,
      this.#source.readTcpInfo(holder, inode),
    );
  }

  timed<T>(name: string, work: () => T): Timed<T> {
    const result = this.#source.timed(name, work);
    this.#keep(entryKey('timed', name), ANSWERS.ms, result.ms);
    return result;
  }

  async timedAsync<T>(name: string, work: () => Promise<T>): Promise<Timed<T>> {
    const look = this.#look;
    const result = await this.#source.timedAsync(name, work);
    this.#keep(entryKey('timed', name), ANSWERS.ms, result.ms, look);
    return result;
  }

  /** Ends the recording. */
  close(): void {
    this.#write(encodeEnd(this.#written.size));
    this.#source.close();
  }

  /** The first answer to a question in a look is the one that a replay gives. */
  #keep<T>(question: string, codec: AnswerCodec<T>, answer: T, look = this.#look): T {
    const key = lookKey(look, question);
    if (!this.#written.has(key)) {
      this.#written.add(key);
      this.#write(encodeEntry({ key, answer: codec.encode(answer) }));
    }
    return answer;
  }
}

/** The program's name stays, each argument becomes an ellipsis. */
function maskCommandLine(bytes: Uint8Array): Uint8Array {
  const [program = '', ...others] = Buffer.from(bytes).toString('latin1').split('\0');
  const end = others.pop();
  if (end === undefined) return bytes;
  return Buffer.concat([Buffer.from(program, 'latin1'), Buffer.from(`\0${others.map(() => '…\0').join('')}`)]);
}
