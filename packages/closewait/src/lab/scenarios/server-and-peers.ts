import type { Scene } from '../cause-scenario.ts';
import type { LabProcess } from '../lab-process.ts';
import {
  type BlockingDoes,
  type EpollDoes,
  LAB_PORT,
  type LoopDoes,
  type PeersLeave,
  SAYS,
} from '../programs/contract.ts';
import type { Stage } from '../stage.ts';

/** A server and what it does. */
type ServerCall =
  | readonly [program: 'blocking-server', does: BlockingDoes]
  | readonly [program: 'loop-server', does: LoopDoes]
  | readonly [program: 'epoll-server', does: EpollDoes];

/** What peers do, see programs/peers.ts. */
export interface PeersCall {
  readonly connections: number;
  /** Default an HTTP request; empty: nothing is sent. */
  readonly sends?: string;
  /** They read a line before they send. Default false. */
  readonly greeted?: boolean;
  /** They read a line after they have sent. Default false. */
  readonly answered?: boolean;
  /** They wait for LabProcess.tell() before they leave. Default false. */
  readonly told?: boolean;
  /** Default `close`. */
  readonly leaves?: PeersLeave;
}

/** The most common scenario: a server is ready, peers come, and they leave, perhaps after the server has done something. */
interface Play {
  readonly server: ServerCall;
  readonly peers: PeersCall;
  /** How often the server says that it has done its part before the peers leave; default 0: they do not wait. */
  readonly leaveAfter?: number;
}

const REQUEST = 'GET /orders HTTP/1.0\r\n\r\n';

/** Plays it until the peers have left; every connection of the server is then to stay in CLOSE-WAIT. */
export async function playServerAndPeers(
  stage: Stage,
  { server: call, peers: does, leaveAfter = 0 }: Play,
): Promise<Scene> {
  const server = await startServer(stage, call);
  const peers = startPeers(stage, { ...does, told: leaveAfter > 0 });
  if (leaveAfter > 0) {
    await stage.heard(peers, SAYS.served);
    await stage.heard(server, SAYS.done, leaveAfter);
    peers.tell();
  }
  return stuckOn(server, does.connections);
}

/** A server of Node that listens. */
export async function startServer(
  stage: Stage,
  [program, does]: ServerCall,
  ...more: readonly string[]
): Promise<LabProcess> {
  const server = stage.start('server', program, '--does', does, ...more);
  await stage.heard(server, SAYS.ready);
  return server;
}

export function startPeers(stage: Stage, peers: PeersCall): LabProcess {
  const { connections, sends = REQUEST, greeted = false, answered = false, told = false, leaves = 'close' } = peers;
  const flags = Object.entries({ greeted, answered, told }).flatMap(([name, isSet]) => (isSet ? [`--${name}`] : []));
  const values = ['--port', LAB_PORT, '--connections', connections, '--sends', sends, '--leaves', leaves].map(String);
  return stage.start('peers', 'peers', ...values, ...flags);
}

/** All connections of the server are stuck. */
export function stuckOn({ pid }: LabProcess, closeWait: number): Scene {
  return { pids: [pid], port: LAB_PORT, end: 'local', closeWait };
}
