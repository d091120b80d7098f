#!/usr/bin/env node
import { ClosewaitError, EXIT_CODE_OF } from '@closewait/core/facts';
import { safeText } from '@closewait/core/report';
import { runProgram } from './program.ts';

try {
  process.exitCode = await runProgram(process.argv.slice(2));
} catch (cause) {
  if (cause instanceof ClosewaitError) {
    const hint = cause.hint === undefined ? '' : `; ${cause.hint}`;
    process.stderr.write(`closewait: ${safeText(`${cause.message}${hint}`)}\n`);
    process.exitCode = cause.exitCode;
  } else {
    // A defect of this program. Node's own exit code for it is 1, which here means findings.
    const trace = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    process.stderr.write(`closewait: a defect, please report it\n${trace.split('\n').map(safeText).join('\n')}\n`);
    process.exitCode = EXIT_CODE_OF.internal;
  }
}
