#!/usr/bin/env node
import { ClosewaitError } from '@closewait/core/facts';
import { safeText } from '@closewait/core/report';
import { runProgram } from './program.ts';

try {
  process.exitCode = await runProgram(process.argv.slice(2));
} catch (cause) {
  if (!(cause instanceof ClosewaitError)) throw cause;
  const hint = cause.hint === undefined ? '' : `; ${cause.hint}`;
  process.stderr.write(`closewait: ${safeText(`${cause.message}${hint}`)}\n`);
  process.exitCode = cause.exitCode;
}
