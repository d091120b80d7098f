/** Why nothing is done to what a process has, whatever was ordered and by whom; null where that is allowed. */
export function untouchableProcess(
  pid: number,
  ownPids: ReadonlySet<number>,
): { readonly is: 'init' | 'closewait-itself'; readonly why: string } | null {
  if (pid === 1) return { is: 'init', why: 'process 1 has it' };
  if (!ownPids.has(pid)) return null;
  return { is: 'closewait-itself', why: `process ${pid}, which has it, is closewait or one that started it` };
}
