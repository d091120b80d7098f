import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { ClosewaitError } from '@closewait/core/facts';
import { inNetworkNamespace, type PrivateNetwork } from '../../ffi/index.ts';
import { must } from './must.ts';

/**
 * Which pair of addresses a run uses, by their routes: over `patient` ones nothing is sent again within ten seconds, over
 * `waiting` ones a retransmission timeout is the usual 0.2 s, of which FIN-WAIT-2's shortest time is a multiple
 * (tcp_time_wait, net/ipv4/tcp_minisocks.c).
 */
export type Pace = 'patient' | 'waiting';

/** The addresses of both ends (RFC 5737). */
export const ADDRESS: Readonly<Record<Pace, Readonly<Record<'a' | 'b', string>>>> = {
  patient: { a: '192.0.2.1', b: '192.0.2.2' },
  waiting: { a: '198.51.100.1', b: '198.51.100.2' },
};

/** Both ends have the same: what one sends to "itself" the other takes, without ARP. */
const HARDWARE_ADDRESS = '02:00:00:00:00:01';

const EVERYWHERE = { 'ipv6/conf/all/disable_ipv6': '1', 'ipv6/conf/default/disable_ipv6': '1' } as const;

/** What would make a segment's moment, number or existence depend on anything but the calls and the deliveries. */
const AT_THE_ENDS = {
  // No probe of a tail that is only late (RFC 8985), no small segment held back behind another.
  'ipv4/tcp_early_retrans': '0',
  'ipv4/tcp_autocorking': '0',
  // No route learns from an earlier connection, and no run from an earlier run.
  'ipv4/tcp_no_metrics_save': '1',
  // Every segment out of the window is answered (net/ipv4/tcp_input.c tcp_oow_rate_limited).
  'ipv4/tcp_invalid_ratelimit': '0',
  // The kernel forgets TIME-WAIT entries beyond this number.
  'ipv4/tcp_max_tw_buckets': '262144',
  'ipv4/tcp_ecn': '0',
  // Another kernel's configuration could choose otherwise.
  'ipv4/tcp_syncookies': '1',
  'ipv4/tcp_rfc1337': '0',
  'ipv4/tcp_abort_on_overflow': '0',
  'ipv4/tcp_migrate_req': '0',
} as const;

/** The links and settings of three new networks: `a` and `b` each have one link that ends in `between`. */
export function connectNetworks(networks: Readonly<Record<'a' | 'b' | 'between', PrivateNetwork>>): void {
  const { a, b, between } = networks;
  for (const network of [a, b, between]) set(network, EVERYWHERE);
  for (const network of [a, b]) set(network, AT_THE_ENDS);
  configure(between, [
    `link add toa type veth peer name wire netns ${pathForOthers(a)}`,
    `link add tob type veth peer name wire netns ${pathForOthers(b)}`,
    'link set toa arp off up',
    'link set tob arp off up',
  ]);
  configure(a, endOf('a', 'b'));
  configure(b, endOf('b', 'a'));
}

function endOf(own: 'a' | 'b', peer: 'a' | 'b'): readonly string[] {
  return [
    `link set wire arp off address ${HARDWARE_ADDRESS}`,
    `addr add ${ADDRESS.patient[own]}/32 dev wire`,
    `addr add ${ADDRESS.waiting[own]}/32 dev wire`,
    'link set wire up',
    // quickack: every ACK at once, so that it belongs to the segment that it answers.
    `route add ${ADDRESS.patient[peer]} dev wire src ${ADDRESS.patient[own]} rto_min 10s quickack 1`,
    `route add ${ADDRESS.waiting[peer]} dev wire src ${ADDRESS.waiting[own]} quickack 1`,
  ];
}

/** Sets sysctls below /proc/sys/net of a private network; one that this kernel does not have is left out. */
export function set(network: PrivateNetwork, values: Readonly<Record<string, string>>): void {
  within(network, () => {
    for (const [name, value] of Object.entries(values)) {
      try {
        writeFileSync(`/proc/sys/net/${name}`, value);
      } catch (cause) {
        if (!(cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')) {
          throw new ClosewaitError('cannot-look', `cannot set ${name} in a network namespace of its own`, { cause });
        }
      }
    }
  });
}

/** Runs `work` in a network, synchronously. */
export function within<T>(network: PrivateNetwork, work: () => T): T {
  return must(
    'enter a network namespace of its own',
    inNetworkNamespace(network.path, () => ({ ok: true, value: work() })),
  );
}

/** For another process of this user, as long as this one lives. */
function pathForOthers({ path }: PrivateNetwork): string {
  return path.replace('/proc/self/', `/proc/${process.pid}/`);
}

function configure(network: PrivateNetwork, lines: readonly string[]): void {
  const { error, status, stderr } = within(network, () =>
    spawnSync('ip', ['-batch', '-'], { input: lines.map((line) => `${line}\n`).join(''), encoding: 'utf8' }),
  );
  if (error !== undefined) {
    throw new ClosewaitError('cannot-look', `cannot run ip: ${error.message}`, {
      hint: 'install iproute2',
      cause: error,
    });
  }
  if (status !== 0) {
    throw new ClosewaitError('cannot-look', `cannot make the links between the ends: ${stderr.trim().split('\n')[0]}`, {
      hint: 'the kernel needs veth (CONFIG_VETH)',
    });
  }
}
