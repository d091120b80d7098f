import { existsSync, globSync, realpathSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { findCycles } from './find-cycles.ts';
import { type ImportSite, readImports } from './read-imports.ts';
import { OWNED_PACKAGES, ROOMS, type Room } from './rooms.ts';

/**
 * - `table`: the room may not import that room.
 * - `face`: another room is imported by something else than its index.ts.
 * - `border`: a file of another package is imported by its path instead of by the package's name.
 * - `pure`: a pure room imports a built-in module or an npm package.
 * - `owner`: an npm package that belongs to one room is imported by another.
 * - `outside`: source code imports a test, a tool or anything else that is in no room.
 * - `homeless`: a source file lies in no room.
 * - `unresolved`: the import leads to no file, or its target is computed.
 * - `cycle`: files import each other in a ring.
 */
export type Rule = 'table' | 'face' | 'border' | 'pure' | 'owner' | 'outside' | 'homeless' | 'unresolved' | 'cycle';

/** One import that must not be. */
export interface Violation {
  readonly rule: Rule;
  readonly file: string;
  readonly line: number;
  readonly says: string;
}

/** What was looked at, and what is wrong in it. */
export interface ImportCheck {
  readonly files: number;
  readonly imports: number;
  readonly violations: readonly Violation[];
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file);
const roomOf = (file: string): Room | undefined => ROOMS.find((room) => file.startsWith(`${room.folder}/`));
const packageOf = (file: string): string => file.split('/').slice(0, 2).join('/');
const packageName = (specifier: string): string => {
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
};

/** The file of the checkout to which an import leads; null where there is none. */
function target(root: string, file: string, specifier: string): string | null {
  const path = specifier.startsWith('.') ? resolve(root, file, '..', specifier) : resolvePackage(root, file, specifier);
  return path && existsSync(path) ? relative(root, realpathSync(path)) : null;
}

function resolvePackage(root: string, file: string, specifier: string): string | null {
  try {
    return createRequire(join(root, file)).resolve(specifier);
  } catch (error) {
    // ERR_PACKAGE_PATH_NOT_EXPORTED or MODULE_NOT_FOUND: the caller reports the import as unresolved.
    if (error instanceof Error && 'code' in error) return null;
    throw error;
  }
}

/** What is wrong with an import of a built-in module or an npm package. */
function refuseForeign(room: Room, file: string, specifier: string): [Rule, string] | null {
  const name = packageName(specifier);
  const owner = OWNED_PACKAGES[name];
  if (owner !== undefined && owner !== room.name) return ['owner', `only ${owner} imports ${name}`];
  if (!room.pure || isTest(file)) return null;
  const sideDoor = room.sideDoors?.[relative(room.folder, file)];
  return sideDoor?.packages.includes(name) ? null : ['pure', `${room.name} is pure and imports ${specifier}`];
}

/** The package.json of the package that a file belongs to: its version is no source code, and no secret either. */
function manifestOf(file: string): string {
  return `${file.split('/').slice(0, 2).join('/')}/package.json`;
}

/** What is wrong with an import of a file of this checkout. */
function refuseFile(room: Room, file: string, specifier: string, to: string): [Rule, string] | null {
  if (to === manifestOf(file) && !room.pure) return null;
  const other = roomOf(to);
  if (isTest(to) || !other) {
    return isTest(file) && !isTest(to) ? null : ['outside', `${to} is no source code of a room`];
  }
  if (other === room) return null;
  if (!room.mayImport.includes(other.name)) {
    return ['table', `${room.name} may import ${room.mayImport.join(', ') || 'no room'}, not ${other.name}`];
  }
  const door = relative(other.folder, to);
  if (door !== 'index.ts' && !other.sideDoors?.[door]) return ['face', `${to} is not the face of ${other.name}`];
  if (specifier.startsWith('.') && packageOf(file) !== packageOf(to)) {
    return ['border', `${to} is in another package: import it by the package's name`];
  }
  return null;
}

/** Holds every source file below packages/ against the import table. `root` is an absolute path. */
export function checkImports(root: string): ImportCheck {
  const files = globSync('packages/*/src/**/*.{ts,tsx}', { cwd: root }).toSorted();
  const violations: Violation[] = [];
  const graph = new Map<string, string[]>();
  let imports = 0;

  const checkSite = (room: Room, file: string, { specifier, line }: ImportSite): void => {
    const refuse = (rule: Rule, says: string): number => violations.push({ rule, file, line, says });
    if (specifier === null) return void refuse('unresolved', 'the target of an import is written out');
    const isOwn = specifier.startsWith('.') || specifier.startsWith('@closewait/');
    if (!isOwn || isBuiltin(specifier)) {
      const refused = refuseForeign(room, file, specifier);
      if (refused) refuse(...refused);
      return;
    }
    const to = target(root, file, specifier);
    if (to === null) return void refuse('unresolved', `${specifier} leads to no file`);
    graph.get(file)?.push(to);
    const refused = refuseFile(room, file, specifier, to);
    if (refused) refuse(...refused);
  };

  for (const file of files) {
    graph.set(file, []);
    const room = roomOf(file);
    if (!room) {
      violations.push({ rule: 'homeless', file, line: 1, says: 'lies in no room of the import table' });
      continue;
    }
    for (const site of readImports(join(root, file))) {
      imports += 1;
      checkSite(room, file, site);
    }
  }
  for (const cycle of findCycles(graph)) {
    violations.push({ rule: 'cycle', file: cycle[0] ?? '', line: 1, says: [...cycle, cycle[0]].join(' -> ') });
  }
  return { files: files.length, imports, violations };
}
