import type { RemedyId } from '@closewait/core/experiment';
import type { SocketFacts } from '@closewait/core/facts';
import {
  type ShutdownHow,
  type SystemResult,
  setForeignKeepalive,
  setForeignSendTimeout,
  setForeignUserTimeout,
  shutdownForeign,
} from '../../ffi/index.ts';
import { destroyConnection } from './destroy-connection.ts';
import type { SocketHolder } from './holders.ts';

/** What a remedy from outside is applied to. */
export interface Patient {
  readonly networkPath: string;
  readonly own: SocketFacts | null;
  readonly otherLeg: SocketFacts | null;
  readonly listener: SocketFacts | null;
  readonly holderOf: (inode: number) => SocketHolder | null;
  /** The inode of the connection, also where the kernel's list does not have it any more. */
  readonly inode: number;
}

/** Does a remedy to a connection: `ok`, or the error that was answered; null for what is not done to a connection from outside. */
export type Applies = (remedy: RemedyId, patient: Patient) => string | null;

type Apply = (patient: Patient) => string;

const shutdownOwn =
  (how: ShutdownHow): Apply =>
  ({ inode, holderOf }) =>
    withHolder(inode, holderOf, (holder) => shutdownForeign(holder, inode, how));

const shutdownOtherLeg =
  (how: ShutdownHow): Apply =>
  ({ otherLeg, holderOf }) =>
    withHolder(otherLeg?.inode ?? 0, holderOf, (holder, inode) => shutdownForeign(holder, inode, how));

const USER_TIMEOUT_MS = 2000;
const SEND_TIMEOUT_MS = 1000;

/** What is done to one connection from outside; what is done to a whole process is done by the troupe. */
const APPLY: Readonly<Partial<Record<RemedyId, Apply>>> = {
  destroy: ({ networkPath, own }) => destroy(networkPath, own),
  'shutdown-read': shutdownOwn('read'),
  'shutdown-write': shutdownOwn('write'),
  'shutdown-both': shutdownOwn('both'),
  'other-leg-destroy': ({ networkPath, otherLeg }) => destroy(networkPath, otherLeg),
  'other-leg-read': shutdownOtherLeg('read'),
  'other-leg-write': shutdownOtherLeg('write'),
  'other-leg-both': shutdownOtherLeg('both'),
  'listener-shutdown': ({ listener, holderOf }) =>
    withHolder(listener?.inode ?? 0, holderOf, (holder, inode) => shutdownForeign(holder, inode, 'both')),
  'timeout-outside': ({ inode, holderOf }) =>
    withHolder(inode, holderOf, (holder) => setForeignUserTimeout(holder, inode, USER_TIMEOUT_MS)),
  'keepalive-outside': ({ inode, holderOf }) =>
    withHolder(inode, holderOf, (holder) =>
      setForeignKeepalive(holder, inode, { idleSeconds: 1, intervalSeconds: 1, probes: 2 }),
    ),
  'send-timeout-outside': ({ inode, holderOf }) =>
    withHolder(inode, holderOf, (holder) => setForeignSendTimeout(holder, inode, SEND_TIMEOUT_MS)),
};

/** `ok`, or the error that was answered; null for what is not done to a connection from outside. */
export function applyRemedy(remedy: RemedyId, patient: Patient): string | null {
  return APPLY[remedy]?.(patient) ?? null;
}

function destroy(networkPath: string, connection: SocketFacts | null): string {
  return connection === null ? 'ENOENT' : describe(destroyConnection(networkPath, connection));
}

function withHolder(
  inode: number,
  holderOf: Patient['holderOf'],
  act: (holder: SocketHolder, inode: number) => SystemResult<void>,
): string {
  const holder = holderOf(inode);
  return holder === null ? 'no descriptor' : describe(act(holder, inode));
}

function describe(result: SystemResult<void>): string {
  return result.ok ? 'ok' : result.errno;
}
