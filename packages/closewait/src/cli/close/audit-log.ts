import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ClosewaitError } from '@closewait/core/facts';
import { type AuditRecord, type CloseAudit, sayAudit } from '@closewait/core/orders';
import { safeJson, safeText } from '@closewait/core/report';
import { sendUnixDatagram } from '../../ffi/index.ts';

/** Where root's actions are written down unless another file is named. */
const DEFAULT_FILE = '/var/log/closewait/audit.jsonl';
/** The native protocol of systemd's journal (systemd.io/JOURNAL_NATIVE_PROTOCOL). */
const JOURNAL = '/run/systemd/journal/socket';
/** LOG_NOTICE of syslog(3): normal, and worth being noticed. */
const NOTICE = 5;

/** Where an audit goes. */
export interface AuditPlaces {
  /** Named by the user; undefined: the default file, for root and where it can be written. */
  readonly file: string | undefined;
  /** Default: that of systemd, where it is there. */
  readonly journal?: string;
}

/**
 * Writes records down: a line for each, on the disk before the command goes on, and the same to the journal where there is
 * one. Opened before anything is done, so that what cannot be written down is not done.
 */
export class AuditLog implements Disposable {
  readonly #file: { readonly path: string; readonly fd: number } | null;
  readonly #journal: string | null;
  #problem: string | null;
  #isBroken = false;

  private constructor(file: { path: string; fd: number } | null, journal: string | null, problem: string | null) {
    this.#file = file;
    this.#journal = journal;
    this.#problem = problem;
  }

  /**
   * @throws ClosewaitError `usage`: the file that was named cannot be opened for appending.
   */
  static open({ file, journal = JOURNAL }: AuditPlaces): AuditLog {
    const reached = isSocket(journal) ? journal : null;
    if (file !== undefined) return new AuditLog(openNamed(file), reached, null);
    if (process.geteuid?.() !== 0)
      return new AuditLog(null, reached, `${DEFAULT_FILE} is root's; --audit FILE names another`);
    try {
      mkdirSync(dirname(DEFAULT_FILE), { recursive: true, mode: 0o750 });
      return new AuditLog({ path: DEFAULT_FILE, fd: openForAppending(DEFAULT_FILE) }, reached, null);
    } catch (cause) {
      return new AuditLog(null, reached, `${DEFAULT_FILE}: ${codeOf(cause)}; --audit FILE names another`);
    }
  }

  /** Writes records down; answers where they are now. What cannot be written any more is said and does not undo what was done. */
  write(records: readonly AuditRecord[]): CloseAudit {
    if (this.#file !== null) this.#append(this.#file.fd, records);
    let journal = this.#journal !== null;
    for (const record of records) {
      if (this.#journal === null) break;
      const sent = sendUnixDatagram(this.#journal, toJournal(record));
      if (sent.ok) continue;
      journal = false;
      this.#problem ??= `the journal: ${sent.op}: ${sent.errno}`;
      break;
    }
    return { file: this.#file?.path ?? null, journal, problem: this.#problem };
  }

  /** Whether the file takes no more: what is done from now on would be written down nowhere. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  #append(fd: number, records: readonly AuditRecord[]): void {
    try {
      // One write a line: with O_APPEND lines of several commands do not mix.
      for (const record of records) {
        const line = Buffer.from(`${safeJson(record)}\n`);
        const written = writeSync(fd, line);
        if (written < line.length) throw Object.assign(new Error('short write'), { code: 'ENOSPC' });
      }
      fsyncSync(fd);
    } catch (cause) {
      this.#isBroken = true;
      this.#problem = `${this.#file?.path ?? ''}: ${codeOf(cause)}`;
    }
  }

  [Symbol.dispose](): void {
    if (this.#file !== null) closeSync(this.#file.fd);
  }
}

function openNamed(path: string): { readonly path: string; readonly fd: number } {
  try {
    return { path, fd: openForAppending(path) };
  } catch (cause) {
    throw new ClosewaitError('usage', `--audit ${path}: ${codeOf(cause)}`, {
      cause,
      hint: 'name a plain file that can be written; nothing was done',
    });
  }
}

/** No link is followed and nothing but a plain file is written to: root appends to it. */
function openForAppending(path: string): number {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = openSync(path, flags, 0o600);
  try {
    if (!fstatSync(fd).isFile()) throw Object.assign(new Error('not a plain file'), { code: 'no plain file' });
    endLastLine(fd);
    return fd;
  } catch (cause) {
    closeSync(fd);
    throw cause;
  }
}

/** A command that was killed while it wrote may have left half a line (generic_perform_write, mm/filemap.c): it spoils no other one. */
function endLastLine(fd: number): void {
  const { size } = fstatSync(fd);
  const last = Buffer.alloc(1);
  if (size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a) writeSync(fd, '\n');
}

/** Fields are KEY=VALUE lines; values without line breaks, which JSON and safe text have none of. */
function toJournal(record: AuditRecord): Buffer {
  const fields = [
    `MESSAGE=${safeText(sayAudit(record))}`,
    `PRIORITY=${NOTICE}`,
    'SYSLOG_IDENTIFIER=closewait',
    `CLOSEWAIT_AUDIT=${safeJson(record)}`,
  ];
  return Buffer.from(`${fields.join('\n')}\n`);
}

function isSocket(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

function codeOf(cause: unknown): string {
  const { code } = cause as Partial<NodeJS.ErrnoException>;
  if (code === undefined) throw cause;
  return code === 'ELOOP' ? 'it is a symbolic link' : code;
}
