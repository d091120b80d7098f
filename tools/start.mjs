// What ./closewait runs: the bundle where it was built from these very sources, as `npm run build` and the first start do, and
// otherwise the sources, which are the truth. A bundle is there in half the time (docs/adr/0011-compile-cache.md).
//
// What V8 has compiled of the sources, and the stripped types, are kept beside the packages, in a folder for each uid. In code,
// because NODE_COMPILE_CACHE would reach every program that the command starts; not below /tmp, where another user could plant
// code for root. process.getBuiltinModule is for speed: see tools/build/built-ins-as-needed.ts.
const { readFileSync, statSync } = process.getBuiltinModule('node:fs');
const { enableCompileCache } = process.getBuiltinModule('node:module');

const root = `${import.meta.dirname}/..`;
const cache = `${root}/node_modules/.cache/closewait`;

function hasBundleOfTheseSources() {
  try {
    const sources = JSON.parse(readFileSync(`${cache}/bundle/sources.json`, 'utf8'));
    return (
      sources.length > 0 &&
      sources.every(({ path, mtimeMs, size }) => {
        const now = statSync(`${root}/${path}`);
        return now.mtimeMs === mtimeMs && now.size === size;
      })
    );
  } catch {
    return false; // none was built, or a source is gone
  }
}

if (hasBundleOfTheseSources()) {
  await import('../node_modules/.cache/closewait/bundle/dist/main.js');
} else {
  enableCompileCache(cache);
  await import('../packages/closewait/src/cli/main.ts');
}
