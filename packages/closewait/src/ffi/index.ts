export { onProcessor } from './affinity.ts';
export { BpfIterator, type IteratorProgram } from './bpf.ts';
export { BpfMap, BpfTypes, SystemProgram } from './bpf-run.ts';
export {
  acceptNow,
  type Direction,
  receiveNow,
  sendNow,
  shutDownSocket,
  TCP_NODELAY,
  tcpStateNumber,
} from './calls-that-never-wait.ts';
export { bootTimeMs, type ClockPair, readClockPair } from './clock.ts';
export { DetachedMount } from './detached-mount.ts';
export {
  type Keepalive,
  type ShutdownHow,
  setForeignKeepalive,
  setForeignSendTimeout,
  setForeignUserTimeout,
  shutdownForeign,
} from './end-connection.ts';
export {
  createEpoll,
  EPOLLET,
  EPOLLIN,
  EPOLLONESHOT,
  EPOLLOUT,
  EPOLLRDHUP,
  unwatchWithEpoll,
  waitForEpoll,
  watchWithEpoll,
} from './epoll.ts';
export { errnoName } from './errno.ts';
export {
  type DescriptorOf,
  shareDescriptorTable,
  socketProtocolName,
  tcpInfoOfDescriptor,
} from './foreign-descriptors.ts';
export { ForeignSocket, withForeignSocket } from './foreign-socket.ts';
export { registerFiles } from './io-uring.ts';
export {
  type DescriptorLimits,
  limitDescriptorsOf,
  limitOwnDescriptors,
  readDescriptorLimits,
  setDescriptorLimits,
} from './limits.ts';
export { failureOf, inNetworkNamespace } from './namespace.ts';
export { NetlinkSocket } from './netlink-socket.ts';
export { type CapturedPacket, PacketSocket } from './packet-socket.ts';
export { hasNoReader } from './poll.ts';
export { PrivateNetwork } from './private-network.ts';
export { RawSocket } from './raw-socket.ts';
export { readStream } from './read-stream.ts';
export { addIpv4Route, type Ipv4Route } from './route.ts';
export { signalProcess } from './signal.ts';
export { type LinkVisitor, walkLinks } from './socket-links.ts';
export {
  AF_INET,
  acceptIpv4,
  bindIpv4,
  closeDescriptor,
  connectIpv4,
  dieWithParent,
  type Ipv4Address,
  listenOn,
  localIpv4,
  openPipe,
  openSocket,
  readInto,
  resetOnClose,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SOL_TCP,
  setIntegerOption,
  shutdownSending,
  sleepSeconds,
  TCP_FASTOPEN,
  writeFrom,
} from './sockets.ts';
export { describeFailure, type SystemFailure, type SystemResult } from './system-call.ts';
export { holdThread } from './tracing.ts';
export { sendUnixDatagram } from './unix-datagram.ts';
export { openSocketPair, sendDescriptor } from './unix-sockets.ts';
