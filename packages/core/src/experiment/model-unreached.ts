import type { TcpEvent, TcpState } from '../tcp/index.ts';

/** Orderly transitions of RFC 9293 that no sequence of `closewait lab model` leads to, and why. */
const UNREACHED: readonly {
  readonly from: TcpState;
  readonly event: TcpEvent;
  readonly to: TcpState;
  readonly why: string;
}[] = [
  { from: 'LISTEN', event: 'active OPEN', to: 'SYN-SENT', why: 'Linux answers EISCONN' },
  { from: 'LISTEN', event: 'SEND', to: 'SYN-SENT', why: 'Linux answers EPIPE' },
  { from: 'SYN-RECEIVED', event: 'rcv SYN', to: 'LISTEN', why: 'takes a forged SYN' },
  { from: 'SYN-RECEIVED', event: 'rcv SYN,ACK', to: 'LISTEN', why: 'takes a forged SYN' },
  { from: 'LAST-ACK', event: 'rcv FIN,ACK of FIN', to: 'CLOSED', why: 'takes a repeated FIN' },
  { from: 'FIN-WAIT-2', event: 'rcv FIN,ACK of FIN', to: 'TIME-WAIT', why: 'takes a repeated ACK' },
  { from: 'CLOSING', event: 'rcv FIN,ACK of FIN', to: 'TIME-WAIT', why: 'takes a repeated FIN' },
  { from: 'TIME-WAIT', event: '2MSL timeout', to: 'CLOSED', why: 'takes 60 s' },
];

/** Why a transition is never seen; null where sequences lead to it. */
export function whyUnreached(from: TcpState, event: TcpEvent, to: TcpState): string | null {
  return UNREACHED.find((it) => it.from === from && it.event === event && it.to === to)?.why ?? null;
}
