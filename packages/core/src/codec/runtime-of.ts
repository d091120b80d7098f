import type { RuntimeName } from '../facts/index.ts';

/**
 * What executes a program's code. `go` is never concluded from names: a Go program is one file with a name of its own,
 * as programs in C and Rust are. Whoever sees more (every socket watched with 0x8000201d, the file's .go.buildinfo) may.
 */
export type Runtime = RuntimeName;

/** A runtime with what it was concluded from, or null with what was looked for in vain. */
export interface RuntimeGuess {
  readonly runtime: Runtime | null;
  /** A noun phrase that names the file. Its path is the process's own: escape it before it is shown. */
  readonly because: string;
}

type Names = readonly (readonly [runtime: Runtime, name: RegExp])[];

/** Names of programs, with the versions that distributions put behind them. */
const PROGRAMS: Names = [
  ['node', /^node(?:js)?(?:-?\d+)?$/],
  ['jvm', /^java$/],
  ['python', /^(?:python|pypy)[\d.]*[a-z]?(?:-dbg)?$/],
  ['dotnet', /^dotnet$/],
  ['php', /^php(?:-?(?:fpm|cgi|zts))?[\d.]*$/],
  ['ruby', /^ruby[\d.]*$/],
  ['beam', /^beam(?:\.\w+)*$/],
  ['nginx', /^(?:nginx|nginx-debug|openresty)$/],
  ['haproxy', /^haproxy$/],
];

/** Names of the libraries that are the runtime, for launchers and servers that embed it. */
const LIBRARIES: Names = [
  ['node', /^libnode\.so/],
  ['jvm', /^libjvm\.so$/],
  ['python', /^lib(?:python|pypy)[\d.]+[a-z]*(?:-c)?\.so/],
  ['dotnet', /^libcoreclr\.so$/],
  ['php', /^libphp[\d.]*\.so/],
  ['ruby', /^libruby(?:-[\d.]+)?\.so/],
];

/**
 * The runtime of a process, from the path of its program (`/proc/PID/exe`) and the files that it has mapped
 * ({@link decodeMappedFiles}). The program decides; where it has a name of its own, the one runtime that is mapped as a
 * library. A name proves nothing: use it to word an explanation or to lower a confidence, never to raise one.
 *
 * @example
 * runtimeOf('/opt/app/bin/launcher', ['/opt/jdk/lib/server/libjvm.so'])
 * // { runtime: 'jvm', because: 'the library /opt/jdk/lib/server/libjvm.so' }
 */
export function runtimeOf(exe: string | null, mappedFiles: readonly string[]): RuntimeGuess {
  const program = exe === null ? null : exe.replace(/ \(deleted\)$/, '');
  const own = program === null ? null : runtimeNamedBy(PROGRAMS, program);
  if (own !== null) return { runtime: own, because: `the program ${program}` };
  const found = new Map<Runtime, string>();
  for (const file of mappedFiles) {
    const runtime = runtimeNamedBy(LIBRARIES, file);
    if (runtime !== null && !found.has(runtime)) found.set(runtime, file);
  }
  const [first, ...others] = found;
  if (first === undefined) return { runtime: null, because: 'no known name of a program or a library' };
  if (others.length > 0) return { runtime: null, because: `several runtimes: ${[...found.values()].join(' and ')}` };
  return { runtime: first[0], because: `the library ${first[1]}` };
}

function runtimeNamedBy(names: Names, path: string): Runtime | null {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return names.find(([, name]) => name.test(file))?.[0] ?? null;
}
