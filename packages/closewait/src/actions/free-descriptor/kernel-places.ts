import { Btf, type BtfField, describeProblem } from '@closewait/core/codec';
import { known, type Reading, unknown } from '@closewait/core/facts';

/** For whatever cannot be helped from outside. */
export const RESTART = 'restart it; until then, closewait close --with limit buys time';

/** Every place of kernel memory that the program reads, by our own name for it. */
const PLACES = {
  'task.flags': ['task_struct', 'flags'],
  'task.tgid': ['task_struct', 'tgid'],
  'task.files': ['task_struct', 'files'],
  'task.signal': ['task_struct', 'signal'],
  'task.entry': ['task_struct', 'thread_info.status'],
  'task.poll_list': ['task_struct', 'restart_block.poll.ufds'],
  'task.poll_count': ['task_struct', 'restart_block.poll.nfds'],
  'signal.threads': ['signal_struct', 'nr_threads'],
  'files.users': ['files_struct', 'count'],
  'files.table': ['files_struct', 'fdt'],
  'table.size': ['fdtable', 'max_fds'],
  'table.files': ['fdtable', 'fd'],
  'file.inode': ['file', 'f_inode'],
  'file.socket': ['file', 'private_data'],
  'file.flags': ['file', 'f_flags'],
  'file.watches': ['file', 'f_ep'],
  // References beyond the first: file_ref_t counts from 0 (linux/file_ref.h).
  'file.references': ['file', 'f_ref.refcnt'],
  'inode.number': ['inode', 'i_ino'],
  'inode.superblock': ['inode', 'i_sb'],
  'superblock.magic': ['super_block', 's_magic'],
  'socket.sock': ['socket', 'sk'],
  'sock.state': ['sock', '__sk_common.skc_state'],
  'sock.cookie': ['sock', '__sk_common.skc_cookie'],
  'sock.flags': ['sock', '__sk_common.skc_flags'],
  'sock.protocol': ['sock', 'sk_protocol'],
  'sock.shutdown': ['sock', 'sk_shutdown'],
  'sock.linger': ['sock', 'sk_lingertime'],
  'registers.number': ['pt_regs', 'orig_ax'],
  'registers.result': ['pt_regs', 'ax'],
  'registers.segment': ['pt_regs', 'cs'],
  'registers.first': ['pt_regs', 'di'],
  'registers.second': ['pt_regs', 'si'],
  'registers.third': ['pt_regs', 'dx'],
  'registers.fourth': ['pt_regs', 'r10'],
  'registers.fifth': ['pt_regs', 'r8'],
  'registers.sixth': ['pt_regs', 'r9'],
} as const;

export type PlaceName = keyof typeof PLACES;

/** One function of the kernel under each of the names that it has had. */
const FUNCTIONS = {
  fromPid: ['bpf_task_from_pid'],
  release: ['bpf_task_release'],
  // Linux 6.18 marks by `_impl` what is called with an argument that the verifier fills in.
  schedule: ['bpf_task_work_schedule_signal_impl', 'bpf_task_work_schedule_signal'],
} as const;

/** Where things are in this kernel, and the BTF ids of what is called. */
export interface KernelPlaces {
  readonly fields: Readonly<Record<PlaceName, BtfField>>;
  readonly functions: Readonly<Record<keyof typeof FUNCTIONS, number>>;
}

/** Finds every place in the kernel's BTF; what is missing is said by the kernel's own name. */
export function resolvePlaces(bytes: Uint8Array): Reading<KernelPlaces> {
  const entries = Object.entries(PLACES);
  const structs = [...new Set(entries.map(([, [struct]]) => struct))];
  const btf = Btf.decode(bytes, structs, Object.values(FUNCTIONS).flat());
  if (!btf.ok) return unknown('garbled', `/sys/kernel/btf/vmlinux: ${describeProblem(btf.problem)}`);
  const idOf = (names: readonly string[]): number | undefined =>
    names.map((name) => btf.value.functionId(name)).find((id) => id !== undefined);
  const [schedule, fromPid, release] = [FUNCTIONS.schedule, FUNCTIONS.fromPid, FUNCTIONS.release].map(idOf);
  if (schedule === undefined) {
    const detail = 'this kernel has no bpf_task_work_schedule_signal(): Linux 6.18 and later have it';
    return unknown('unsupported', detail, RESTART);
  }
  if (fromPid === undefined || release === undefined) return missing('bpf_task_from_pid() and bpf_task_release()');
  const fields: Partial<Record<PlaceName, BtfField>> = {};
  for (const [name, [struct, path]] of entries) {
    const field = btf.value.field(struct, path);
    if (field === undefined || field.bits?.shift) return missing(`${struct}.${path}`);
    fields[name as PlaceName] = field;
  }
  return known({ fields: fields as KernelPlaces['fields'], functions: { schedule, fromPid, release } });
}

function missing(what: string): Reading<never> {
  return unknown('unsupported', `this kernel's BTF does not have ${what}`);
}
