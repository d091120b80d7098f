import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

/** One file that an epoll instance watches. */
export interface EpollWatch {
  /** The number under which it was added. May be closed by now, or lead to another file: the inode says which. */
  readonly descriptor: number;
  /** Unsigned, see {@link decodeEpollEvents}. */
  readonly events: number;
  /** Inode number of the file; above 2^53, which no socket's is, not exact. */
  readonly inode: number;
  /**
   * Device of that inode, as the kernel has it (major << 20 | minor). All sockets are on one device, and eventfds,
   * timerfds and the like share one inode on another, whose number may be a socket's too.
   */
  readonly device: number;
}

const WHAT = '/proc/PID/fdinfo of an epoll instance';

/** ep_show_fdinfo (fs/eventpoll.c): descriptor and pos are decimal, all else is hexadecimal. */
const WATCH =
  /^tfd: +(\d{1,10}) events: +([0-9a-f]{1,8}) data: +[0-9a-f]{1,16} +pos:-?\d{1,19} ino:([0-9a-f]{1,16}) sdev:([0-9a-f]{1,8})$/;

/**
 * What an epoll instance watches, from its `/proc/PID/fdinfo/FD`. A file appears once for each number under which it was
 * added. None for an instance that watches nothing, and for any other file.
 */
export function decodeEpollWatches(bytes: Uint8Array): Decoded<readonly EpollWatch[]> {
  const watches: EpollWatch[] = [];
  let offset = 0;
  const lines = decodeText(bytes).split('\n');
  const cut = lines.pop();
  for (const line of lines) {
    if (line.startsWith('tfd:')) {
      const watch = parseWatch(line);
      if (watch === null) return problem(WHAT, offset, 'tfd, events, data, pos, ino and sdev', quoteInput(line));
      watches.push(watch);
    }
    offset += line.length + 1;
  }
  // The last number of a row that was cut would look like a whole one.
  return cut ? problem(WHAT, offset, 'a newline at the end', quoteInput(cut)) : decoded(watches);
}

function parseWatch(line: string): EpollWatch | null {
  const [, descriptor, events, inode, device] = WATCH.exec(line) ?? [];
  if (descriptor === undefined || events === undefined || inode === undefined || device === undefined) return null;
  return {
    descriptor: Number(descriptor),
    events: Number.parseInt(events, 16),
    inode: Number.parseInt(inode, 16),
    device: Number.parseInt(device, 16),
  };
}

/** What a mask of epoll_ctl(2) asks for. ERR and HUP are always reported, asked for or not. */
export interface EpollEvents {
  /** EPOLLIN or EPOLLRDNORM: data or a FIN (tcp_poll in net/ipv4/tcp.c sets both for either). */
  readonly in: boolean;
  /** EPOLLOUT or EPOLLWRNORM. */
  readonly out: boolean;
  /** EPOLLRDHUP: a FIN. */
  readonly rdhup: boolean;
  /** EPOLLPRI: urgent data. */
  readonly pri: boolean;
  /** EPOLLET: reported when it changes, not while it lasts. */
  readonly et: boolean;
  /** EPOLLONESHOT: reported once, then not before it is armed again. */
  readonly oneshot: boolean;
  /** EPOLLEXCLUSIVE: of the instances that watch the file, not all are woken. */
  readonly exclusive: boolean;
  /** ONESHOT has reported and is not armed again: nothing is reported now, not even ERR or HUP. */
  readonly fired: boolean;
}

// linux/eventpoll.h
const EPOLLIN = 0x1;
const EPOLLPRI = 0x2;
const EPOLLOUT = 0x4;
const EPOLLRDNORM = 0x40;
const EPOLLWRNORM = 0x100;
const EPOLLRDHUP = 0x2000;
const EPOLLEXCLUSIVE = 0x1000_0000;
const EPOLLONESHOT = 0x4000_0000;
const EPOLLET = 0x8000_0000;
/** All but EP_PRIVATE_BITS (fs/eventpoll.c), which are what ep_send_events leaves of a ONESHOT that has reported. */
const REPORTABLE = 0x0fff_ffff;

/**
 * Takes apart the mask of an epoll watch. `fired` compares with no single number: ONESHOT alone leaves 0x40000000, with
 * ET 0xc0000000 (measured on 6.18).
 *
 * @example
 * decodeEpollEvents(0x80000019) // in and et
 */
export function decodeEpollEvents(mask: number): EpollEvents {
  const has = (bits: number): boolean => (mask & bits) !== 0;
  return {
    in: has(EPOLLIN | EPOLLRDNORM),
    out: has(EPOLLOUT | EPOLLWRNORM),
    rdhup: has(EPOLLRDHUP),
    pri: has(EPOLLPRI),
    et: has(EPOLLET),
    oneshot: has(EPOLLONESHOT),
    exclusive: has(EPOLLEXCLUSIVE),
    fired: has(EPOLLONESHOT) && !has(REPORTABLE),
  };
}
