import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/** The version whose addon is known to need no JavaScript of its package; a test holds it against package.json. */
export const KOFFI_VERSION = '3.3.4';

const require = createRequire(import.meta.url);

/**
 * koffi. Its package finds the addon for the machine by reading the ELF header of node, and adds deprecated names: 8 ms with the
 * modules of Node.js that this loads, of 28 (median of 15, Linux 6.18). The addon itself answers everything that is called
 * here and takes 0.6 ms, so it is asked for directly. The package decides wherever that does not lead to the very same addon:
 * another version, musl, a package manager that puts the addon elsewhere.
 */
export const koffi: typeof Koffi = loadAddon() ?? (require('koffi') as typeof Koffi);

function loadAddon(): typeof Koffi | null {
  const { arch } = process;
  try {
    const addon = require(`@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`) as typeof Koffi;
    return addon.version === KOFFI_VERSION ? addon : null;
  } catch {
    // Not there, or linked against another C library.
    return null;
  }
}
