import { readFileSync } from 'node:fs';
import { ClosewaitError } from '@closewait/core/facts';
import { type ParsedPolicy, parsePolicy } from './parse-policy.ts';

/**
 * Reads a policy file.
 *
 * @throws ClosewaitError `usage`: the file cannot be read.
 */
export function readPolicy(path: string): ParsedPolicy {
  const bytes = readBytes(path);
  try {
    return parsePolicy(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    if (
      !(cause instanceof TypeError) ||
      (cause as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA'
    ) {
      throw cause;
    }
    return { ok: false, problems: [{ line: 1, column: 1, says: 'expected a text in UTF-8' }] };
  }
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const errno = (cause as NodeJS.ErrnoException).code;
    if (errno === undefined) throw cause;
    throw new ClosewaitError('usage', `cannot read the policy ${path}: ${errno}`, {
      errno,
      cause,
      hint: 'docs/policy.md',
    });
  }
}
