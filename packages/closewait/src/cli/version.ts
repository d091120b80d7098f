import { readFileSync } from 'node:fs';

/** The version of the package, the same from source (src/cli/) and bundled (dist/). */
export function readVersion(): string {
  const up = import.meta.url.endsWith('.ts') ? '../../package.json' : '../package.json';
  const { version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { readonly version: string };
  return version;
}
