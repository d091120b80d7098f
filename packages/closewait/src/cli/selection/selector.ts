import { isIP } from 'node:net';
import {
  CAUSE_IDS,
  type CauseId,
  ClosewaitError,
  type ProcessFacts,
  type SocketFacts,
  unmapAddress,
} from '@closewait/core/facts';

/** What a selector is asked about: a connection and the processes that hold it, as much of them as it needs. */
export interface Candidate {
  /** Null for a socket that the kernel has closed: it has no addresses any more. */
  readonly connection: { readonly socket: Pick<SocketFacts, 'local' | 'remote' | 'cookie'> } | null;
  readonly processes: readonly Pick<ProcessFacts, 'pid' | 'unit' | 'container'>[];
}

/** One selector of the command line. */
export interface Selector {
  readonly kind: 'pid' | 'local-port' | 'peer' | 'cookie' | 'container' | 'unit' | 'cause';
  /** Set for `cause`: only a diagnosis can answer it. */
  readonly cause?: CauseId;
  readonly matches: (candidate: Candidate) => boolean;
}

const FORMS =
  'pid:123, :8000 (local port), 192.0.2.1:443 or [2001:db8::1]:443 (peer), cookie:…, cause:…, container:… or unit:…';

/**
 * Reads a selector.
 *
 * @throws ClosewaitError `usage` with the forms that there are.
 */
export function parseSelector(text: string): Selector {
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon);
  const value = text.slice(colon + 1);
  if (colon === 0) return selectLocalPort(text, value);
  switch (kind) {
    case 'pid':
      return selectPid(text, value);
    case 'cookie':
      return selectCookie(text, value);
    case 'cause':
      return selectCause(value);
    case 'container':
      return selectContainer(text, value);
    case 'unit':
      return selectUnit(text, value);
    default:
      return selectPeer(text);
  }
}

/**
 * Whether a candidate fits all selectors: of several selectors of one kind one is enough, different kinds must all
 * fit. `:80 :443 pid:7` are the connections of process 7 on either port. Causes are left to the diagnosis.
 */
export function matchesAll(selectors: readonly Selector[], candidate: Candidate): boolean {
  const kinds = new Set(selectors.map(({ kind }) => kind));
  kinds.delete('cause');
  return [...kinds].every((kind) =>
    selectors.some((selector) => selector.kind === kind && selector.matches(candidate)),
  );
}

function unusable(text: string, expected = FORMS): ClosewaitError {
  return new ClosewaitError('usage', `'${text}' is not a selector`, { hint: `use ${expected}` });
}

function selectLocalPort(text: string, value: string): Selector {
  const port = toPort(value);
  if (port === null) throw unusable(text, ':PORT with a number from 1 to 65535');
  return { kind: 'local-port', matches: ({ connection }) => connection?.socket.local.port === port };
}

function selectPid(text: string, value: string): Selector {
  if (!/^[1-9]\d{0,9}$/.test(value)) throw unusable(text, 'pid:NUMBER');
  const pid = Number(value);
  return { kind: 'pid', matches: ({ processes }) => processes.some((process) => process.pid === pid) };
}

function selectCookie(text: string, value: string): Selector {
  if (!/^\d{1,20}$/.test(value)) throw unusable(text, 'cookie:NUMBER as --json prints it');
  const cookie = BigInt(value);
  return { kind: 'cookie', matches: ({ connection }) => connection?.socket.cookie === cookie };
}

function selectCause(value: string): Selector {
  const cause = CAUSE_IDS.find((id) => id === value);
  if (cause === undefined) {
    throw new ClosewaitError('usage', `'${value}' is not a cause`, { hint: `use ${CAUSE_IDS.join(', ')}` });
  }
  return { kind: 'cause', cause, matches: () => true };
}

/** A container's id by its first digits, with or without `docker:` and the like before it. */
function selectContainer(text: string, value: string): Selector {
  const id = value.slice(value.indexOf(':') + 1);
  if (!/^[\da-f]{4,64}$/.test(id)) throw unusable(text, 'container:ID with at least 4 hexadecimal digits of the id');
  return {
    kind: 'container',
    matches: ({ processes }) =>
      processes.some(
        ({ container }) => container.known && container.value !== null && container.value.id.startsWith(id),
      ),
  };
}

function selectUnit(text: string, value: string): Selector {
  if (value === '') throw unusable(text, 'unit:NAME, for example unit:nginx.service');
  const names = [value, `${value}.service`];
  return {
    kind: 'unit',
    matches: ({ processes }) =>
      processes.some(({ unit }) => unit.known && unit.value !== null && names.includes(unit.value)),
  };
}

function selectPeer(text: string): Selector {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? '';
  const port = toPort(digits);
  if (port === null || isIP(address) !== (bracketed === undefined ? 4 : 6)) throw unusable(text);
  const wanted = canonicalAddress(address);
  return {
    kind: 'peer',
    matches: ({ connection }) =>
      connection?.socket.remote.port === port && unmapAddress(connection.socket.remote.address) === wanted,
  };
}

/** RFC 5952 spelling, as the kernel's addresses are spelt here; mapped ones as IPv4. */
function canonicalAddress(address: string): string {
  if (isIP(address) === 4) return address;
  const host = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return host;
  const words = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return words.flatMap((word) => [word >> 8, word & 255]).join('.');
}

function toPort(digits: string): number | null {
  const port = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

/** The cookies among the operands: what is named so is meant and nothing else. */
export function namedCookies(operands: readonly string[]): readonly bigint[] {
  return operands.flatMap((text) => (/^cookie:\d{1,20}$/.test(text) ? [BigInt(text.slice('cookie:'.length))] : []));
}
