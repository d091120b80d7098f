// Exits 0 where npm's own record of node_modules agrees with package-lock.json. npm writes that record when everything
// else is in place. Runs on any node that npm runs on, therefore not TypeScript.
import { readFileSync } from 'node:fs';
import { arch, platform } from 'node:process';

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return null; // missing or cut off, both mean: not installed
  }
}

const wanted = packagesOf('package-lock.json');
const present = packagesOf('node_modules/.package-lock.json');

/** An optional package counts where it is prebuilt code for this very system; the others may rightly be left out. */
const isNeeded = ({ optional, os, cpu, libc }) => !optional || (!libc && os?.includes(platform) && cpu?.includes(arch));

function isThere([path, entry]) {
  if (!path.startsWith('node_modules/')) return true; // the root and the workspaces themselves
  const found = present[path];
  if (!found) return !isNeeded(entry);
  return found.version === entry.version && found.integrity === entry.integrity;
}

process.exitCode = wanted && present && Object.entries(wanted).every(isThere) ? 0 : 1;
