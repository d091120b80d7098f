import { decodeTcpInfo } from '@closewait/core/codec';
import { type ConnectionIdentity, type KernelSource, known, type Reading, unknown } from '@closewait/core/facts';
import {
  AF_INET,
  bindIpv4,
  closeDescriptor,
  connectIpv4,
  type DescriptorOf,
  describeFailure,
  inNetworkNamespace,
  listenOn,
  localIpv4,
  openSocket,
  PrivateNetwork,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  type SystemFailure,
  type SystemResult,
  withForeignSocket,
} from '../ffi/index.ts';
import { Destroyer } from './destroyer.ts';

/**
 * Ends a connection of its own by SOCK_DESTROY, to see whether this kernel and its privileges allow that: in a network namespace of
 * its own, or where none can be made in the one that it is in. It touches nothing of anybody else.
 */
export function tryDestroy(source: KernelSource): Reading<null> {
  const made = PrivateNetwork.create();
  using network = made.ok ? made.value : null;
  const path = network?.path ?? '/proc/thread-self/ns/net';
  const joined = network === null ? connectToItself() : inNetworkNamespace(path, connectToItself);
  if (!joined.ok) return refused(joined);
  using pair = joined.value;
  const holder: DescriptorOf = { pid: process.pid, tid: process.pid, fd: pair.fd };
  const named = withForeignSocket(holder, (socket) => {
    const cookie = socket.cookie();
    return cookie.ok ? { ok: true, value: { cookie: cookie.value, inode: socket.inode } } : cookie;
  });
  if (!named.ok) return refused(named);
  const { local, remote } = pair;
  const own: ConnectionIdentity = { ...named.value, netns: 0, family: 'ipv4', local, remote, holders: [] };
  using destroyer = new Destroyer(source, () => path);
  const acted = destroyer.destroy(own, []);
  if (acted.kind !== 'done') {
    return unknown(acted.kind === 'denied' ? 'denied' : 'unsupported', acted.detail, acted.hint);
  }
  const info = withForeignSocket(holder, (socket) => socket.tcpInfo());
  if (!info.ok) return refused(info);
  const now = decodeTcpInfo(info.value);
  return now.ok && now.value.state === 'CLOSED' ? known(null) : unknown('unsupported', 'SOCK_DESTROY: without effect');
}

function refused(failure: SystemFailure): Reading<never> {
  return unknown(failure.errno === 'EPERM' ? 'denied' : 'unsupported', describeFailure(failure));
}

interface Pair extends Disposable {
  readonly fd: number;
  readonly local: ConnectionIdentity['local'];
  readonly remote: ConnectionIdentity['remote'];
}

/** Nobody has to accept: the kernel has made the connection by then. */
function connectToItself(): SystemResult<Pair> {
  const open: number[] = [];
  const end = (): void => {
    for (const fd of open) closeDescriptor(fd);
  };
  const made = join(open);
  if (!made.ok) end();
  return made.ok ? { ok: true, value: { ...made.value, [Symbol.dispose]: end } } : made;
}

function join(open: number[]): SystemResult<Omit<Pair, typeof Symbol.dispose>> {
  const listener = keepOpen(open);
  if (!listener.ok) return listener;
  const bound = bindIpv4(listener.value, { address: '127.0.0.1', port: 0 });
  if (!bound.ok) return bound;
  const listening = listenOn(listener.value, 1);
  if (!listening.ok) return listening;
  const remote = localIpv4(listener.value);
  if (!remote.ok) return remote;
  const client = keepOpen(open);
  if (!client.ok) return client;
  const connected = connectIpv4(client.value, remote.value);
  if (!connected.ok) return connected;
  const local = localIpv4(client.value);
  return local.ok ? { ok: true, value: { fd: client.value, local: local.value, remote: remote.value } } : local;
}

function keepOpen(open: number[]): SystemResult<number> {
  const opened = openSocket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (opened.ok) open.push(opened.value);
  return opened;
}
