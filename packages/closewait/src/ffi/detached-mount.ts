import { Descriptor } from './descriptor.ts';
import { libcFunction } from './libc.ts';
import { answered, type SystemResult } from './system-call.ts';

/** The same numbers on every architecture, Linux 5.2: asm-generic/unistd.h. */
const NR_FSOPEN = 430;
const NR_FSCONFIG = 431;
const NR_FSMOUNT = 432;
/** linux/mount.h */
const FSOPEN_CLOEXEC = 1;
const FSCONFIG_CMD_CREATE = 6;
const FSMOUNT_CLOEXEC = 1;

const openCall = libcFunction<[number, string, number]>('long syscall(long, const char*, long)');
const configureCall = libcFunction<[number, number, number, number, number, number]>(
  'long syscall(long, long, long, long, long, long)',
);
const mountCall = libcFunction<[number, number, number, number]>('long syscall(long, long, long, long)');

/**
 * A file system that is mounted nowhere: its files are reached through this object's descriptor alone, nobody else sees
 * it, and nothing is left of it when the descriptor is closed, however this process ends. Needs CAP_SYS_ADMIN in the
 * user namespace that owns the mount namespace (fsopen(2)), and for most file systems in the first one.
 */
export class DetachedMount implements Disposable {
  readonly #descriptor: Descriptor;
  /** Its root directory, as long as it is not disposed of. */
  readonly path: string;

  private constructor(descriptor: Descriptor) {
    this.#descriptor = descriptor;
    this.path = `/proc/self/fd/${descriptor.fd}`;
  }

  static open(fileSystem: string): SystemResult<DetachedMount> {
    const opened = answered('fsopen', Number(openCall(NR_FSOPEN, fileSystem, FSOPEN_CLOEXEC)));
    if (!opened.ok) return opened;
    using context = new Descriptor(opened.value);
    const created = answered('fsconfig', Number(configureCall(NR_FSCONFIG, context.fd, FSCONFIG_CMD_CREATE, 0, 0, 0)));
    if (!created.ok) return created;
    const mounted = answered('fsmount', Number(mountCall(NR_FSMOUNT, context.fd, FSMOUNT_CLOEXEC, 0)));
    return mounted.ok ? { ok: true, value: new DetachedMount(new Descriptor(mounted.value)) } : mounted;
  }

  [Symbol.dispose](): void {
    this.#descriptor.close();
  }
}
