export {
  ACTION_METHODS,
  type ActionMethod,
  type ActionOutcome,
  type ConnectionIdentity,
  OUTCOME_KINDS,
  type OutcomeKind,
  type OwnerIdentity,
} from './action.ts';
export type {
  CallFacts,
  CloseLook,
  EpollFacts,
  EventInterest,
  HiddenPlaces,
  Interest,
  ProcessActivity,
  RuntimeName,
  Suspects,
  ThreadDoing,
  ThreadFacts,
} from './activity.ts';
export { CAUSE_IDS, type CauseId, type Confidence, type Severity } from './cause.ts';
export { formatEndpoint, unmapAddress } from './endpoint.ts';
export { ClosewaitError, type ErrorCode, type ErrorParts, EXIT_CODE_OF } from './error.ts';
export type {
  ClosedSocket,
  Facts,
  HostFacts,
  NamespaceFacts,
  ReaderOutcome,
  Unseen,
} from './facts.ts';
export { KERNEL_SETTINGS, type KernelSetting } from './kernel-setting.ts';
export type {
  DescriptorTable,
  DumpExtension,
  DumpRequest,
  HeldRequest,
  KernelSource,
  LookTime,
  NamespaceRef,
  NetworkFile,
  TableRef,
  Timed,
} from './kernel-source.ts';
export { InodeSet, type NumberSet } from './number-set.ts';
export type {
  Observation,
  ObservedCall,
  ObservedChange,
  ObservedDescriptor,
  ObservedLosses,
  ObservedProcess,
  ObservedProgram,
  ObservedSegment,
  ObservedSighting,
  ObservedSocket,
  ObservedTask,
} from './observed.ts';
export type { ThreadCallFacts } from './observed-threads.ts';
export type {
  ContainerId,
  ContainerRuntime,
  DescriptorUse,
  Holder,
  HolderMap,
  ProcessFacts,
} from './process.ts';
export { known, mapReading, type Reading, type Unknown, type UnknownWhy, unknown, valueOr } from './reading.ts';
export type {
  AddressFamily,
  Endpoint,
  SocketFacts,
  SocketMemory,
  SocketTimer,
  TcpInfo,
  TimerKind,
} from './socket.ts';
export type {
  CountedHolder,
  CountedNamespace,
  CountedPort,
  LinuxCounts,
  ListedState,
  StateCountFacts,
  StateCounts,
  StateDetail,
} from './state-count.ts';
