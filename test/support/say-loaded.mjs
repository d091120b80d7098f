// With --import: says on standard error, at the end, which files a program has loaded as modules.
import { writeSync } from 'node:fs';
import { registerHooks } from 'node:module';

const loaded = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) loaded.push(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  for (const url of loaded) if (!url.includes('/koffi.node')) writeSync(2, `loaded ${url}\n`);
});
