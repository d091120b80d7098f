import { unmapAddress } from '@closewait/core/facts';
import type { NetworkNamespace } from './namespace.ts';
import { outputOf, run } from './run.ts';

/** One descriptor of one connection, as any of the tools tells it. */
export interface Holding {
  readonly local: string;
  readonly remote: string;
  readonly inode: number;
  readonly pid: number;
  readonly fd: number;
}

/** A connection in CLOSE-WAIT as `ss` prints it. */
export interface SsRow {
  readonly local: string;
  readonly remote: string;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly inode: number;
  /** Hexadecimal. */
  readonly cookie: string;
  readonly holders: readonly { readonly pid: number; readonly fd: number }[];
}

const SS_ROW =
  /^CLOSE-WAIT +(?<receive>\d+) +(?<send>\d+) +(?<local>\S+) +(?<remote>\S+) (?<users>.*)\bino:(?<inode>\d+) sk:(?<cookie>[\da-f]+)/;

/** `ss -tanpe` inside a namespace; it finds holders in all of /proc and connections in its own namespace only. */
export async function listWithSs(namespace: NetworkNamespace): Promise<readonly SsRow[]> {
  const text = await outputOf(namespace.inside(['ss', '-HOtanpe']));
  return text
    .split('\n')
    .filter((line) => line.startsWith('CLOSE-WAIT'))
    .map((line) => {
      const { receive, send, local, remote, users, inode, cookie } = SS_ROW.exec(line)?.groups ?? {};
      if (local === undefined || remote === undefined || cookie === undefined) throw new Error(`ss said: ${line}`);
      const holders = [...(users ?? '').matchAll(/pid=(\d+),fd=(\d+)/g)].map(([, pid, fd]) => ({
        pid: Number(pid),
        fd: Number(fd),
      }));
      return {
        local,
        remote,
        receiveQueue: Number(receive),
        sendQueue: Number(send),
        inode: Number(inode),
        cookie,
        holders,
      };
    });
}

/**
 * `lsof -iTCP -sTCP:CLOSE_WAIT` inside a namespace: elsewhere it takes the sockets for ones of an unknown protocol, as
 * it looks them up in /proc/net/tcp. It prints IPv4-mapped addresses as IPv4.
 */
export async function listWithLsof(namespace: NetworkNamespace): Promise<readonly Holding[]> {
  // Exit code 1 with nothing printed is its way to say that there is none.
  const { stdout } = await run(namespace.inside(['lsof', '-nP', '-iTCP', '-sTCP:CLOSE_WAIT', '-Fpfdn']));
  const holdings: Holding[] = [];
  let pid = 0;
  let fd = 0;
  let inode = 0;
  for (const line of stdout.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) pid = Number(value);
    else if (line.startsWith('f')) fd = Number(value);
    else if (line.startsWith('d')) inode = Number(value);
    else if (line.startsWith('n')) {
      const [local = '', remote = ''] = value.split('->');
      holdings.push({ local, remote, inode, pid, fd });
    }
  }
  return holdings;
}

/** `inode pid fd` of every socket that lsfd finds in these processes; it names protocols and inodes, no addresses. */
export async function listWithLsfd(pids: readonly number[]): Promise<ReadonlySet<string>> {
  const sockets = '(TYPE == "SOCK") and (FD >= 0)';
  const text = await outputOf(['lsfd', '-nr', '-p', pids.join(','), '-o', 'INODE,PID,FD', '-Q', sockets]);
  return new Set(text.split('\n').filter((line) => line !== ''));
}

/** A holding as one line, which makes sets of them easy to compare and to read. */
export function keyOf({ local, remote, inode, pid, fd }: Holding): string {
  return `${local} ${remote} inode ${inode} pid ${pid} fd ${fd}`;
}

/** `[::ffff:127.0.0.1]:80` as `127.0.0.1:80`, other endpoints unchanged. */
export function unmapEndpoint(endpoint: string): string {
  const mapped = /^\[(?<address>::ffff:[\d.]+)\](?<port>:\d+)$/.exec(endpoint)?.groups;
  return mapped === undefined ? endpoint : unmapAddress(mapped['address'] ?? '') + (mapped['port'] ?? '');
}
