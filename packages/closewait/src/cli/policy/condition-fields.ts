import {
  formatEndpoint,
  mapReading,
  type ProcessFacts,
  type Reading,
  unmapAddress,
  valueOr,
} from '@closewait/core/facts';
import type { Candidate } from '@closewait/core/policy';

/** What CEL gets for a field; undefined: it is not known, and no expression that needs it holds or fails. */
type CelValue = string | bigint | boolean | readonly CelValue[] | { readonly [name: string]: CelValue } | undefined;

/** The fields of an object, each with its type or fields of its own. */
interface CelSchema {
  readonly [field: string]: string | CelSchema;
}

type CelType = string | { readonly schema: CelSchema };

/** A field of conditions. */
interface Field {
  readonly type: CelType;
  /** Whether it is the same for all connections of a finding. */
  readonly ofFinding: boolean;
  readonly read: (candidate: Candidate) => CelValue;
}

/** The largest value of CEL's int: a limit that there is not. */
const UNLIMITED = 2n ** 63n - 1n;

const ofFinding = (type: CelType, read: Field['read']): Field => ({ type, ofFinding: true, read });
const ofConnection = (type: CelType, read: Field['read']): Field => ({ type, ofFinding: false, read });

/**
 * The fields of `--where` by the same names, the finding's, and both ends in parts. Other than there, what is known not to be
 * is an empty text or 0 (no unit, no container, no listener): an exemption must tell it from what could not be read.
 */
export const CONDITION_FIELDS: Readonly<Record<string, Field>> = {
  cause: ofFinding('string', ({ finding }) => finding.cause),
  confidence: ofFinding('string', ({ finding }) => finding.confidence),
  severity: ofFinding('string', ({ finding }) => finding.severity),
  alternatives: ofFinding('list<string>', ({ finding }) => finding.alternatives.map(({ cause }) => cause)),
  count: ofFinding('int', ({ finding }) => BigInt(finding.connections.length)),
  process: ofFinding(
    {
      schema: {
        pid: 'int',
        comm: 'string',
        exe: 'string',
        uid: 'int',
        unit: 'string',
        container: 'string',
        descriptors: { open: 'int', limit: 'int' },
      },
    },
    ({ finding: { process } }) => (process === null ? undefined : readProcess(process)),
  ),
  listener: ofFinding({ schema: { address: 'string', port: 'int', acceptQueue: 'int', backlog: 'int' } }, readListener),
  local: ofConnection('string', ({ connection }) => formatEndpoint(connection.socket.local)),
  localAddress: ofConnection('string', ({ connection }) => unmapAddress(connection.socket.local.address)),
  localPort: ofConnection('int', ({ connection }) => BigInt(connection.socket.local.port)),
  remote: ofConnection('string', ({ connection }) => formatEndpoint(connection.socket.remote)),
  remoteAddress: ofConnection('string', ({ connection }) => unmapAddress(connection.socket.remote.address)),
  remotePort: ofConnection('int', ({ connection }) => BigInt(connection.socket.remote.port)),
  state: ofConnection('string', ({ connection }) => connection.socket.state),
  family: ofConnection('string', ({ connection }) => connection.socket.family),
  netns: ofConnection('int', ({ connection }) => BigInt(connection.socket.netns)),
  uid: ofConnection('int', ({ connection }) => BigInt(connection.socket.uid)),
  inode: ofConnection('int', ({ connection }) => BigInt(connection.socket.inode)),
  cookie: ofConnection('int', ({ connection }) => connection.socket.cookie),
  rxQueueBytes: ofConnection('int', ({ connection }) => BigInt(connection.socket.rxQueueBytes)),
  txQueueBytes: ofConnection('int', ({ connection }) => BigInt(connection.socket.txQueueBytes)),
  bytesReceived: ofConnection('int', ({ connection: { socket } }) =>
    known(mapReading(socket.info, ({ bytesReceived }) => BigInt(bytesReceived))),
  ),
  bytesSent: ofConnection('int', ({ connection: { socket } }) =>
    known(mapReading(socket.info, ({ bytesSent }) => BigInt(bytesSent))),
  ),
  ageMs: ofConnection('int', ({ ageMs }) => (ageMs === null ? undefined : BigInt(Math.floor(ageMs)))),
  ageIs: ofConnection('string', ({ connection: { age } }) => (age.ms === null ? undefined : age.is)),
  timer: ofConnection({ schema: { kind: 'string', expiresMs: 'int', retransmits: 'int' } }, ({ connection }) => {
    const { kind, expiresMs, retransmits } = connection.socket.timer;
    return { kind, expiresMs: BigInt(Math.round(expiresMs)), retransmits: BigInt(retransmits) };
  }),
  owners: ofConnection('list<map<string, int>>', ({ connection }) =>
    connection.holders.map(({ pid, tid, fd }) => ({ pid: BigInt(pid), tid: BigInt(tid), fd: BigInt(fd) })),
  ),
};

function readProcess({ pid, name, exe, uid, unit, container, descriptors }: ProcessFacts): CelValue {
  const use = valueOr(descriptors, null);
  return whatIsKnown({
    pid: BigInt(pid),
    comm: known(name),
    exe: known(exe),
    uid: known(mapReading(uid, BigInt)),
    unit: known(mapReading(unit, (value) => value ?? '')),
    container: known(mapReading(container, (value) => (value === null ? '' : `${value.runtime}:${value.id}`))),
    descriptors:
      use === null
        ? undefined
        : { open: BigInt(use.open), limit: Number.isFinite(use.softLimit) ? BigInt(use.softLimit) : UNLIMITED },
  });
}

function readListener({ finding: { listener } }: Candidate): CelValue {
  if (listener === null) return { address: '', port: 0n, acceptQueue: 0n, backlog: 0n };
  const { local, rxQueueBytes, txQueueBytes } = listener;
  return {
    address: unmapAddress(local.address),
    port: BigInt(local.port),
    acceptQueue: BigInt(rxQueueBytes),
    backlog: BigInt(txQueueBytes),
  };
}

function known<T>(reading: Reading<T>): T | undefined {
  return reading.known ? reading.value : undefined;
}

/** A key that is there and undefined is a value of CEL, one that is missing is an error. */
function whatIsKnown(fields: Readonly<Record<string, CelValue>>): CelValue {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
