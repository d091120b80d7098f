import { enableCompileCache } from 'node:module';
import { findCacheFolder } from '../cache/index.ts';

/**
 * Keeps what V8 compiles of whatever is imported from now on, for the next start. What is kept there will be run, so it is kept only in
 * a folder where nobody else can write; what does not fit this Node.js or these files is compiled anew
 * (docs/adr/0011-compile-cache.md).
 */
export function keepCompiled(): void {
  const folder = findCacheFolder();
  if (folder !== null) enableCompileCache(`${folder}/code`);
}
