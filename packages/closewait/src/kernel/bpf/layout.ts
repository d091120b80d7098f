import { Btf, type BtfField, describeProblem } from '@closewait/core/codec';
import { known, type Reading, unknown } from '@closewait/core/facts';

/** A structure and the path of names to its member. */
type Place = readonly [struct: string, path: string];

/**
 * Every place of kernel memory that the programs read, by our own name for it. Where kernels differ there are several;
 * the first one that is there counts.
 */
const PLACES = {
  'meta.seq': [['bpf_iter_meta', 'seq']],
  'meta.seq_num': [['bpf_iter_meta', 'seq_num']],
  'task_file.meta': [['bpf_iter__task_file', 'meta']],
  'task_file.task': [['bpf_iter__task_file', 'task']],
  'task_file.fd': [['bpf_iter__task_file', 'fd']],
  'task_file.file': [['bpf_iter__task_file', 'file']],
  'tcp.meta': [['bpf_iter__tcp', 'meta']],
  'tcp.socket': [['bpf_iter__tcp', 'sk_common']],
  'task.meta': [['bpf_iter__task', 'meta']],
  'task.tgid': [['task_struct', 'tgid']],
  'task.pid': [['task_struct', 'pid']],
  'file.inode': [['file', 'f_inode']],
  'file.dentry': [['file', 'f_path.dentry']],
  'dentry.name': [['dentry', 'd_name.name']],
  'inode.number': [['inode', 'i_ino']],
  'inode.superblock': [['inode', 'i_sb']],
  'superblock.magic': [['super_block', 's_magic']],
  'socket.sock': [['socket', 'sk']],
  'socket.file': [['socket', 'file']],
  'socket_alloc.inode': [['socket_alloc', 'vfs_inode']],
  'net.inode': [['net', 'ns.inum']],
  'sock.state': [['sock', '__sk_common.skc_state']],
  'sock.family': [['sock', '__sk_common.skc_family']],
  'sock.flags': [['sock', '__sk_common.skc_flags']],
  'sock.local_port': [['sock', '__sk_common.skc_num']],
  'sock.remote_port': [['sock', '__sk_common.skc_dport']],
  'sock.local_ipv4': [['sock', '__sk_common.skc_rcv_saddr']],
  'sock.remote_ipv4': [['sock', '__sk_common.skc_daddr']],
  'sock.local_ipv6': [['sock', '__sk_common.skc_v6_rcv_saddr']],
  'sock.remote_ipv6': [['sock', '__sk_common.skc_v6_daddr']],
  'sock.net': [['sock', '__sk_common.skc_net.net']],
  'sock.protocol': [['sock', 'sk_protocol']],
  'sock.type': [['sock', 'sk_type']],
  'sock.shutdown': [['sock', 'sk_shutdown']],
  'sock.kernel': [['sock', 'sk_kern_sock']],
  'sock.uid': [['sock', 'sk_uid']],
  'sock.socket': [['sock', 'sk_socket']],
  'sock.waiting': [['sock', 'sk_ack_backlog']],
  'sock.backlog': [['sock', 'sk_max_ack_backlog']],
  // Linux 6.19 moves both timers.
  'tcp.keepalive_pending': [
    ['tcp_sock', 'inet_conn.icsk_keepalive_timer.entry.pprev'],
    ['tcp_sock', 'inet_conn.icsk_inet.sk.sk_timer.entry.pprev'],
  ],
  'tcp.keepalive_expires': [
    ['tcp_sock', 'inet_conn.icsk_keepalive_timer.expires'],
    ['tcp_sock', 'inet_conn.icsk_inet.sk.sk_timer.expires'],
  ],
  'tcp.timeout': [
    ['tcp_sock', 'inet_conn.icsk_timeout'],
    ['tcp_sock', 'inet_conn.icsk_inet.sk.tcp_retransmit_timer.expires'],
    ['tcp_sock', 'inet_conn.icsk_retransmit_timer.expires'],
  ],
  'tcp.pending': [['tcp_sock', 'inet_conn.icsk_pending']],
  'tcp.retransmits': [['tcp_sock', 'inet_conn.icsk_retransmits']],
  'tcp.probes': [['tcp_sock', 'inet_conn.icsk_probes_out']],
  'tcp.backoff': [['tcp_sock', 'inet_conn.icsk_backoff']],
  'tcp.data_received': [['tcp_sock', 'inet_conn.icsk_ack.lrcvtime']],
  'tcp.data_sent': [['tcp_sock', 'lsndtime']],
  'tcp.ack_received': [['tcp_sock', 'rcv_tstamp']],
  'tcp.round_trip': [['tcp_sock', 'srtt_us']],
  'tcp.received_to': [['tcp_sock', 'rcv_nxt']],
  'tcp.read_to': [['tcp_sock', 'copied_seq']],
  'tcp.written_to': [['tcp_sock', 'write_seq']],
  'tcp.acked_to': [['tcp_sock', 'snd_una']],
  'tcp.bytes_acked': [['tcp_sock', 'bytes_acked']],
  'tcp.bytes_received': [['tcp_sock', 'bytes_received']],
  'tcp.bytes_sent': [['tcp_sock', 'bytes_sent']],
} as const;

export type FieldName = keyof typeof PLACES;
export const FIELD_NAMES: readonly FieldName[] = Object.keys(PLACES) as FieldName[];

/** The kernel's functions in whose place the programs run. */
export const TARGETS = ['bpf_iter_task_file', 'bpf_iter_tcp', 'bpf_iter_task'] as const;
export type Target = (typeof TARGETS)[number];

/** Where things are in this kernel. */
export interface Layout {
  readonly fields: Readonly<Record<FieldName, BtfField>>;
  /** BTF ids. */
  readonly targets: Readonly<Record<Target, number>>;
}

/** Finds every place in the kernel's BTF. What is missing is said by the kernel's own name; none of it can be guessed. */
export function resolveLayout(bytes: Uint8Array): Reading<Layout> {
  const structs = new Set<string>(Object.values(PLACES).flatMap((places) => places.map(([struct]) => struct)));
  const btf = Btf.decode(bytes, [...structs], TARGETS);
  if (!btf.ok) return unknown('garbled', `/sys/kernel/btf/vmlinux: ${describeProblem(btf.problem)}`);
  const fields: Partial<Record<FieldName, BtfField>> = {};
  for (const name of FIELD_NAMES) {
    const places: readonly Place[] = PLACES[name];
    const field = places.map(([struct, path]) => btf.value.field(struct, path)).find((found) => found !== undefined);
    if (field === undefined) return missing(places.map(([struct, path]) => `${struct}.${path}`).join(' nor '));
    fields[name] = field;
  }
  const targets: Partial<Record<Target, number>> = {};
  for (const target of TARGETS) {
    const id = btf.value.functionId(target);
    if (id === undefined) return missing(`${target}()`);
    targets[target] = id;
  }
  return known({ fields: fields as Layout['fields'], targets: targets as Layout['targets'] });
}

function missing(what: string): Reading<never> {
  return unknown('unsupported', `this kernel's BTF does not have ${what}`);
}
