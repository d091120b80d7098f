// The command from source; start.ts is the published one.
import { runMain } from './run-main.ts';

await runMain();
