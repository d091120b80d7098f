import { decodeText } from '@closewait/core/codec';

/** What /proc/PID/status says of who else has a hand in a thread, see proc_pid_status(5). */
export interface OwnerStatus {
  /** A thread of the kernel; the line is there since Linux 6.8. */
  readonly isKernels: boolean;
  /** The process that traces it; 0: none. */
  readonly tracerPid: number;
  /** A seccomp filter, or the strict mode, judges its calls. */
  readonly isFiltered: boolean;
}

/** Null where a line is missing. The kernel escapes newlines in names, so that no name forges a line. */
export function decodeOwnerStatus(bytes: Uint8Array): OwnerStatus | null {
  const text = decodeText(bytes);
  const tracer = /^TracerPid:\t(\d+)$/m.exec(text)?.[1];
  // Without CONFIG_SECCOMP there is no line, and no filter.
  const seccomp = /^Seccomp:\t(\d+)$/m.exec(text)?.[1] ?? '0';
  if (tracer === undefined) return null;
  return { isKernels: /^Kthread:\t1$/m.test(text), tracerPid: Number(tracer), isFiltered: seccomp !== '0' };
}
