import { existsSync } from 'node:fs';
import { CHECKOUT, CLOSEWAIT } from '../test/support/closewait.ts';
import { run } from '../test/support/run.ts';
import { MANY, MILLION, TOOL } from './names.ts';
import type { Scene } from './scene.ts';

/** A command that is measured, by the name it has in the table. */
export interface Tool {
  readonly name: string;
  readonly command: readonly string[];
  /** Exit codes of a run that did its work. */
  readonly success: readonly number[];
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The command measures its own looks, see warm.ts. */
  readonly warm?: true;
  /** What its output says is held against the scene before it is measured. */
  readonly prints?: 'rows' | 'report';
  /** Where it is worth its time. Default: everywhere. */
  readonly in?: (scene: Scene) => boolean;
}

/** Exit code 1 of closewait: something is stuck. Of lsof: nothing was found. */
const DONE: readonly number[] = [0, 1];
/** The holders of connections are read below /proc instead of by a BPF iterator. */
const WITHOUT_BPF = { CLOSEWAIT_BPF: 'off' } as const;
const [NODE = 'node'] = CLOSEWAIT;
const BUNDLE = `${CHECKOUT}/packages/closewait/dist/main.js`;
/** A second and a third look: the first one loads the program. */
const WARM = [`${CHECKOUT}/bench/warm.ts`, '2'];

const isEmpty = ({ sockets, descriptors }: Scene): boolean => sockets === 0 && descriptors === 0;
/** With more descriptors than that only closewait has a budget, and some tools take a minute. */
const isShared = ({ descriptors }: Scene): boolean => descriptors <= MILLION;
const isPlain = ({ descriptors }: Scene): boolean => descriptors === 0;
const isDecisive = (scene: Scene): boolean => isEmpty(scene) || (scene.sockets === MANY && isPlain(scene));

const PEERS: readonly Tool[] = [
  { name: TOOL.ss, command: ['ss', '-tanp', 'state', 'close-wait'], success: [0] },
  { name: TOOL.lsof, command: ['lsof', '-nP', '-iTCP', '-sTCP:CLOSE_WAIT'], success: DONE, in: isShared },
  {
    name: TOOL.lsfd,
    command: ['lsfd', '-nr', '-o', 'PID,FD,INODE', '-Q', 'TYPE == "SOCK"'],
    success: [0],
    in: isShared,
  },
  { name: TOOL.netstat, command: ['netstat', '-tanp'], success: [0], in: isShared },
];

const closewait = (name: string, options: readonly string[], more: Partial<Tool> = {}): Tool => {
  return { name, command: [NODE, BUNDLE, ...options], success: DONE, ...more };
};
const LS: readonly string[] = ['ls', '--json'];
const QUICK: readonly string[] = ['--quick', '--json'];

const OWN: readonly Tool[] = [
  { name: TOOL.runtime, command: [NODE, '-e', '0'], success: [0], in: isEmpty },
  closewait(TOOL.version, ['--version'], { in: isEmpty }),
  closewait(TOOL.list, LS, { prints: 'rows' }),
  closewait(TOOL.quick, QUICK, { prints: 'report' }),
  closewait(TOOL.report, ['--json'], { in: isPlain }),
  closewait(TOOL.listProc, LS, { prints: 'rows', env: WITHOUT_BPF }),
  closewait(TOOL.quickProc, QUICK, { prints: 'report', env: WITHOUT_BPF }),
  closewait(TOOL.listWarm, LS, { command: [NODE, ...WARM, ...LS], warm: true, success: [0], in: isShared }),
  closewait(TOOL.quickWarm, QUICK, { command: [NODE, ...WARM, ...QUICK], warm: true, success: [0], in: isShared }),
  closewait(TOOL.listSource, LS, { command: [`${CHECKOUT}/closewait`, ...LS], in: isDecisive }),
  closewait(TOOL.quickSource, QUICK, { command: [`${CHECKOUT}/closewait`, ...QUICK], in: isDecisive }),
];

/** The tools that are on this machine, and the names of those that are not. */
export async function findTools(): Promise<{ readonly tools: readonly Tool[]; readonly missing: readonly string[] }> {
  if (!existsSync(BUNDLE)) throw new Error('there is no bundle: npm run build');
  const found = await Promise.all(PEERS.map(({ command: [program = ''] }) => run(['which', program])));
  const isHere = (_: Tool, index: number): boolean => found[index]?.exitCode === 0;
  return {
    tools: [...PEERS.filter(isHere), ...OWN],
    missing: PEERS.filter((tool, index) => !isHere(tool, index)).map(({ command: [program = ''] }) => program),
  };
}
