import { closeSync, constants, fstatSync, openSync } from 'node:fs';

/**
 * Ways into network namespaces that stay open whatever becomes of the processes in them: the path of a look leads through
 * one of these, and what is done may end it. A path that leads elsewhere by now is no way.
 */
export class NamespaceDoors implements Disposable {
  readonly #pathOf: (netns: number) => string | null;
  readonly #othersOf: (netns: number) => readonly string[];
  readonly #fds = new Map<number, number | null>();

  /**
   * `pathOf`: where the look found them, null where it found no way. `othersOf`: where else they may be found, if that has gone: the
   * look went in through any process that was there, and that may have ended, or only have come by.
   */
  constructor(pathOf: (netns: number) => string | null, othersOf: (netns: number) => readonly string[]) {
    this.#pathOf = pathOf;
    this.#othersOf = othersOf;
  }

  /** A path of this process's own; null: there is no way in. */
  pathOf(netns: number): string | null {
    let fd = this.#fds.get(netns);
    if (fd === undefined) {
      fd = this.#open(netns);
      this.#fds.set(netns, fd);
    }
    return fd === null ? null : `/proc/self/fd/${fd}`;
  }

  #open(netns: number): number | null {
    const path = this.#pathOf(netns);
    if (path === null) return null;
    for (const way of [path, ...this.#othersOf(netns)]) {
      const fd = openAt(way, netns);
      if (fd !== null) return fd;
    }
    return null;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds.values()) if (fd !== null) closeSync(fd);
  }
}

function openAt(path: string, netns: number): number | null {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY);
  } catch (cause) {
    // Gone, or not allowed: whoever needs it says that there is no way in.
    if (cause instanceof Error && 'code' in cause) return null;
    throw cause;
  }
  if (fstatSync(fd).ino === netns) return fd;
  closeSync(fd);
  return null;
}
