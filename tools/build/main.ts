/**
 * `npm run build`: the published command in packages/closewait/dist, and the same for ./closewait. With `--for-launcher` the
 * latter alone, as the launcher asks after it has installed the packages.
 */
import { join, relative } from 'node:path';
import { buildBundle } from './build-bundle.ts';
import { buildForLauncher } from './build-for-launcher.ts';

const root = join(import.meta.dirname, '../..');

if (!process.argv.includes('--for-launcher')) {
  const dist = join(root, 'packages/closewait/dist');
  for (const { fileName, code } of (await buildBundle(dist)).chunks) {
    console.log(`${relative(root, join(dist, fileName))}  ${(Buffer.byteLength(code) / 1024).toFixed(1)} kB`);
  }
}
await buildForLauncher(root);
