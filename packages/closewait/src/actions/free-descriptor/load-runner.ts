import { type KernelSource, type Reading, type Unknown, unknown } from '@closewait/core/facts';
import { whyNumbersDiffer } from '../../kernel/bpf/why-not.ts';
import { CloseRunner } from './close-runner.ts';
import { resolvePlaces } from './kernel-places.ts';

/** Why descriptors cannot be given back from here, whatever the kernel; null where they can. */
export function whyNotFromHere(source: KernelSource): Unknown | null {
  if (process.arch !== 'x64') {
    return unknown('unsupported', `${process.arch}: registers of interrupted calls are read on x86-64 only`);
  }
  return whyNumbersDiffer(source);
}

/** Loads the program for this kernel, by the kernel's own description of itself. Needs CAP_BPF and CAP_PERFMON. */
export function loadRunner(source: KernelSource, resolve: typeof resolvePlaces = resolvePlaces): Reading<CloseRunner> {
  const btf = source.readFile('/sys/kernel/btf/vmlinux');
  const places = btf.known ? resolve(btf.value) : btf;
  const loaded = places.known ? CloseRunner.load(places.value) : places;
  return loaded.known ? loaded : noBtf(loaded);
}

/** A file that is not there, or cannot be read as one, says something about the kernel, and nothing about the process. */
function noBtf(problem: Unknown): Unknown {
  if (problem.why === 'garbled') return { ...problem, why: 'unsupported' };
  return problem.why === 'gone'
    ? { ...problem, why: 'unsupported', hint: 'a kernel with CONFIG_DEBUG_INFO_BTF' }
    : problem;
}
