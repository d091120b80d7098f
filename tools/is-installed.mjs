// Exits 0 where node_modules holds what package-lock.json says. npm's own record of it is written last, so a cut-off
// installation has none; but `npm install --package-lock-only` writes it too, so the packages themselves are looked at
// as well. Runs on any node that npm runs on, therefore not TypeScript.
import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:process';

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {}; // missing or cut off, both mean: not installed
  }
}

const wanted = readJson('package-lock.json').packages ?? {};
const recorded = readJson('node_modules/.package-lock.json').packages ?? {};

/** An optional package counts where it is prebuilt code for this very system; the others may rightly be left out. */
const isNeeded = ({ optional, os, cpu, libc }) => !optional || (!libc && os?.includes(platform) && cpu?.includes(arch));

function isThere([path, entry]) {
  if (!path.startsWith('node_modules/')) return true; // the root and the workspaces themselves
  const record = recorded[path];
  if (!record) return !isNeeded(entry);
  const { version } = readJson(`${path}/package.json`);
  return (
    record.integrity === entry.integrity && version === (entry.link ? wanted[entry.resolved]?.version : entry.version)
  );
}

const packages = Object.entries(wanted);
process.exitCode = packages.length > 0 && packages.every(isThere) ? 0 : 1;
