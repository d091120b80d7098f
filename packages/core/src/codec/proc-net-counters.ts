import { type Decoded, decoded, problem, quoteInput } from './decoded.ts';
import { decodeText } from './text.ts';

/** Counters of one network namespace by group and name, as nstat(8) spells them apart: `TcpExt:ListenDrops`. */
export type NetCounters = ReadonlyMap<string, bigint>;

const NAME = /^[!-9;-~]+$/;
const VALUE = /^-?\d{1,20}$/;

/**
 * `/proc/net/snmp` or `/proc/net/netstat`: pairs of lines that begin with the same group, the first with names, the second
 * with as many values (net/ipv4/proc.c). Values are unsigned 64-bit but for `Tcp:MaxConn`, which is -1 where nothing limits
 * connections (RFC 1213). A group may come in several pairs, and a newer kernel has more names; no name comes twice.
 */
export function decodeNetCounters(bytes: Uint8Array): Decoded<NetCounters> {
  const text = decodeText(bytes);
  const counters = new Map<string, bigint>();
  const lines = text.split('\n');
  let offset = 0;
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const head = lines[at] ?? '';
    const body = lines[at + 1] ?? '';
    const [group = '', ...names] = head.trimEnd().split(' ');
    const [again, ...values] = body.trimEnd().split(' ');
    if (!group.endsWith(':') || !NAME.test(group.slice(0, -1))) {
      return problem('/proc/net/snmp', offset, 'a group of counters and a colon', quoteInput(head));
    }
    if (again !== group || values.length !== names.length) {
      return problem(
        '/proc/net/snmp',
        offset + head.length + 1,
        `${names.length} values of ${group}`,
        quoteInput(body),
      );
    }
    for (const [index, name] of names.entries()) {
      const value = values[index] ?? '';
      if (!NAME.test(name) || !VALUE.test(value) || counters.has(group + name)) {
        return problem('/proc/net/snmp', offset, 'names that are told apart, and a number for each', quoteInput(name));
      }
      counters.set(group + name, BigInt(value));
    }
    offset += head.length + body.length + 2;
  }
  // The kernel ends the file with a newline; what follows it is half of a pair.
  const rest = lines.length % 2 === 0 ? (lines.at(-2) ?? '') : (lines.at(-1) ?? '');
  if (counters.size === 0 || rest !== '') {
    return problem('/proc/net/snmp', offset, 'pairs of lines, the last one ended', quoteInput(rest));
  }
  return decoded(counters);
}

/** What has moved between two readings of the same counters, by name; a counter that only one of them has is left out. */
export function countersMoved(before: NetCounters, after: NetCounters): NetCounters {
  const moved = new Map<string, bigint>();
  for (const [name, value] of after) {
    const earlier = before.get(name);
    if (earlier !== undefined && earlier !== value) moved.set(name, value - earlier);
  }
  return moved;
}
