import { ClosewaitError, EXIT_CODE_OF } from '@closewait/core/facts';
import { safeText } from '@closewait/core/report';

/** What a command that has thrown says on standard error, and its exit code. */
export function explainFailure(cause: unknown): { readonly says: string; readonly exitCode: number } {
  if (cause instanceof ClosewaitError) {
    const hint = cause.hint === undefined ? '' : `; ${cause.hint}`;
    return { says: `closewait: ${safeText(`${cause.message}${hint}`)}\n`, exitCode: cause.exitCode };
  }
  const { code, syscall } = cause as Partial<NodeJS.ErrnoException>;
  if (syscall === 'write' && code !== undefined) {
    // A full disk, a terminal that is gone: nothing that a report of a defect would help.
    return { says: `closewait: cannot write what it found: ${code}\n`, exitCode: EXIT_CODE_OF['cannot-look'] };
  }
  // A defect of this program. Node's own exit code for it is 1, which here means findings.
  const trace = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const lines = trace.split('\n').map(safeText).join('\n');
  return { says: `closewait: a defect, please report it\n${lines}\n`, exitCode: EXIT_CODE_OF.internal };
}
