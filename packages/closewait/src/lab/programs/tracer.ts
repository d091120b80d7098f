import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { holdThread } from '../../ffi/index.ts';
import { liveWith, must, say, waitForNothing } from './child-program.ts';

const { values } = parseArgs({ options: { parent: { type: 'string' }, pid: { type: 'string', default: '' } } });

liveWith(values.parent);
for (const tid of readdirSync(`/proc/${values.pid}/task`)) must(holdThread(Number(tid)));
say(`holds ${values.pid}`);
waitForNothing();
