export { Btf, type BtfField } from './btf.ts';
export { decodeBuildId } from './build-id.ts';
export { decodeCgroupFrozen, decodeFreezerState, type FreezerState } from './cgroup-freezer.ts';
export { containerOfCgroup, unitOfCgroup } from './cgroup-path.ts';
export { type CodecProblem, type Decoded, describeProblem } from './decoded.ts';
export {
  END_WORDS,
  type EndOffsets,
  isSameButLocalPort,
  localOf,
  localPortOf,
  readEndWords,
  remoteOf,
  remotePortOf,
} from './end-words.ts';
export { HELD_AT, HELD_BYTES, HELD_FLAG, HELD_KIND, USE_AT, USE_BYTES, USE_FLAG } from './held-layout.ts';
export { type HeldKind, HeldRecords, narrowHeldRecords, wholeHeldRecords } from './held-records.ts';
export type { HeldSocket, SocketEnds } from './held-socket.ts';
export {
  decodeInetDiagMessage,
  InetDiagDecoder,
  isPersistWaiting,
  peekInetDiagInode,
  peekInetDiagPort,
  peekInetDiagState,
} from './inet-diag.ts';
export { calmFor, peekInetDiagCookie, peekInetDiagInterface } from './inet-diag-again.ts';
export {
  encodeInetDiagDestroy,
  encodeInetDiagDump,
  encodeInetDiagLookup,
  isSocketMessage,
  SOCK_DIAG_BY_FAMILY,
  type SocketIdentity,
} from './inet-diag-request.ts';
export { type AddressTexts, createAddressTexts, formatIpv4, formatIpv6 } from './ip-address.ts';
export {
  decodeNetlinkError,
  type MessageCursor,
  messageProblem,
  messagesOf,
  type NetlinkError,
  type NetlinkMessage,
  NLM_F_ACK_TLVS,
  NLM_F_CAPPED,
  NLM_F_DUMP,
  NLM_F_DUMP_INTR,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_MIN_TYPE,
  nextMessage,
  splitNetlinkMessages,
} from './netlink.ts';
export { decodePcapngStatistics, type PcapngStatistics } from './pcapng-statistics.ts';
export { decodeCgroupPath, decodeFreezerPath } from './proc-cgroup.ts';
export { decodeCommandLine } from './proc-cmdline.ts';
export { decodeFdInfo, type FdInfo } from './proc-fdinfo.ts';
export {
  decodeEpollEvents,
  decodeEpollWatches,
  type EpollEvents,
  type EpollWatch,
} from './proc-fdinfo-epoll.ts';
export { decodeRegisteredFiles, type RegisteredFiles } from './proc-fdinfo-io-uring.ts';
export { decodeDescriptorsInFlight } from './proc-fdinfo-unix.ts';
export { decodeOpenFilesLimit, type OpenFilesLimit } from './proc-limits.ts';
export { decodeMappedFiles, type MappedFiles } from './proc-maps.ts';
export {
  decodeMountinfo,
  type HidePid,
  hidePidOf,
  type Mount,
  type NamespaceMount,
  namespaceMounts,
} from './proc-mountinfo.ts';
export { countersMoved, decodeNetCounters, type NetCounters } from './proc-net-counters.ts';
export { decodeProcSched, decodeProcSchedstat, type ProcSched, type ProcSchedstat } from './proc-sched.ts';
export { decodeSocketsInUse } from './proc-sockstat.ts';
export { decodeProcStat, type ProcStat } from './proc-stat.ts';
export { decodeProcStatus, type ProcStatus } from './proc-status.ts';
export { decodeSetting } from './proc-sys.ts';
export { decodeProcSyscall, type SystemCall, type ThreadCall } from './proc-syscall.ts';
export { decodeWchan } from './proc-wchan.ts';
export { type Runtime, type RuntimeGuess, runtimeOf } from './runtime-of.ts';
export { decodeSocketUses, type SocketUse } from './socket-uses.ts';
export {
  type CallArchitecture,
  descriptorOfCall,
  firstArgumentIsDescriptor,
  type SystemCallName,
  systemCallName,
  systemCallNumber,
} from './syscall-names.ts';
export { decodeTcpInfo } from './tcp-info.ts';
export type { TcpOptions } from './tcp-options.ts';
export {
  decodeTcpSegment,
  encodeTcpSegment,
  type OutgoingSegment,
  setTcpChecksum,
  TCP_FLAGS,
  type TcpFlag,
  type TcpSegment,
} from './tcp-segment.ts';
export { decodeText } from './text.ts';
export { TraceCursor } from './trace-cursor.ts';
export {
  type CallEnterEvent,
  type CallExitEvent,
  callEnterDecoder,
  callExitDecoder,
  type NewTaskEvent,
  newTaskDecoder,
  type SetStateEvent,
  setStateDecoder,
  type TraceEventDecoder,
} from './trace-events.ts';
export { decodeTraceFormat, type TraceField, type TraceFormat } from './trace-format.ts';
export { type TraceOffsets, traceOffsets } from './trace-offsets.ts';
export { decodeTracePage, type TracePage, type TraceRecord } from './trace-page.ts';
