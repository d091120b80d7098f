import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS } from './rooms.ts';

const names = ROOMS.map((room) => room.name);
const MEANS: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  'every room of core': names.filter((name) => name.startsWith('core/')),
  'every room': names.filter((name) => !['cli', 'guard', 'web'].includes(name)),
};

/** The rows of the table in ARCHITECTURE.md: folder to the rooms it may import. */
function documentedRooms(): ReadonlyMap<string, readonly string[]> {
  const text = readFileSync(join(import.meta.dirname, '../../ARCHITECTURE.md'), 'utf8');
  const rows = text.matchAll(/^\| `(?<folder>packages\/[^`]+)` \|[^|]+\| (?<imports>[^|]+) \|$/gm);
  return new Map(
    [...rows].map(({ groups }) => [
      groups?.['folder'] ?? '',
      (groups?.['imports'] ?? '').split(', ').flatMap((word) => MEANS[word] ?? [word]),
    ]),
  );
}

describe('ARCHITECTURE.md', () => {
  it('shows the import table that is enforced', () => {
    const enforced = ROOMS.map((room) => [room.folder, room.mayImport.toSorted()] as const);
    const documented = [...documentedRooms()].map(([folder, rooms]) => [folder, rooms.toSorted()] as const);
    expect(documented).toEqual(enforced);
  });
});
