import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';

const FOLDER = '/run/netns';
/** `cwt-<pid of the test process>-<number>`. */
const NAME = /^cwt-(?<pid>\d+)-\d+$/;

const open = new Set<NetworkNamespace>();
let made = 0;

/** A network namespace of a test, with nothing but `lo`, which is up. Needs root. `using` removes it. */
export class NetworkNamespace implements Disposable {
  readonly name: string;
  readonly path: string;
  /** Inode number on nsfs: how the kernel and closewait name it. */
  readonly inode: number;

  constructor(name: string) {
    this.name = name;
    this.path = `${FOLDER}/${name}`;
    ip('netns', 'add', name);
    open.add(this);
    ip('-netns', name, 'link', 'set', 'lo', 'up');
    this.inode = statSync(this.path).ino;
  }

  /** The command that runs `command` in here. nsenter(1) becomes it, so the process id stays the same. */
  inside(command: readonly string[]): readonly string[] {
    return ['nsenter', `--net=${this.path}`, '--', ...command];
  }

  /** Sets a variable by its path below /proc/sys/net, which shows each reader the values of its own namespace. */
  setSysctl(name: string, value: number): void {
    const [command = '', ...args] = this.inside(['tee', `/proc/sys/net/${name}`]);
    execFileSync(command, args, { input: String(value), stdio: ['pipe', 'ignore', 'inherit'] });
  }

  /** The namespace itself lives until the last process in it has ended. */
  [Symbol.dispose](): void {
    if (open.delete(this)) ip('netns', 'delete', this.name);
  }
}

/** Makes a namespace, and removes what test processes that were killed have left. */
export function makeNamespace(): NetworkNamespace {
  if (made === 0) {
    removeStale();
    process.on('exit', () => {
      for (const namespace of open) namespace[Symbol.dispose]();
    });
  }
  made += 1;
  return new NetworkNamespace(`cwt-${process.pid}-${made}`);
}

function removeStale(): void {
  if (!existsSync(FOLDER)) return;
  for (const name of readdirSync(FOLDER)) {
    const pid = NAME.exec(name)?.groups?.['pid'];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) ip('netns', 'delete', name);
  }
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'inherit', 'inherit'] });
}
