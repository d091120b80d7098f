export { errnoName } from './errno.ts';
export { shareDescriptorTable, socketInodeAt, socketProtocolName, tcpInfoOfDescriptor } from './foreign-descriptors.ts';
export { failureOf, inNetworkNamespace } from './namespace.ts';
export { NetlinkSocket } from './netlink-socket.ts';
export {
  AF_INET,
  acceptIpv4,
  bindIpv4,
  connectIpv4,
  dieWithParent,
  type Ipv4Address,
  listenOn,
  openPipe,
  openSocket,
  readInto,
  SO_REUSEADDR,
  SOCK_CLOEXEC,
  SOCK_STREAM,
  SOL_SOCKET,
  setIntegerOption,
  writeFrom,
} from './sockets.ts';
export { describeFailure, type SystemFailure, type SystemResult } from './system-call.ts';
