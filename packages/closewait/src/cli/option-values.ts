import { ClosewaitError } from '@closewait/core/facts';
import { TCP_STATES, type TcpState } from '@closewait/core/tcp';

const MS_PER_UNIT: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `500ms`, `1s`, `5m`, `3h`, `2d` as milliseconds; a bare number is only allowed for 0. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const factor = MS_PER_UNIT[unit];
  if (digits !== undefined && factor !== undefined) return Number(digits) * factor;
  throw new ClosewaitError('usage', `'${text}' is not a duration`, { hint: 'write 500ms, 1s, 5m, 3h or 2d' });
}

/** Names that `ss` and /proc use beside those of RFC 9293. */
const STATE_OF_ALIAS: Readonly<Record<string, TcpState>> = {
  ESTAB: 'ESTABLISHED',
  LISTENING: 'LISTEN',
  'SYN-RECV': 'SYN-RECEIVED',
  'FIN-WAIT1': 'FIN-WAIT-1',
  'FIN-WAIT2': 'FIN-WAIT-2',
};

/** States that sock_diag lists: all but CLOSED, which is no entry in any table. */
const LISTED_STATES = TCP_STATES.filter((state) => state !== 'CLOSED');

/** `close-wait`, `CLOSE_WAIT`, `estab,fin-wait-2`, `all`. */
export function parseStates(text: string): readonly TcpState[] {
  const states = text.split(',').flatMap((name) => {
    const spelt = name.trim().toUpperCase().replaceAll('_', '-');
    if (spelt === 'ALL') return LISTED_STATES;
    const state = STATE_OF_ALIAS[spelt] ?? LISTED_STATES.find((listed) => listed === spelt);
    if (state !== undefined) return [state];
    throw new ClosewaitError('usage', `'${name}' is not a state`, {
      hint: `use ${LISTED_STATES.join(', ')} or all, several with commas`,
    });
  });
  return [...new Set(states)];
}

/** One state, spelt as {@link parseStates} accepts it, and CLOSED, which no table lists. */
export function parseState(text: string): TcpState {
  const spelt = text.trim().toUpperCase().replaceAll('_', '-');
  const state = STATE_OF_ALIAS[spelt] ?? TCP_STATES.find((known) => known === spelt);
  if (state !== undefined) return state;
  throw new ClosewaitError('usage', `'${text}' is not a state`, { hint: `use one of ${TCP_STATES.join(', ')}` });
}

/** The time between two looks: a duration of at least 100 ms. */
export function parseInterval(text: string): number {
  const ms = parseDuration(text);
  if (ms >= LEAST_INTERVAL_MS) return ms;
  throw new ClosewaitError('usage', `'${text}' is too short an interval`, { hint: `at least ${LEAST_INTERVAL_MS}ms` });
}

/** A look takes some milliseconds of a processor, on a busy host a hundred. */
const LEAST_INTERVAL_MS = 100;

/** A TCP port, 0 to 65535. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1;
  if (port >= 0 && port <= 65_535) return port;
  throw new ClosewaitError('usage', `'${text}' is not a port`, { hint: 'write a number from 0 to 65535' });
}

/** How often: 1 to 10 million. */
export function parseCount(text: string): number {
  const count = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 10_000_000) return count;
  throw new ClosewaitError('usage', `'${text}' is not a number of runs`, { hint: 'write a number from 1 to 10000000' });
}

/** A seed of chance: an integer of 32 bits, with or without sign. */
export function parseSeed(text: string): number {
  const seed = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed >= -(2 ** 31) && seed < 2 ** 32) return seed;
  throw new ClosewaitError('usage', `'${text}' is not a seed`, { hint: 'write an integer of 32 bits' });
}

/** How many looks are taken one after the other: 1 to 1000. */
export function parseLooks(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 1000) return count;
  throw new ClosewaitError('usage', `'${text}' is not a number of looks`, { hint: 'write a number from 1 to 1000' });
}

/** How long a connection may stay without an acknowledgement: a duration of 1 s to 1 h, as the kernel's timers are coarse. */
export function parseTimeout(text: string): number {
  const ms = parseDuration(text);
  if (ms >= 1000 && ms <= 3_600_000) return ms;
  throw new ClosewaitError('usage', `'${text}' is no time limit for a connection`, { hint: 'at least 1s, at most 1h' });
}

/** A limit of descriptors: 1 to 1,073,741,816, the most that Linux can be told to allow (fs.nr_open). */
export function parseDescriptors(text: string): number {
  const count = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 1_073_741_816) return count;
  throw new ClosewaitError('usage', `'${text}' is not a number of descriptors`, { hint: 'write a number, 65536' });
}

/** How many connections may be acted on at once: 1 to 10 million. */
export function parseAtMost(text: string): number {
  const count = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 10_000_000) return count;
  throw new ClosewaitError('usage', `'${text}' is not a number of connections`, { hint: 'write a number, 500' });
}
