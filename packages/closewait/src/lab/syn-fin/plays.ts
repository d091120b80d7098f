import type { SynFinProbe, SynFinTarget } from '@closewait/core/experiment';
import { CLIENT, CLOSED_PORT, SERVER } from './bench.ts';
import type { Observer } from './observer.ts';

/** Plays one trial: what is sent, in its order. */
export type Play = (observer: Observer) => Promise<void>;

/** The client's first sequence number. */
const ISN = 1_000_000;
const DATA = new TextEncoder().encode('GET / HTTP/1.0\r\n\r\n');
/** Where no SYN+ACK came there is no number to acknowledge. */
const ANY_NUMBER = 7_000_000;
/** Behind everything that was ever received, and outside of every window. */
const OUTSIDE = ISN - 500_000;

const toClosedPort = { destination: { address: SERVER.address, port: CLOSED_PORT } } as const;

/** A segment to the listener, and then the ACK that completes a handshake where there is one. */
function opening(first: Parameters<Observer['observe']>[0]): Play {
  return async (observer) => {
    const answer = await observer.observe(first);
    await observer.observe({
      flags: ['ACK'],
      sequence: answer?.acknowledgment || ISN + 1,
      acknowledgment: answer === null ? ANY_NUMBER : answer.sequence + 1,
    });
  };
}

function single(sending: Parameters<Observer['observe']>[0]): Play {
  return async (observer) => {
    await observer.observe(sending);
  };
}

/** FIN with data as the third segment of a handshake: RFC 9293 3.10.7.4 takes it, and it leads to CLOSE-WAIT. */
const handshakeFin: Play = async (observer) => {
  const answer = await observer.observe({ flags: ['SYN'], sequence: ISN });
  await observer.observe({
    flags: ['FIN', 'PSH', 'ACK'],
    sequence: ISN + 1,
    acknowledgment: (answer?.sequence ?? ANY_NUMBER) + 1,
    payload: DATA,
  });
};

/** Option 34 without a cookie asks for one (RFC 7413 section 4.1.1); the SYN+ACK brings it. The request is then ended. */
async function getCookie(observer: Observer): Promise<Uint8Array> {
  const source = { address: CLIENT.address, port: CLIENT.port + 100 };
  const answer = await observer.exchange({ source, flags: ['SYN'], sequence: 1, options: Uint8Array.of(34, 2) });
  await observer.lead({ source, flags: ['RST'], sequence: 2 }, 'nothing');
  const cookie = answer.options.fastOpenCookie ?? new Uint8Array();
  return Uint8Array.of(34, 2 + cookie.length, ...cookie);
}

const fastOpenData: Play = async (observer) => {
  const options = await getCookie(observer);
  const answer = await observer.observe({ flags: ['SYN'], sequence: ISN, options, payload: DATA });
  await observer.observe({
    flags: ['FIN', 'ACK'],
    sequence: answer?.acknowledgment || ISN + 1,
    acknowledgment: (answer?.sequence ?? ANY_NUMBER) + 1,
  });
};

const synFinCookie: Play = async (observer) => {
  const options = await getCookie(observer);
  await opening({ flags: ['SYN', 'FIN'], sequence: ISN, options, payload: DATA })(observer);
};

/** Into a request whose third segment is withheld; then that segment comes. */
function intoSynReceived(sequence: number, acknowledges = false): Play {
  return async (observer) => {
    const synAck = await observer.exchange({ flags: ['SYN'], sequence: ISN });
    const acknowledgment = synAck.sequence + 1;
    await observer.observe(
      acknowledges ? { flags: ['SYN', 'FIN', 'ACK'], sequence, acknowledgment } : { flags: ['SYN', 'FIN'], sequence },
    );
    await observer.observe({ flags: ['ACK'], sequence: ISN + 1, acknowledgment });
  };
}

/** Fast Open's SYN with data makes a whole socket, in SYN-RECEIVED and in the accept queue at once. */
function intoFastOpenChild(sequence: number): Play {
  return async (observer) => {
    const options = await getCookie(observer);
    const synAck = await observer.exchange({ flags: ['SYN'], sequence: ISN, options, payload: DATA });
    await observer.observe({ flags: ['SYN', 'FIN'], sequence });
    const next = ISN + 1 + DATA.length;
    await observer.observe({ flags: ['ACK'], sequence: next, acknowledgment: synAck.sequence + 1 });
  };
}

function intoEstablished(sequence: number): Play {
  return async (observer) => {
    const synAck = await observer.exchange({ flags: ['SYN'], sequence: ISN });
    const ack = { flags: ['ACK'], sequence: ISN + 1, acknowledgment: synAck.sequence + 1 } as const;
    await observer.lead(ack, 'ESTABLISHED');
    await observer.observe({ flags: ['SYN', 'FIN'], sequence });
  };
}

/** A SYN without ACK is a simultaneous open (RFC 9293 3.10.7.3); with ACK it answers the connection's own SYN. */
function intoSynSent(acknowledges: boolean): Play {
  return async (observer) => {
    const port = observer.bench.startConnecting();
    const syn = await observer.awaitAnswer('connect');
    const destination = { address: SERVER.address, port };
    const acknowledgment = syn.sequence + 1;
    await observer.observe(
      acknowledges
        ? { destination, flags: ['SYN', 'FIN', 'ACK'], sequence: ISN, acknowledgment }
        : { destination, flags: ['SYN', 'FIN'], sequence: ISN },
    );
    if (acknowledges) return;
    await observer.observe({ destination, flags: ['ACK'], sequence: ISN + 1, acknowledgment });
  };
}

const FIRST = {
  syn: { flags: ['SYN'], sequence: ISN },
  'syn-fin': { flags: ['SYN', 'FIN'], sequence: ISN },
  'syn-fin-data': { flags: ['SYN', 'FIN'], sequence: ISN, payload: DATA },
  'syn-rst': { flags: ['SYN', 'RST'], sequence: ISN },
  fin: { flags: ['FIN'], sequence: ISN },
  null: { flags: [], sequence: ISN },
  xmas: { flags: ['FIN', 'PSH', 'URG'], sequence: ISN },
} as const satisfies Partial<Record<SynFinProbe, Parameters<Observer['observe']>[0]>>;

type First = keyof typeof FIRST;

/** What can be tried at each target. */
export const PLAYS: Readonly<Record<SynFinTarget, Readonly<Partial<Record<SynFinProbe, Play>>>>> = {
  'closed-port': Object.fromEntries(
    Object.entries(FIRST).map(([probe, sending]) => [probe, single({ ...sending, ...toClosedPort })]),
  ) as Record<First, Play>,
  listener: {
    syn: opening(FIRST.syn),
    'syn-fin': opening(FIRST['syn-fin']),
    'syn-fin-data': opening(FIRST['syn-fin-data']),
    'syn-fin-cookie': synFinCookie,
    'syn-rst': single(FIRST['syn-rst']),
    fin: single(FIRST.fin),
    null: single(FIRST.null),
    xmas: single(FIRST.xmas),
    'handshake-fin': handshakeFin,
    'fast-open-data': fastOpenData,
  },
  'syn-received': {
    'syn-fin-repeated': intoSynReceived(ISN),
    'syn-fin-in-window': intoSynReceived(ISN + 1),
    // tcp_check_req (net/ipv4/tcp_minisocks.c) cuts the SYN off and takes the rest as the third segment.
    'syn-fin-ack': intoSynReceived(ISN, true),
  },
  'fast-open-child': {
    'syn-fin-repeated': intoFastOpenChild(ISN),
    'syn-fin-in-window': intoFastOpenChild(ISN + 1 + DATA.length),
  },
  established: { 'syn-fin-in-window': intoEstablished(ISN + 1), 'syn-fin-outside': intoEstablished(OUTSIDE) },
  'syn-sent': { 'syn-fin': intoSynSent(false), 'syn-fin-ack': intoSynSent(true) },
};
