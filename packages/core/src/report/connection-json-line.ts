import type { StuckConnection } from '../diagnose/index.ts';
import { formatEndpoint, type Holder, type ProcessFacts } from '../facts/index.ts';
import { buildAge, buildConnectionProcess, toJsonInteger } from './build-connection.ts';
import { safeJson } from './safe-text.ts';

/**
 * One row of `closewait ls --json`, without the newline: parses to what `buildConnectionRow` builds.
 *
 * Concatenated, as a host has 95,000 of them and JSON.stringify of the object took 1.5 to 2 times as long in most runs (a property
 * test proves that both are equal). No text in it needs escaping: addresses are digits, colons and dots, the rest is
 * numbers and words of closed lists. What a process wrote is in `processJson`.
 *
 * @param processJson of {@link connectionProcessJson}, made once per process.
 */
export function connectionJsonLine(connection: StuckConnection, processJson: string): string {
  const { socket, holders } = connection;
  const { timer, info } = socket;
  const { ageMs, ageIs } = buildAge(connection);
  return (
    `{"local":"${formatEndpoint(socket.local)}","remote":"${formatEndpoint(socket.remote)}"` +
    `,"state":"${socket.state}","family":"${socket.family}","netns":${socket.netns},"uid":${socket.uid}` +
    `,"inode":${socket.inode},"cookie":${integerJson(socket.cookie)}` +
    `,"rxQueueBytes":${socket.rxQueueBytes},"txQueueBytes":${socket.txQueueBytes}` +
    `,"bytesReceived":${info.known ? integerJson(info.value.bytesReceived) : 'null'}` +
    `,"bytesSent":${info.known ? integerJson(info.value.bytesSent) : 'null'}` +
    `,"ageMs":${ageMs === null ? 'null' : ageMs},"ageIs":${ageIs === null ? 'null' : `"${ageIs}"`}` +
    `,"owners":[${ownersJson(holders)}]` +
    `,"timer":{"kind":"${timer.kind}","expiresMs":${timer.expiresMs},"retransmits":${timer.retransmits}}` +
    `,"interest":null,"process":${processJson}}`
  );
}

/** The process part of a row of `closewait ls --json`; `null` where no owner was seen. */
export function connectionProcessJson(process: ProcessFacts | null): string {
  return process === null ? 'null' : safeJson(buildConnectionProcess(process));
}

function ownersJson(holders: readonly Holder[]): string {
  let json = '';
  for (const { pid, tid, fd } of holders) {
    json += `${json === '' ? '' : ','}{"pid":${pid},"tid":${tid},"fd":${fd},"cloexec":null}`;
  }
  return json;
}

function integerJson(value: bigint | number): string {
  const integer = toJsonInteger(value);
  return typeof integer === 'number' ? String(integer) : `"${integer}"`;
}
