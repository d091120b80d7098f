import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licenses of the npm packages that `modules` come from: they ask to go with every copy, and a bundle is one.
 *
 * Throws where a package has no license file.
 */
export function licensesOf(modules: readonly string[]): string {
  const inPackage = /^.*\/node_modules\/(?<name>(?:@[^/]+\/)?[^/]+)/;
  const packages = new Map<string, string>();
  for (const module of modules) {
    const match = inPackage.exec(module);
    if (match?.groups?.['name']) packages.set(match.groups['name'], match[0]);
  }
  const texts = [...packages.keys()].toSorted().map((name) => {
    const folder = packages.get(name) ?? '';
    return `${name}\n\n${readFileSync(findLicense(name, folder), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}

/** In the package; where it comes without, the text of its repository is kept here. */
function findLicense(name: string, folder: string): string {
  const [file] = globSync('{LICENSE,LICENCE,license}*', { cwd: folder });
  const kept = join(import.meta.dirname, 'licenses', `${name.replace('/', '-')}.txt`);
  if (file !== undefined) return join(folder, file);
  if (existsSync(kept)) return kept;
  throw new Error(`${folder} has no license file`);
}
