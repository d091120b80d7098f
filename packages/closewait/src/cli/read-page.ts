import { readFileSync } from 'node:fs';
import type { CauseId } from '@closewait/core/facts';

/** The documentation page of a cause, from the checkout (docs/causes/) or beside the bundle (dist/causes/). */
export function readPage(cause: CauseId): string {
  const folder = import.meta.url.endsWith('.ts') ? '../../../../docs/causes/' : './causes/';
  return readFileSync(new URL(`${folder}${cause}.md`, import.meta.url), 'utf8');
}
