#!/usr/bin/env node
// The published command. What V8 has compiled is kept before anything but these few lines is imported.
import { keepCompiled } from './keep-compiled.ts';
import { runMain } from './run-main.ts';

keepCompiled();
await runMain();
