import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { LabCommand } from '../../packages/closewait/src/lab/index.ts';
import { compile } from './compile.ts';

const SOURCES = fileURLToPath(new URL('programs/foreign/', import.meta.url));
const CACHE = fileURLToPath(new URL('../../node_modules/.cache/closewait/programs', import.meta.url));

/** C programs of test/support/programs/foreign; each file says what it does. */
type CProgram = 'epoll-workers' | 'http-upstream' | 'odd-thread' | 'poll-loop' | 'thread-pool';

/** A program in another language, built once for each version of its source. */
export type ForeignProgram = CProgram | 'go' | 'java';

/** The command that runs a program with arguments. Needs gcc, go or a JDK: tools/debian-packages.txt. */
export function foreignCommand(program: ForeignProgram, ...args: readonly (string | number)[]): LabCommand {
  const more = args.map(String);
  switch (program) {
    case 'go':
      return { name: 'server.go', file: buildGo(`${SOURCES}server.go`), args: more };
    case 'java':
      // The small compiler and a small heap: four of them start in the time of one. No file in /tmp is left of it.
      return {
        name: 'Server.java',
        file: 'java',
        args: [
          '-XX:TieredStopAtLevel=1',
          '-XX:-UsePerfData',
          '-Xmx64m',
          '-cp',
          buildJava(`${SOURCES}Server.java`),
          'Server',
          ...more,
        ],
      };
    default:
      return { name: program, file: compile(`${SOURCES}${program}.c`, [`${SOURCES}server.h`]), args: more };
  }
}

/** The executable of a Go program in one file. */
export function buildGo(source: string): string {
  // Single files of the standard library need neither a module nor the network.
  const env = {
    ...process.env,
    GOCACHE: `${CACHE}/go-cache`,
    GOFLAGS: '-mod=mod',
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0',
  };
  return buildOnce(source, (target) => {
    mkdirSync(target, { recursive: true });
    execFileSync('go', ['build', '-o', `${target}/server`, source], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  }).concat('/server');
}

/** The folder with the classes of a Java program in one file. */
export function buildJava(source: string): string {
  return buildOnce(source, (target) => {
    execFileSync('javac', ['-Xlint:all', '-Werror', '-d', target, source], { stdio: ['ignore', 'inherit', 'inherit'] });
  });
}

/** Builds into a folder named by the source's hash and returns it. */
function buildOnce(source: string, build: (target: string) => void): string {
  const hash = createHash('sha256').update(process.arch).update(readFileSync(source)).digest('hex').slice(0, 16);
  const target = `${CACHE}/${hash}`;
  if (existsSync(target)) return target;
  // Several test files may build it at once: each builds its own, and the first rename(2) wins.
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(CACHE, { recursive: true });
  build(unfinished);
  if (existsSync(target)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, target);
  return target;
}
