import { join } from 'node:path';
import { checkImports } from './check-imports.ts';

const { files, imports, violations } = checkImports(join(import.meta.dirname, '../..'));
for (const { rule, file, line, says } of violations) console.error(`${file}:${line}  ${rule}  ${says}`);
if (files === 0) console.error('no source file found below packages/');
if (files === 0 || violations.length > 0) process.exitCode = 1;
else console.log(`${imports} imports in ${files} files keep to the import table`);
