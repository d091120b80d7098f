import { globSync, readFileSync } from 'node:fs';
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
    const file = globSync('{LICENSE,LICENCE,license}*', { cwd: folder })[0];
    if (file === undefined) throw new Error(`${folder} has no license file`);
    return `${name}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(80)}\n\n`);
}
