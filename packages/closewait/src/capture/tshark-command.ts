import { readFileSync } from 'node:fs';
import { ClosewaitError } from '@closewait/core/facts';
import { findProgram } from './find-program.ts';
import { TSHARK_FIELDS } from './tshark-line.ts';

/** A command line and the environment that it runs in. */
export interface TsharkCommand {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A capture of millions of connections takes some 1.5 kB of tshark's memory for each. */
const MEMORY_BYTES = 4 * 2 ** 30;
/** The uid and gid that Linux distributions call nobody. */
const NOBODY = 65_534;
/** Where no configuration is. */
const NOWHERE = '/nonexistent';

/** Carriers of nothing that is asked for. */
const NOT_DISSECTED = ['udp', 'sctp', 'dccp', 'icmp', 'icmpv6', 'mptcp'] as const;

/** Numbers as they stand in the header, each segment by itself. Checksums are wrong where the network card makes them. */
const SWITCHED_OFF = [
  'tcp.relative_sequence_numbers',
  'tcp.analyze_sequence_numbers',
  'tcp.desegment_tcp_streams',
  'tcp.calculate_timestamps',
  'tcp.check_checksum',
  'ip.defragment',
  'ip.check_checksum',
  'ip.use_geoip',
  'ipv6.defragment',
  'ipv6.use_geoip',
] as const;

const QUIET: readonly string[] = [
  // Names would be looked up over the network.
  '-n',
  // Payload is nobody's business here: no dissector behind TCP is reached, neither by port nor by guess.
  '-d',
  'tcp.port==0-65535,data',
  ...NOT_DISSECTED.flatMap((protocol) => ['--disable-protocol', protocol]),
  ...SWITCHED_OFF.flatMap((setting) => ['-o', `${setting}:FALSE`]),
];

/**
 * The command that reads a capture from its standard input and prints a line for each packet. No file of this machine is
 * within its reach as nobody, memory is bounded by the kernel (prlimit), and it can neither gain privileges nor write.
 *
 * @throws ClosewaitError `cannot-look`: tshark, or what bounds it, is not installed.
 */
export function tsharkCommand(path: string): TsharkCommand {
  const tshark = locateTshark(path);
  const [prlimit, setpriv] = ['prlimit', 'setpriv'].map((name) => findProgram(name, path));
  if (prlimit === null || prlimit === undefined || setpriv === null || setpriv === undefined) {
    throw new ClosewaitError('cannot-look', 'reading a capture needs prlimit and setpriv, and they are not installed', {
      hint: 'apt install util-linux',
    });
  }
  const fields = TSHARK_FIELDS.flatMap((field) => ['-e', field]);
  const read = [tshark, ...QUIET, '-r', '-', '-T', 'fields', '-E', 'occurrence=a', '-E', 'aggregator=,', ...fields];
  return {
    file: prlimit,
    args: [`--as=${MEMORY_BYTES}`, '--core=0', '--fsize=0', '--', setpriv, ...unprivileged(), '--', ...read],
    env: environment(path),
  };
}

/**
 * What names the tool in a document: `TShark 4.0.17`.
 *
 * @throws ClosewaitError `cannot-look`: it is not installed.
 */
export function tsharkVersionCommand(path: string): TsharkCommand {
  return { file: locateTshark(path), args: ['--version'], env: environment(path) };
}

function locateTshark(path: string): string {
  const tshark = findProgram('tshark', path);
  if (tshark !== null) return tshark;
  throw new ClosewaitError('cannot-look', 'captures are read by tshark, and it is not installed', {
    hint: 'apt install tshark (dnf install wireshark-cli, apk add tshark)',
  });
}

/** Nobody where this process may become nobody; never more than it is. */
function unprivileged(): readonly string[] {
  if (process.geteuid?.() !== 0 || !isMapped('uid_map') || !isMapped('gid_map')) return ['--no-new-privs'];
  return [
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    '--no-new-privs',
    '--inh-caps=-all',
    '--bounding-set=-all',
  ];
}

/** Whether this user namespace has the user or group nobody (user_namespaces(7)): a line is first, outside, count. */
function isMapped(map: 'uid_map' | 'gid_map'): boolean {
  return readFileSync(`/proc/self/${map}`, 'utf8')
    .split('\n')
    .some((line) => {
      const [first = Number.NaN, , count = 0] = line.trim().split(/\s+/).map(Number);
      return NOBODY >= first && NOBODY < first + count;
    });
}

/** The user's own configuration of Wireshark, his Lua scripts among it, is not read. */
function environment(path: string): Readonly<Record<string, string>> {
  return { PATH: path, HOME: NOWHERE, WIRESHARK_CONFIG_DIR: NOWHERE, LC_ALL: 'C', TZ: 'UTC' };
}
